// The table of ulab, and what belongs to no part of it.

#include "py/objmodule.h"
#include "py/objstr.h"
#include "py/objtuple.h"
#include "py/runtime.h"

#include "array.h"
#include "memory.h"

extern const mp_obj_module_t ulab_numpy_module, ulab_scipy_module, ulab_utils_module;

static mp_obj_t ulab_dtype(mp_obj_t object) {
    if (ndarray_check(object)) {
        return mp_load_attr(object, MP_QSTR_dtype);
    }
    size_t len = 0;
    const char *code = mp_obj_is_str(object) ? mp_obj_str_get_data(object, &len) : NULL;
    return MP_OBJ_NEW_SMALL_INT(dtype_from_obj(len == 1 ? MP_OBJ_NEW_SMALL_INT(*code) : object));
}
static MP_DEFINE_CONST_FUN_OBJ_1(ulab_dtype_obj, ulab_dtype);

// memory(*, limit=None) -> (used, peak, limit)
static mp_obj_t ulab_memory(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_limit, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    if (args[0].u_obj != mp_const_none) {
        mp_int_t limit = mp_obj_get_int(args[0].u_obj);
        if (limit < 0) {
            mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("limit must not be negative: %d"), (int)limit);
        }
        memory_set_limit((size_t)limit);
    }
    memory_collect();
    memory_figures_t figures = memory_figures();
    mp_obj_t values[] = {
        mp_obj_new_int_from_uint(figures.used),
        mp_obj_new_int_from_uint(figures.peak),
        mp_obj_new_int_from_uint(figures.limit),
    };
    static const qstr names[] = { MP_QSTR_used, MP_QSTR_peak, MP_QSTR_limit };
    return mp_obj_new_attrtuple(names, MP_ARRAY_SIZE(values), values);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(ulab_memory_obj, 0, ulab_memory);

// Of the library whose interface this is, with the number of dimensions and
// whether there are complex numbers.
static MP_DEFINE_STR_OBJ(ulab_version_obj, "6.12.0-4D-c");

static const mp_rom_map_elem_t ulab_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_ulab) },
    { MP_ROM_QSTR(MP_QSTR___version__), MP_ROM_PTR(&ulab_version_obj) },
    { MP_ROM_QSTR(MP_QSTR_dtype), MP_ROM_PTR(&ulab_dtype_obj) },
    { MP_ROM_QSTR(MP_QSTR_memory), MP_ROM_PTR(&ulab_memory_obj) },
    { MP_ROM_QSTR(MP_QSTR_numpy), MP_ROM_PTR(&ulab_numpy_module) },
    { MP_ROM_QSTR(MP_QSTR_scipy), MP_ROM_PTR(&ulab_scipy_module) },
    { MP_ROM_QSTR(MP_QSTR_utils), MP_ROM_PTR(&ulab_utils_module) },
};
static MP_DEFINE_CONST_DICT(ulab_globals, ulab_globals_table);

const mp_obj_module_t ulab_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&ulab_globals,
};

MP_REGISTER_MODULE(MP_QSTR_ulab, ulab_module);
