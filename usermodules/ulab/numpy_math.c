// The universal functions of ulab.numpy.

#include <math.h>

#include "py/runtime.h"

#include "numpy.h"
#include "operators.h"

static double degrees(double x) {
    return x * (180.0 / M_PI);
}

static double radians(double x) {
    return x * (M_PI / 180.0);
}

static double sinc(double x) {
    double turn = M_PI * x;
    return x == 0.0 ? 1.0 : sin(turn) / turn;
}

// musl has results for some numbers below -1.
static double acosh_or_nan(double x) {
    return x < 1.0 ? (double)NAN : acosh(x);
}

static void isfinite_complex(double *parts) {
    parts[0] = isfinite(parts[0]) && isfinite(parts[1]);
    parts[1] = 0.0;
}

static void isinf_complex(double *parts) {
    parts[0] = isinf(parts[0]) || isinf(parts[1]);
    parts[1] = 0.0;
}

static void isnan_complex(double *parts) {
    parts[0] = isnan(parts[0]) || isnan(parts[1]);
    parts[1] = 0.0;
}

static void exp_complex(double *parts) {
    double size = exp(parts[0]);
    double turn = parts[1];
    parts[0] = size * cos(turn);
    parts[1] = turn == 0.0 ? turn : size * sin(turn);
}

static void log_complex(double *parts) {
    double size = hypot(parts[0], parts[1]);
    parts[1] = atan2(parts[1], parts[0]);
    parts[0] = log(size);
}

static void sinh_complex(double *parts) {
    double real = parts[0], turn = parts[1];
    parts[0] = sinh(real) * cos(turn);
    parts[1] = cosh(real) * sin(turn);
}

static void cosh_complex(double *parts) {
    double real = parts[0], turn = parts[1];
    parts[0] = cosh(real) * cos(turn);
    parts[1] = sinh(real) * sin(turn);
}

// sin(z) = -i sinh(iz), cos(z) = cosh(iz)
static void sin_complex(double *parts) {
    double times_i[2] = { -parts[1], parts[0] };
    sinh_complex(times_i);
    parts[0] = times_i[1];
    parts[1] = -times_i[0];
}

static void cos_complex(double *parts) {
    double real = parts[0];
    parts[0] = -parts[1];
    parts[1] = real;
    cosh_complex(parts);
}

// The root with the positive real part, without cancellation.
static void sqrt_complex(double *parts) {
    double real = parts[0];
    double imaginary = parts[1];
    if (real == 0.0 && imaginary == 0.0) {
        parts[0] = 0.0;
        return;
    }
    double large = sqrt((hypot(real, imaginary) + fabs(real)) * 0.5);
    double small = fabs(imaginary) / (2.0 * large);
    parts[0] = real >= 0.0 ? large : small;
    parts[1] = copysign(real >= 0.0 ? small : large, imaginary);
}

const universal_t numpy_acos_obj = UNIVERSAL(.real = acos);
const universal_t numpy_acosh_obj = UNIVERSAL(.real = acosh_or_nan);
const universal_t numpy_asin_obj = UNIVERSAL(.real = asin);
const universal_t numpy_asinh_obj = UNIVERSAL(.real = asinh);
const universal_t numpy_atan_obj = UNIVERSAL(.real = atan);
const universal_t numpy_atanh_obj = UNIVERSAL(.real = atanh);
const universal_t numpy_cbrt_obj = UNIVERSAL(.real = cbrt);
const universal_t numpy_ceil_obj = UNIVERSAL(.real = ceil);
const universal_t numpy_cos_obj = UNIVERSAL(.real = cos, .f32 = cos_f32, .complex = cos_complex);
const universal_t numpy_cosh_obj = UNIVERSAL(.real = cosh, .complex = cosh_complex);
const universal_t numpy_degrees_obj = UNIVERSAL(.real = degrees);
const universal_t numpy_exp_obj = UNIVERSAL(.f32 = exp_f32, .f64 = exp_f64, .complex = exp_complex);
const universal_t numpy_exp2_obj = UNIVERSAL(.real = exp2);
const universal_t numpy_expm1_obj = UNIVERSAL(.f32 = expm1_f32, .f64 = expm1_f64);
const universal_t numpy_floor_obj = UNIVERSAL(.real = floor);
const universal_t numpy_isfinite_obj = UNIVERSAL(.f32 = isfinite_f32, .f64 = isfinite_f64,
    .complex = isfinite_complex, .predicate = true);
const universal_t numpy_isinf_obj = UNIVERSAL(.f32 = isinf_f32, .f64 = isinf_f64, .complex = isinf_complex,
    .predicate = true);
const universal_t numpy_isnan_obj = UNIVERSAL(.f32 = isnan_f32, .f64 = isnan_f64, .complex = isnan_complex,
    .predicate = true);
const universal_t numpy_log_obj = UNIVERSAL(.f32 = log_f32, .f64 = log_f64, .complex = log_complex);
const universal_t numpy_log10_obj = UNIVERSAL(.f32 = log10_f32, .f64 = log10_f64);
const universal_t numpy_log1p_obj = UNIVERSAL(.real = log1p);
const universal_t numpy_log2_obj = UNIVERSAL(.f32 = log2_f32, .f64 = log2_f64);
const universal_t numpy_radians_obj = UNIVERSAL(.real = radians);
const universal_t numpy_rint_obj = UNIVERSAL(.real = rint);
const universal_t numpy_signbit_obj = UNIVERSAL(.f64 = signbit_f64, .predicate = true);
const universal_t numpy_sin_obj = UNIVERSAL(.real = sin, .f32 = sin_f32, .complex = sin_complex);
const universal_t numpy_sinc_obj = UNIVERSAL(.real = sinc);
const universal_t numpy_sinh_obj = UNIVERSAL(.real = sinh, .complex = sinh_complex);
const universal_t numpy_sqrt_obj = UNIVERSAL(.f32 = sqrt_f32, .f64 = sqrt_f64, .complex = sqrt_complex);
const universal_t numpy_tan_obj = UNIVERSAL(.real = tan);
const universal_t numpy_tanh_obj = UNIVERSAL(.f32 = tanh_f32, .f64 = tanh_f64);
const universal_t numpy_trunc_obj = UNIVERSAL(.real = trunc);

// Half away from zero.
const universal_t numpy_round_half_away_obj = UNIVERSAL(.real = round);

static mp_obj_t binary_or_raise(binary_t op, promotion_t rule, mp_obj_t left, mp_obj_t right) {
    mp_obj_t result = binary_call(op, rule, left, right);
    if (result == MP_OBJ_NULL) {
        mp_raise_TypeError(MP_ERROR_TEXT("inputs must be numbers, arrays or sequences"));
    }
    return result;
}

static mp_obj_t numpy_abs(mp_obj_t object) {
    if (is_sequence(object) && !ndarray_check(object)) {
        object = MP_OBJ_FROM_PTR(ndarray_from_sequence(object, NDARRAY_FLOAT64));
    }
    return mp_unary_op(MP_UNARY_OP_ABS, object);
}
MP_DEFINE_CONST_FUN_OBJ_1(numpy_abs_obj, numpy_abs);

static mp_obj_t numpy_arctan2(mp_obj_t y, mp_obj_t x) {
    return binary_or_raise(BINARY_ARCTAN2, PROMOTE_FLOAT, y, x);
}
MP_DEFINE_CONST_FUN_OBJ_2(numpy_arctan2_obj, numpy_arctan2);

static mp_obj_t numpy_maximum(mp_obj_t left, mp_obj_t right) {
    return binary_or_raise(BINARY_MAXIMUM, PROMOTE_EXTREME, left, right);
}
MP_DEFINE_CONST_FUN_OBJ_2(numpy_maximum_obj, numpy_maximum);

static mp_obj_t numpy_minimum(mp_obj_t left, mp_obj_t right) {
    return binary_or_raise(BINARY_MINIMUM, PROMOTE_EXTREME, left, right);
}
MP_DEFINE_CONST_FUN_OBJ_2(numpy_minimum_obj, numpy_minimum);

static mp_obj_t numpy_clip(mp_obj_t array, mp_obj_t low, mp_obj_t high) {
    mp_obj_t bounded = binary_or_raise(BINARY_MAXIMUM, PROMOTE_EXTREME, array, low);
    mp_obj_t result = binary_or_raise(BINARY_MINIMUM, PROMOTE_EXTREME, bounded, high);
    if (ndarray_check(bounded)) {
        ndarray_discard(MP_OBJ_TO_PTR(bounded));
    }
    return result;
}
MP_DEFINE_CONST_FUN_OBJ_3(numpy_clip_obj, numpy_clip);

static mp_obj_t numpy_equal(mp_obj_t left, mp_obj_t right) {
    return binary_or_raise(BINARY_EQUAL, PROMOTE_ADD, left, right);
}
MP_DEFINE_CONST_FUN_OBJ_2(numpy_equal_obj, numpy_equal);

static mp_obj_t numpy_not_equal(mp_obj_t left, mp_obj_t right) {
    return binary_or_raise(BINARY_NOT_EQUAL, PROMOTE_ADD, left, right);
}
MP_DEFINE_CONST_FUN_OBJ_2(numpy_not_equal_obj, numpy_not_equal);

static mp_obj_t numpy_where(mp_obj_t condition_in, mp_obj_t yes_in, mp_obj_t no_in) {
    operand_t condition, yes, no;
    if (!operand_from_obj(&condition, condition_in) || !operand_from_obj(&yes, yes_in)
        || !operand_from_obj(&no, no_in)) {
        mp_raise_TypeError(MP_ERROR_TEXT("inputs must be numbers, arrays or sequences"));
    }
    // Reading a sequence runs any code, which may have resized a buffer.
    operand_check(&condition);
    operand_check(&yes);
    strided_t out = { .dtype = promote(PROMOTE_SELECT, yes.view.dtype, no.view.dtype) };
    if (!strided_broadcast_shapes(&yes.view, &no.view, &out.ndim, out.shape)) {
        raise_broadcast_error(&yes.view, &no.view);
    }
    strided_t both = out;
    if (!strided_broadcast_shapes(&both, &condition.view, &out.ndim, out.shape)) {
        raise_broadcast_error(&condition.view, &both);
    }
    if (out.ndim == 0) {
        // Three numbers make an array of one item.
        out.ndim = 1;
        out.shape[0] = 1;
    }
    strided_broadcast_to(&condition.view, out.ndim, out.shape);
    strided_broadcast_to(&yes.view, out.ndim, out.shape);
    strided_broadcast_to(&no.view, out.ndim, out.shape);
    ndarray_obj_t *result = ndarray_new_like(out.dtype, &out);
    out = ndarray_strided(result);
    elementwise_select(&out, &condition.view, &yes.view, &no.view);
    operand_discard(&condition, condition_in);
    operand_discard(&yes, yes_in);
    operand_discard(&no, no_in);
    return MP_OBJ_FROM_PTR(result);
}
MP_DEFINE_CONST_FUN_OBJ_3(numpy_where_obj, numpy_where);
