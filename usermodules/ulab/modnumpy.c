// The table of ulab.numpy.

#include "py/objmodule.h"
#include "py/objstr.h"

#include "array.h"
#include "frozen.h"
#include "numpy.h"

static MP_DEFINE_STR_OBJ(numpy_path_obj, ".frozen/ulab/numpy");

static const mp_rom_map_elem_t numpy_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_numpy) },
    { MP_ROM_QSTR(MP_QSTR___path__), MP_ROM_PTR(&numpy_path_obj) },
    { MP_ROM_QSTR(MP_QSTR___package__), MP_ROM_QSTR(MP_QSTR_ulab_dot_numpy_dot___init__) },
    { MP_ROM_QSTR(MP_QSTR_ndarray), MP_ROM_PTR(&ulab_ndarray_type) },

    { MP_ROM_QSTR(MP_QSTR_fft), MP_ROM_PTR(&ulab_numpy_fft_module) },
    { MP_ROM_QSTR(MP_QSTR_linalg), MP_ROM_PTR(&ulab_numpy_linalg_module) },

    { MP_ROM_QSTR(MP_QSTR_e), MP_ROM_PTR(&mp_const_float_e_obj) },
    { MP_ROM_QSTR(MP_QSTR_inf), MP_ROM_PTR(&mp_const_float_inf_obj) },
    { MP_ROM_QSTR(MP_QSTR_nan), MP_ROM_PTR(&mp_const_float_nan_obj) },
    { MP_ROM_QSTR(MP_QSTR_pi), MP_ROM_PTR(&mp_const_float_pi_obj) },

    { MP_ROM_QSTR(MP_QSTR_bool), MP_ROM_INT(NDARRAY_BOOL) },
    { MP_ROM_QSTR(MP_QSTR_uint8), MP_ROM_INT(NDARRAY_UINT8) },
    { MP_ROM_QSTR(MP_QSTR_int8), MP_ROM_INT(NDARRAY_INT8) },
    { MP_ROM_QSTR(MP_QSTR_uint16), MP_ROM_INT(NDARRAY_UINT16) },
    { MP_ROM_QSTR(MP_QSTR_int16), MP_ROM_INT(NDARRAY_INT16) },
    { MP_ROM_QSTR(MP_QSTR_uint32), MP_ROM_INT(NDARRAY_UINT32) },
    { MP_ROM_QSTR(MP_QSTR_int32), MP_ROM_INT(NDARRAY_INT32) },
    { MP_ROM_QSTR(MP_QSTR_float32), MP_ROM_INT(NDARRAY_FLOAT32) },
    { MP_ROM_QSTR(MP_QSTR_float64), MP_ROM_INT(NDARRAY_FLOAT64) },
    { MP_ROM_QSTR(MP_QSTR_float), MP_ROM_INT(NDARRAY_FLOAT64) },
    { MP_ROM_QSTR(MP_QSTR_complex), MP_ROM_INT(NDARRAY_COMPLEX) },

    { MP_ROM_QSTR(MP_QSTR__round_half_away), MP_ROM_PTR(&numpy_round_half_away_obj) },
    { MP_ROM_QSTR(MP_QSTR_abs), MP_ROM_PTR(&numpy_abs_obj) },
    { MP_ROM_QSTR(MP_QSTR_acos), MP_ROM_PTR(&numpy_acos_obj) },
    { MP_ROM_QSTR(MP_QSTR_acosh), MP_ROM_PTR(&numpy_acosh_obj) },
    { MP_ROM_QSTR(MP_QSTR_all), MP_ROM_PTR(&numpy_all_obj) },
    { MP_ROM_QSTR(MP_QSTR_any), MP_ROM_PTR(&numpy_any_obj) },
    { MP_ROM_QSTR(MP_QSTR_arange), MP_ROM_PTR(&numpy_arange_obj) },
    { MP_ROM_QSTR(MP_QSTR_arccos), MP_ROM_PTR(&numpy_acos_obj) },
    { MP_ROM_QSTR(MP_QSTR_arccosh), MP_ROM_PTR(&numpy_acosh_obj) },
    { MP_ROM_QSTR(MP_QSTR_arcsin), MP_ROM_PTR(&numpy_asin_obj) },
    { MP_ROM_QSTR(MP_QSTR_arcsinh), MP_ROM_PTR(&numpy_asinh_obj) },
    { MP_ROM_QSTR(MP_QSTR_arctan), MP_ROM_PTR(&numpy_atan_obj) },
    { MP_ROM_QSTR(MP_QSTR_arctan2), MP_ROM_PTR(&numpy_arctan2_obj) },
    { MP_ROM_QSTR(MP_QSTR_arctanh), MP_ROM_PTR(&numpy_atanh_obj) },
    { MP_ROM_QSTR(MP_QSTR_argmax), MP_ROM_PTR(&numpy_argmax_obj) },
    { MP_ROM_QSTR(MP_QSTR_argmin), MP_ROM_PTR(&numpy_argmin_obj) },
    { MP_ROM_QSTR(MP_QSTR_argsort), MP_ROM_PTR(&numpy_argsort_obj) },
    { MP_ROM_QSTR(MP_QSTR_array), MP_ROM_PTR(&numpy_array_obj) },
    { MP_ROM_QSTR(MP_QSTR_asarray), MP_ROM_PTR(&numpy_asarray_obj) },
    { MP_ROM_QSTR(MP_QSTR_asin), MP_ROM_PTR(&numpy_asin_obj) },
    { MP_ROM_QSTR(MP_QSTR_asinh), MP_ROM_PTR(&numpy_asinh_obj) },
    { MP_ROM_QSTR(MP_QSTR_atan), MP_ROM_PTR(&numpy_atan_obj) },
    { MP_ROM_QSTR(MP_QSTR_atanh), MP_ROM_PTR(&numpy_atanh_obj) },
    { MP_ROM_QSTR(MP_QSTR_cbrt), MP_ROM_PTR(&numpy_cbrt_obj) },
    { MP_ROM_QSTR(MP_QSTR_ceil), MP_ROM_PTR(&numpy_ceil_obj) },
    { MP_ROM_QSTR(MP_QSTR_clip), MP_ROM_PTR(&numpy_clip_obj) },
    { MP_ROM_QSTR(MP_QSTR_concatenate), MP_ROM_PTR(&numpy_concatenate_obj) },
    { MP_ROM_QSTR(MP_QSTR_cos), MP_ROM_PTR(&numpy_cos_obj) },
    { MP_ROM_QSTR(MP_QSTR_cosh), MP_ROM_PTR(&numpy_cosh_obj) },
    { MP_ROM_QSTR(MP_QSTR_deg2rad), MP_ROM_PTR(&numpy_radians_obj) },
    { MP_ROM_QSTR(MP_QSTR_degrees), MP_ROM_PTR(&numpy_degrees_obj) },
    { MP_ROM_QSTR(MP_QSTR_diff), MP_ROM_PTR(&numpy_diff_obj) },
    { MP_ROM_QSTR(MP_QSTR_dot), MP_ROM_PTR(&numpy_dot_obj) },
    { MP_ROM_QSTR(MP_QSTR_empty), MP_ROM_PTR(&numpy_zeros_obj) },
    { MP_ROM_QSTR(MP_QSTR_equal), MP_ROM_PTR(&numpy_equal_obj) },
    { MP_ROM_QSTR(MP_QSTR_exp), MP_ROM_PTR(&numpy_exp_obj) },
    { MP_ROM_QSTR(MP_QSTR_exp2), MP_ROM_PTR(&numpy_exp2_obj) },
    { MP_ROM_QSTR(MP_QSTR_expm1), MP_ROM_PTR(&numpy_expm1_obj) },
    { MP_ROM_QSTR(MP_QSTR_eye), MP_ROM_PTR(&numpy_eye_obj) },
    { MP_ROM_QSTR(MP_QSTR_fix), MP_ROM_PTR(&numpy_trunc_obj) },
    { MP_ROM_QSTR(MP_QSTR_flip), MP_ROM_PTR(&numpy_flip_obj) },
    { MP_ROM_QSTR(MP_QSTR_floor), MP_ROM_PTR(&numpy_floor_obj) },
    { MP_ROM_QSTR(MP_QSTR_frombuffer), MP_ROM_PTR(&numpy_frombuffer_obj) },
    { MP_ROM_QSTR(MP_QSTR_full), MP_ROM_PTR(&numpy_full_obj) },
    { MP_ROM_QSTR(MP_QSTR_isfinite), MP_ROM_PTR(&numpy_isfinite_obj) },
    { MP_ROM_QSTR(MP_QSTR_isinf), MP_ROM_PTR(&numpy_isinf_obj) },
    { MP_ROM_QSTR(MP_QSTR_isnan), MP_ROM_PTR(&numpy_isnan_obj) },
    { MP_ROM_QSTR(MP_QSTR_linspace), MP_ROM_PTR(&numpy_linspace_obj) },
    { MP_ROM_QSTR(MP_QSTR_log), MP_ROM_PTR(&numpy_log_obj) },
    { MP_ROM_QSTR(MP_QSTR_log10), MP_ROM_PTR(&numpy_log10_obj) },
    { MP_ROM_QSTR(MP_QSTR_log1p), MP_ROM_PTR(&numpy_log1p_obj) },
    { MP_ROM_QSTR(MP_QSTR_log2), MP_ROM_PTR(&numpy_log2_obj) },
    { MP_ROM_QSTR(MP_QSTR_max), MP_ROM_PTR(&numpy_max_obj) },
    { MP_ROM_QSTR(MP_QSTR_maximum), MP_ROM_PTR(&numpy_maximum_obj) },
    { MP_ROM_QSTR(MP_QSTR_mean), MP_ROM_PTR(&numpy_mean_obj) },
    { MP_ROM_QSTR(MP_QSTR_median), MP_ROM_PTR(&numpy_median_obj) },
    { MP_ROM_QSTR(MP_QSTR_min), MP_ROM_PTR(&numpy_min_obj) },
    { MP_ROM_QSTR(MP_QSTR_minimum), MP_ROM_PTR(&numpy_minimum_obj) },
    { MP_ROM_QSTR(MP_QSTR_not_equal), MP_ROM_PTR(&numpy_not_equal_obj) },
    { MP_ROM_QSTR(MP_QSTR_ones), MP_ROM_PTR(&numpy_ones_obj) },
    { MP_ROM_QSTR(MP_QSTR_rad2deg), MP_ROM_PTR(&numpy_degrees_obj) },
    { MP_ROM_QSTR(MP_QSTR_radians), MP_ROM_PTR(&numpy_radians_obj) },
    { MP_ROM_QSTR(MP_QSTR_rint), MP_ROM_PTR(&numpy_rint_obj) },
    { MP_ROM_QSTR(MP_QSTR_roll), MP_ROM_PTR(&numpy_roll_obj) },
    { MP_ROM_QSTR(MP_QSTR_signbit), MP_ROM_PTR(&numpy_signbit_obj) },
    { MP_ROM_QSTR(MP_QSTR_sin), MP_ROM_PTR(&numpy_sin_obj) },
    { MP_ROM_QSTR(MP_QSTR_sinc), MP_ROM_PTR(&numpy_sinc_obj) },
    { MP_ROM_QSTR(MP_QSTR_sinh), MP_ROM_PTR(&numpy_sinh_obj) },
    { MP_ROM_QSTR(MP_QSTR_sort), MP_ROM_PTR(&numpy_sort_obj) },
    { MP_ROM_QSTR(MP_QSTR_sqrt), MP_ROM_PTR(&numpy_sqrt_obj) },
    { MP_ROM_QSTR(MP_QSTR_std), MP_ROM_PTR(&numpy_std_obj) },
    { MP_ROM_QSTR(MP_QSTR_sum), MP_ROM_PTR(&numpy_sum_obj) },
    { MP_ROM_QSTR(MP_QSTR_tan), MP_ROM_PTR(&numpy_tan_obj) },
    { MP_ROM_QSTR(MP_QSTR_tanh), MP_ROM_PTR(&numpy_tanh_obj) },
    { MP_ROM_QSTR(MP_QSTR_trunc), MP_ROM_PTR(&numpy_trunc_obj) },
    { MP_ROM_QSTR(MP_QSTR_where), MP_ROM_PTR(&numpy_where_obj) },
    { MP_ROM_QSTR(MP_QSTR_zeros), MP_ROM_PTR(&numpy_zeros_obj) },
};
static MP_DEFINE_CONST_DICT(numpy_globals, numpy_globals_table);

const mp_obj_module_t ulab_numpy_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&numpy_globals,
};

// See modscipy.c.
MP_REGISTER_MODULE(MP_QSTR_ulab_dot_numpy, ulab_numpy_module);
MP_REGISTER_MODULE_DELEGATION(ulab_numpy_module, frozen_attr);
