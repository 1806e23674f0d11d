// The table of ulab.numpy.

#include "py/objmodule.h"

#include "array.h"
#include "numpy.h"

static const mp_rom_map_elem_t numpy_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_numpy) },
    { MP_ROM_QSTR(MP_QSTR_ndarray), MP_ROM_PTR(&ulab_ndarray_type) },

    { MP_ROM_QSTR(MP_QSTR_bool), MP_ROM_INT(NDARRAY_BOOL) },
    { MP_ROM_QSTR(MP_QSTR_uint8), MP_ROM_INT(NDARRAY_UINT8) },
    { MP_ROM_QSTR(MP_QSTR_int8), MP_ROM_INT(NDARRAY_INT8) },
    { MP_ROM_QSTR(MP_QSTR_uint16), MP_ROM_INT(NDARRAY_UINT16) },
    { MP_ROM_QSTR(MP_QSTR_int16), MP_ROM_INT(NDARRAY_INT16) },
    { MP_ROM_QSTR(MP_QSTR_float32), MP_ROM_INT(NDARRAY_FLOAT32) },
    { MP_ROM_QSTR(MP_QSTR_float64), MP_ROM_INT(NDARRAY_FLOAT64) },
    { MP_ROM_QSTR(MP_QSTR_float), MP_ROM_INT(NDARRAY_FLOAT64) },
    { MP_ROM_QSTR(MP_QSTR_complex), MP_ROM_INT(NDARRAY_COMPLEX) },

    { MP_ROM_QSTR(MP_QSTR_arange), MP_ROM_PTR(&numpy_arange_obj) },
    { MP_ROM_QSTR(MP_QSTR_array), MP_ROM_PTR(&numpy_array_obj) },
    { MP_ROM_QSTR(MP_QSTR_asarray), MP_ROM_PTR(&numpy_asarray_obj) },
    { MP_ROM_QSTR(MP_QSTR_empty), MP_ROM_PTR(&numpy_zeros_obj) },
    { MP_ROM_QSTR(MP_QSTR_eye), MP_ROM_PTR(&numpy_eye_obj) },
    { MP_ROM_QSTR(MP_QSTR_frombuffer), MP_ROM_PTR(&numpy_frombuffer_obj) },
    { MP_ROM_QSTR(MP_QSTR_full), MP_ROM_PTR(&numpy_full_obj) },
    { MP_ROM_QSTR(MP_QSTR_linspace), MP_ROM_PTR(&numpy_linspace_obj) },
    { MP_ROM_QSTR(MP_QSTR_ones), MP_ROM_PTR(&numpy_ones_obj) },
    { MP_ROM_QSTR(MP_QSTR_zeros), MP_ROM_PTR(&numpy_zeros_obj) },
};
static MP_DEFINE_CONST_DICT(numpy_globals, numpy_globals_table);

const mp_obj_module_t ulab_numpy_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&numpy_globals,
};
