// The functions of ulab.numpy, each defined in the file of its subject.

#ifndef ULAB_NUMPY_H
#define ULAB_NUMPY_H

#include "py/obj.h"

#include "universal.h"

// creation.c
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_arange_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_array_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_asarray_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_eye_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_frombuffer_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_full_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_linspace_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_ones_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_zeros_obj);

// numpy_arrange.c
MP_DECLARE_CONST_FUN_OBJ_2(numpy_broadcast_to_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_concatenate_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_diff_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_flip_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_join_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_roll_obj);

// numpy_order.c
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_argsort_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_median_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_sort_obj);

// numpy_convolve.c
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_convolve_obj);

// numpy_info.c
MP_DECLARE_CONST_FUN_OBJ_1(numpy_ndinfo_obj);
MP_DECLARE_CONST_FUN_OBJ_1(numpy_true_dtype_obj);

// numpy_scan.c
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_cumprod_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_cumsum_obj);

// numpy_search.c
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_bincount_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_interp_obj);
MP_DECLARE_CONST_FUN_OBJ_1(numpy_nonzero_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_searchsorted_obj);

// numpy_reduce.c: an object with the number of the function
typedef struct {
    mp_obj_base_t base;
    int function;
} reduction_obj_t;

extern const reduction_obj_t numpy_all_obj, numpy_any_obj, numpy_argmax_obj, numpy_argmin_obj, numpy_max_obj,
    numpy_mean_obj, numpy_min_obj, numpy_prod_obj, numpy_std_obj, numpy_sum_obj, numpy_var_obj;

// numpy_binary.c
typedef struct _binary_function_t binary_function_t;
extern const binary_function_t numpy_absolute_obj, numpy_add_obj, numpy_arctan2_obj, numpy_bitwise_and_obj,
    numpy_bitwise_or_obj, numpy_bitwise_xor_obj, numpy_copysign_obj, numpy_divide_obj, numpy_equal_obj,
    numpy_floor_divide_obj, numpy_fmax_obj, numpy_fmin_obj, numpy_fmod_obj, numpy_greater_obj,
    numpy_greater_equal_obj, numpy_hypot_obj, numpy_invert_obj, numpy_left_shift_obj, numpy_less_obj,
    numpy_less_equal_obj, numpy_logical_and_obj, numpy_logical_not_obj, numpy_logical_or_obj, numpy_logical_xor_obj,
    numpy_maximum_obj, numpy_minimum_obj, numpy_multiply_obj, numpy_negative_obj, numpy_not_equal_obj,
    numpy_power_obj, numpy_reciprocal_obj, numpy_remainder_obj, numpy_right_shift_obj, numpy_sign_obj,
    numpy_square_obj, numpy_subtract_obj;
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_clip_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(numpy_where_obj);

// numpy_math.c
extern const universal_t numpy_acos_obj, numpy_acosh_obj, numpy_asin_obj, numpy_asinh_obj, numpy_atan_obj,
    numpy_atanh_obj, numpy_cbrt_obj, numpy_ceil_obj, numpy_cos_obj, numpy_cosh_obj, numpy_degrees_obj, numpy_exp_obj,
    numpy_exp2_obj, numpy_expm1_obj, numpy_floor_obj, numpy_isfinite_obj, numpy_isinf_obj, numpy_isnan_obj,
    numpy_log_obj, numpy_log10_obj, numpy_log1p_obj, numpy_log2_obj, numpy_radians_obj, numpy_rint_obj,
    numpy_round_half_away_obj, numpy_signbit_obj, numpy_sin_obj, numpy_sinc_obj, numpy_sinh_obj, numpy_sqrt_obj,
    numpy_tan_obj, numpy_tanh_obj, numpy_trunc_obj;

// numpy_product.c
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_dot_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_inner_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_matmul_obj);

// printing.c
MP_DECLARE_CONST_FUN_OBJ_0(numpy_get_printoptions_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_set_printoptions_obj);

// modnumpy.c
extern const mp_obj_module_t ulab_numpy_module;

// numpy_fft.c
extern const mp_obj_module_t ulab_numpy_fft_module;

// numpy_linalg.c
extern const mp_obj_module_t ulab_numpy_linalg_module;

// numpy_random.c
extern const mp_obj_module_t ulab_numpy_random_module;

// numpy_order.c: the method, which sorts in place
MP_DECLARE_CONST_FUN_OBJ_KW(ndarray_sort_obj);

#endif // ULAB_NUMPY_H
