// Modules of ulab that are Python: nothing but a name and where the Python is.

#include "packed.h"

#define PYTHON_MODULE(module, name, key) \
    static const mp_rom_map_elem_t module##_table[] = { \
        { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(name) }, \
        { MP_ROM_QSTR(MP_QSTR___package__), MP_ROM_QSTR(key) }, \
    }; \
    static MP_DEFINE_CONST_DICT(module##_globals, module##_table); \
    const mp_obj_module_t module = { \
        .base = { &mp_type_module }, \
        .globals = (mp_obj_dict_t *)&module##_globals, \
    }

PYTHON_MODULE(ulab_scipy_integrate_module, MP_QSTR_integrate, MP_QSTR_ulab_dot__integrate);
PYTHON_MODULE(ulab_scipy_linalg_module, MP_QSTR_linalg, MP_QSTR_ulab_dot__triangles);
PYTHON_MODULE(ulab_scipy_optimize_module, MP_QSTR_optimize, MP_QSTR_ulab_dot__optimize);
PYTHON_MODULE(ulab_scipy_signal_module, MP_QSTR_signal, MP_QSTR_ulab_dot__signal);
PYTHON_MODULE(ulab_utils_module, MP_QSTR_utils, MP_QSTR_ulab_dot__utils);

// See modnumpy.c.
MP_REGISTER_MODULE(MP_QSTR_ulab_dot_scipy_dot_integrate, ulab_scipy_integrate_module);
MP_REGISTER_MODULE(MP_QSTR_ulab_dot_scipy_dot_linalg, ulab_scipy_linalg_module);
MP_REGISTER_MODULE(MP_QSTR_ulab_dot_scipy_dot_optimize, ulab_scipy_optimize_module);
MP_REGISTER_MODULE(MP_QSTR_ulab_dot_scipy_dot_signal, ulab_scipy_signal_module);
MP_REGISTER_MODULE(MP_QSTR_ulab_dot_utils, ulab_utils_module);
MP_REGISTER_MODULE_DELEGATION(ulab_scipy_integrate_module, packed_attr);
MP_REGISTER_MODULE_DELEGATION(ulab_scipy_linalg_module, packed_attr);
MP_REGISTER_MODULE_DELEGATION(ulab_scipy_optimize_module, packed_attr);
MP_REGISTER_MODULE_DELEGATION(ulab_scipy_signal_module, packed_attr);
MP_REGISTER_MODULE_DELEGATION(ulab_utils_module, packed_attr);
