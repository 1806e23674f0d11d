// The table of ulab.scipy, and the loops in C under its Python.

#include "py/objmodule.h"
#include "py/runtime.h"

#include "array.h"
#include "filter.h"
#include "quadrature.h"

extern const mp_obj_module_t ulab_scipy_integrate_module, ulab_scipy_linalg_module, ulab_scipy_optimize_module,
    ulab_scipy_signal_module, ulab_scipy_special_module;

// _filter(b, a, state, values): all dense float64; the last two are changed
static mp_obj_t scipy_filter(size_t n_args, const mp_obj_t *args) {
    const strided_t *views[4];
    for (size_t i = 0; i < n_args; i++) {
        views[i] = ndarray_from_obj(args[i])->view;
        if (views[i]->dtype != NDARRAY_FLOAT64 || views[i]->ndim != 1 || !strided_is_dense(views[i])
            || (i < 3 && views[i]->shape[0] != views[0]->shape[0]) || views[i]->shape[0] == 0) {
            mp_raise_ValueError(MP_ERROR_TEXT("coefficients, state and values do not fit"));
        }
    }
    filter((void *)views[0]->data, (void *)views[1]->data, views[0]->shape[0] - 1, (void *)views[2]->data,
        (void *)views[3]->data, views[3]->shape[0]);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(scipy_filter_obj, 4, 4, scipy_filter);

static double call(void *function, double x) {
    return mp_obj_get_float(mp_call_function_1(*(mp_obj_t *)function, mp_obj_new_float(x)));
}

// _quadrature(function, a, b) -> (value, error)
static mp_obj_t scipy_quadrature(mp_obj_t function, mp_obj_t a, mp_obj_t b) {
    double error;
    double value = quadrature(call, &function, mp_obj_get_float(a), mp_obj_get_float(b), &error);
    mp_obj_t both[] = { mp_obj_new_float(value), mp_obj_new_float(error) };
    return mp_obj_new_tuple(2, both);
}
static MP_DEFINE_CONST_FUN_OBJ_3(scipy_quadrature_obj, scipy_quadrature);

static const mp_rom_map_elem_t scipy_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_scipy) },
    { MP_ROM_QSTR(MP_QSTR__filter), MP_ROM_PTR(&scipy_filter_obj) },
    { MP_ROM_QSTR(MP_QSTR__quadrature), MP_ROM_PTR(&scipy_quadrature_obj) },
    { MP_ROM_QSTR(MP_QSTR_integrate), MP_ROM_PTR(&ulab_scipy_integrate_module) },
    { MP_ROM_QSTR(MP_QSTR_linalg), MP_ROM_PTR(&ulab_scipy_linalg_module) },
    { MP_ROM_QSTR(MP_QSTR_optimize), MP_ROM_PTR(&ulab_scipy_optimize_module) },
    { MP_ROM_QSTR(MP_QSTR_signal), MP_ROM_PTR(&ulab_scipy_signal_module) },
    { MP_ROM_QSTR(MP_QSTR_special), MP_ROM_PTR(&ulab_scipy_special_module) },
};
static MP_DEFINE_CONST_DICT(scipy_globals, scipy_globals_table);

const mp_obj_module_t ulab_scipy_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&scipy_globals,
};
