// Universal functions of ulab.numpy: of a number, and of each item of an array.

#include <math.h>
#include <string.h>

#include "py/runtime.h"

#include "numpy.h"
#include "operators.h"

// `out` may be wider and of either float type, but has the very same shape.
static ndarray_obj_t *result_array(const universal_t *function, const operand_t *in, mp_obj_t out_in,
    ndarray_dtype_t dtype) {
    if (out_in == mp_const_none) {
        return ndarray_new_like(dtype, &in->view);
    }
    if (!ndarray_check(out_in)) {
        mp_raise_ValueError(MP_ERROR_TEXT("out must be an ndarray"));
    }
    ndarray_obj_t *out = ndarray_from_obj(out_in);
    ndarray_check_writable(out);
    bool is_float = out->view->dtype == NDARRAY_FLOAT32 || out->view->dtype == NDARRAY_FLOAT64;
    if (function->predicate || dtype == NDARRAY_COMPLEX || !is_float) {
        mp_raise_ValueError(MP_ERROR_TEXT("out must be a float array"));
    }
    if (out->view->ndim != in->view.ndim || memcmp(out->view->shape, in->view.shape, out->view->ndim * sizeof(out->view->shape[0])) != 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("out and the input must have the same shape"));
    }
    return out;
}

static mp_obj_t apply_to_array(const universal_t *function, operand_t *in, mp_obj_t out_in, bool to_complex) {
    bool complex = in->view.dtype == NDARRAY_COMPLEX || to_complex;
    ndarray_dtype_t dtype = function->predicate ? NDARRAY_BOOL
        : to_complex ? NDARRAY_COMPLEX : promote_to_float(in->view.dtype);
    ndarray_obj_t *result = result_array(function, in, out_in, dtype);
    strided_t out = ndarray_strided(result);
    ndarray_obj_t *copy = NULL;
    if (out_in != mp_const_none && strided_overlap(&out, &in->view)) {
        copy = ndarray_new_copy(&in->view, in->view.dtype);
        in->view = ndarray_strided(copy);
    }
    if (complex) {
        elementwise_apply_complex(function->complex, &out, &in->view);
    } else {
        elementwise_apply(function->real, &out, &in->view);
    }
    if (copy != NULL) {
        ndarray_discard(copy);
    }
    return MP_OBJ_FROM_PTR(result);
}

static mp_obj_t universal_call(mp_obj_t self_in, size_t n_args, size_t n_kw, const mp_obj_t *call_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_out, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_dtype, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all_kw_array(n_args, n_kw, call_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    const universal_t *self = MP_OBJ_TO_PTR(self_in);
    operand_t in;
    if (!operand_from_obj(&in, args[0].u_obj)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("input must be a number, an array or a sequence, not %s"),
            mp_obj_get_type_str(args[0].u_obj));
    }
    bool to_complex = self->complex != NULL && args[2].u_obj == MP_OBJ_NEW_SMALL_INT(NDARRAY_COMPLEX);
    if (in.view.dtype == NDARRAY_COMPLEX && self->complex == NULL) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("not implemented for complex dtype"));
    }
    if (!in.scalar) {
        mp_obj_t result = apply_to_array(self, &in, args[1].u_obj, to_complex);
        operand_discard(&in, args[0].u_obj);
        return result;
    }
    double parts[2];
    mp_obj_get_complex(args[0].u_obj, &parts[0], &parts[1]);
    if (in.view.dtype == NDARRAY_COMPLEX || to_complex) {
        self->complex(parts);
        return mp_obj_new_complex(parts[0], parts[1]);
    }
    double result = self->real(parts[0]);
    return self->predicate ? mp_obj_new_bool(result != 0.0) : mp_obj_new_float(result);
}

static MP_DEFINE_CONST_OBJ_TYPE(
    universal_type, MP_QSTR_function, MP_TYPE_FLAG_BUILTIN_FUN,
    call, universal_call
    );

#define UNIVERSAL(name, function) \
    const universal_t numpy_##name##_obj = { { &universal_type }, function, NULL, false }
#define UNIVERSAL_COMPLEX(name, function, of_complex) \
    const universal_t numpy_##name##_obj = { { &universal_type }, function, of_complex, false }
#define PREDICATE(name, function) \
    const universal_t numpy_##name##_obj = { { &universal_type }, function, NULL, true }

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

static double is_finite(double x) {
    return isfinite(x);
}

static double is_inf(double x) {
    return isinf(x);
}

static double is_nan(double x) {
    return isnan(x);
}

static void exp_complex(double *parts) {
    double size = exp(parts[0]);
    double turn = parts[1];
    parts[0] = size * cos(turn);
    parts[1] = turn == 0.0 ? turn : size * sin(turn);
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

UNIVERSAL(acos, acos);
UNIVERSAL(acosh, acosh);
UNIVERSAL(asin, asin);
UNIVERSAL(asinh, asinh);
UNIVERSAL(atan, atan);
UNIVERSAL(atanh, atanh);
UNIVERSAL(ceil, ceil);
UNIVERSAL(cos, cos);
UNIVERSAL(cosh, cosh);
UNIVERSAL(degrees, degrees);
UNIVERSAL_COMPLEX(exp, exp, exp_complex);
UNIVERSAL(expm1, expm1);
UNIVERSAL(floor, floor);
PREDICATE(isfinite, is_finite);
PREDICATE(isinf, is_inf);
PREDICATE(isnan, is_nan);
UNIVERSAL(log, log);
UNIVERSAL(log10, log10);
UNIVERSAL(log2, log2);
UNIVERSAL(radians, radians);
UNIVERSAL(sin, sin);
UNIVERSAL(sinc, sinc);
UNIVERSAL(sinh, sinh);
UNIVERSAL_COMPLEX(sqrt, sqrt, sqrt_complex);
UNIVERSAL(tan, tan);
UNIVERSAL(tanh, tanh);

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
