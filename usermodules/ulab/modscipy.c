// The table of ulab.scipy.

#include "py/objstr.h"

#include "frozen.h"

static MP_DEFINE_STR_OBJ(scipy_path_obj, ".frozen/ulab/scipy");

static const mp_rom_map_elem_t scipy_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_scipy) },
    { MP_ROM_QSTR(MP_QSTR___path__), MP_ROM_PTR(&scipy_path_obj) },
};
static MP_DEFINE_CONST_DICT(scipy_globals, scipy_globals_table);

const mp_obj_module_t ulab_scipy_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&scipy_globals,
};

// Only a registered module can delegate. Imports take the one in ulab's table.
MP_REGISTER_MODULE(MP_QSTR_ulab_dot_scipy, ulab_scipy_module);
MP_REGISTER_MODULE_DELEGATION(ulab_scipy_module, frozen_attr);
