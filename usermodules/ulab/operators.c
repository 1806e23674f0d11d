// What operators between arrays, numbers and sequences do.

#include <math.h>
#include <string.h>

#include "py/runtime.h"

#include "operators.h"

// A Python number has no width: it takes that of the array where it can.
static void adapt_scalar(operand_t *scalar, mp_obj_t number, const operand_t *array, bool array_is_left) {
    ndarray_dtype_t dtype = array->view.dtype;
    if (mp_obj_is_int(number) && (dtype == NDARRAY_INT32 || dtype == NDARRAY_UINT32)) {
        double value = mp_obj_get_float(number);
        double low = dtype == NDARRAY_INT32 ? INT32_MIN : 0.0;
        if (value >= low && value <= low + UINT32_MAX) {
            scalar->view.dtype = dtype;
            item_set(dtype, scalar->item, number);
        }
    } else if (dtype == NDARRAY_FLOAT32 && scalar->view.dtype == NDARRAY_FLOAT64) {
        item_set(NDARRAY_FLOAT32, scalar->item, item_get(NDARRAY_FLOAT64, scalar->item));
        scalar->view.dtype = NDARRAY_FLOAT32;
    } else if (array_is_left && (dtype == NDARRAY_INT8 || dtype == NDARRAY_INT16)
        && (scalar->view.dtype == NDARRAY_UINT8 || scalar->view.dtype == NDARRAY_UINT16)) {
        mp_obj_t value = item_get(scalar->view.dtype, scalar->item);
        if (MP_OBJ_SMALL_INT_VALUE(value) <= INT16_MAX) {
            scalar->view.dtype = MP_OBJ_SMALL_INT_VALUE(value) <= INT8_MAX ? NDARRAY_INT8 : NDARRAY_INT16;
            item_set(scalar->view.dtype, scalar->item, value);
        }
    }
}

static bool operands_from_obj(operand_t *left, mp_obj_t left_in, operand_t *right, mp_obj_t right_in) {
    if (!operand_from_obj(left, left_in) || !operand_from_obj(right, right_in)) {
        return false;
    }
    // Reading a sequence runs any code, which may have resized a buffer.
    operand_check(left);
    if (left->scalar && !right->scalar) {
        adapt_scalar(left, left_in, right, false);
    } else if (right->scalar && !left->scalar) {
        adapt_scalar(right, right_in, left, true);
    }
    return true;
}

static NORETURN void raise_unsupported(promotion_t rule, ndarray_dtype_t left, ndarray_dtype_t right) {
    if (left == NDARRAY_COMPLEX || right == NDARRAY_COMPLEX) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("not implemented for complex dtype"));
    }
    mp_raise_msg(rule == PROMOTE_BITWISE_FUNCTION ? &mp_type_ValueError : &mp_type_TypeError,
        MP_ERROR_TEXT("operation is not supported for the input types"));
}

static ndarray_dtype_t result_dtype(binary_t op, promotion_t rule, ndarray_dtype_t left, ndarray_dtype_t right) {
    ndarray_dtype_t dtype = op < BINARY_EQUAL ? promote(rule, left, right) : NDARRAY_BOOL;
    if (dtype == PROMOTE_NONE) {
        raise_unsupported(rule, left, right);
    }
    return dtype;
}

static bool same_shape(const strided_t *a, const strided_t *b) {
    return a->ndim == b->ndim && memcmp(a->shape, b->shape, a->ndim * sizeof(a->shape[0])) == 0;
}

static bool same_items(const strided_t *a, const strided_t *b) {
    return a->data == b->data && a->dtype == b->dtype && same_shape(a, b)
           && memcmp(a->strides, b->strides, a->ndim * sizeof(a->strides[0])) == 0;
}

// Stretch to the shape of an output; items that change while they are still
// needed come from a copy.
static ndarray_obj_t *fit_operand(operand_t *operand, const strided_t *out) {
    strided_t given = operand->view;
    if (!strided_broadcast_to(&operand->view, out->ndim, out->shape)) {
        raise_broadcast_error(out, &given);
    }
    if (operand->scalar || !strided_overlap(out, &operand->view) || same_items(out, &operand->view)) {
        return NULL;
    }
    ndarray_obj_t *copy = ndarray_new_copy(&given, given.dtype);
    operand->view = ndarray_strided(copy);
    strided_broadcast_to(&operand->view, out->ndim, out->shape);
    return copy;
}

static void discard_copy(ndarray_obj_t *copy) {
    if (copy != NULL) {
        ndarray_discard(copy);
    }
}

// bool, unsigned, signed, float, complex: each may be cast to the next.
static unsigned int rank(ndarray_dtype_t dtype) {
    static const char ranked[] = { NDARRAY_BOOL, NDARRAY_UINT8, NDARRAY_UINT16, NDARRAY_UINT32, NDARRAY_INT8,
                                   NDARRAY_INT16, NDARRAY_INT32, NDARRAY_FLOAT32, NDARRAY_FLOAT64, NDARRAY_COMPLEX };
    static const uint8_t ranks[] = { 0, 1, 1, 1, 2, 2, 2, 3, 3, 4 };
    return ranks[(const char *)memchr(ranked, dtype, sizeof(ranked)) - ranked];
}

ndarray_obj_t *output_from_obj(mp_obj_t object, ndarray_dtype_t dtype) {
    if (!ndarray_check(object)) {
        mp_raise_TypeError(MP_ERROR_TEXT("out must be an ndarray"));
    }
    ndarray_obj_t *out = ndarray_from_obj(object);
    ndarray_check_writable(out);
    if (rank(dtype) > rank(out->view->dtype)) {
        mp_raise_TypeError(MP_ERROR_TEXT("cannot cast output with casting rule"));
    }
    return out;
}

static mp_obj_t binary_output(binary_t op, promotion_t rule, operand_t *left, operand_t *right, mp_obj_t out_in) {
    ndarray_dtype_t dtype = result_dtype(op, rule, left->view.dtype, right->view.dtype);
    ndarray_obj_t *out = output_from_obj(out_in, dtype);
    ndarray_obj_t *left_copy = fit_operand(left, out->view);
    ndarray_obj_t *right_copy = fit_operand(right, out->view);
    if (!elementwise_binary_as(op, dtype, out->view, &left->view, &right->view)) {
        raise_unsupported(rule, left->view.dtype, right->view.dtype);
    }
    discard_copy(left_copy);
    discard_copy(right_copy);
    return out_in;
}

static mp_obj_t binary_new(binary_t op, promotion_t rule, operand_t *left, operand_t *right) {
    strided_t out = { .dtype = result_dtype(op, rule, left->view.dtype, right->view.dtype) };
    if (!strided_broadcast_shapes(&left->view, &right->view, &out.ndim, out.shape)) {
        raise_broadcast_error(&left->view, &right->view);
    }
    strided_broadcast_to(&left->view, out.ndim, out.shape);
    strided_broadcast_to(&right->view, out.ndim, out.shape);
    uint8_t item[ITEM_BYTES];
    out.data = item;
    ndarray_obj_t *array = out.ndim == 0 ? NULL : ndarray_new_like(out.dtype, &out);
    if (!elementwise_binary(op, array == NULL ? &out : array->view, &left->view, &right->view)) {
        raise_unsupported(rule, left->view.dtype, right->view.dtype);
    }
    return array == NULL ? item_get(out.dtype, item) : MP_OBJ_FROM_PTR(array);
}

// Arrays of one shape, in the fewest steps.
static mp_obj_t binary_of_alike(binary_t op, promotion_t rule, const strided_t *left, const strided_t *right) {
    ndarray_obj_t *result = ndarray_new_like(result_dtype(op, rule, left->dtype, right->dtype), left);
    if (!elementwise_binary(op, result->view, left, right)) {
        raise_unsupported(rule, left->dtype, right->dtype);
    }
    return MP_OBJ_FROM_PTR(result);
}

mp_obj_t binary_into(binary_t op, promotion_t rule, mp_obj_t left_in, mp_obj_t right_in, mp_obj_t out) {
    if (out == mp_const_none && ndarray_check(left_in) && ndarray_check(right_in)) {
        const strided_t *a = ndarray_from_obj(left_in)->view;
        const strided_t *b = ndarray_from_obj(right_in)->view;
        if (same_shape(a, b)) {
            return binary_of_alike(op, rule, a, b);
        }
    }
    operand_t left, right;
    if (!operands_from_obj(&left, left_in, &right, right_in)) {
        return MP_OBJ_NULL;
    }
    mp_obj_t result = out == mp_const_none ? binary_new(op, rule, &left, &right)
        : binary_output(op, rule, &left, &right, out);
    operand_discard(&left, left_in);
    operand_discard(&right, right_in);
    return result;
}

// The left side keeps its dtype; integers wrap.
static mp_obj_t binary_in_place(binary_t op, mp_obj_t left_in, mp_obj_t right_in) {
    operand_t left, right;
    if (!operands_from_obj(&left, left_in, &right, right_in)) {
        return MP_OBJ_NULL;
    }
    ndarray_check_writable(MP_OBJ_TO_PTR(left_in));
    bool float_result = op == BINARY_DIVIDE || op == BINARY_POWER;
    ndarray_dtype_t result = promote(float_result ? PROMOTE_FLOAT : PROMOTE_ADD, left.view.dtype, right.view.dtype);
    bool integers = kind_is_integer(kind_of_dtype(left.view.dtype));
    bool fits = integers
        ? kind_is_integer(kind_of_dtype(right.view.dtype)) && !float_result
        : result != NDARRAY_COMPLEX || left.view.dtype == NDARRAY_COMPLEX;
    if (!fits) {
        mp_raise_TypeError(MP_ERROR_TEXT("cannot cast output with casting rule"));
    }
    ndarray_obj_t *copy = fit_operand(&right, &left.view);
    if (!elementwise_binary(op, &left.view, &left.view, &right.view)) {
        raise_unsupported(PROMOTE_ADD, left.view.dtype, right.view.dtype);
    }
    discard_copy(copy);
    operand_discard(&right, right_in);
    return left_in;
}

static mp_obj_t contains(mp_obj_t array, mp_obj_t value) {
    mp_obj_t equal = binary_call(BINARY_EQUAL, PROMOTE_ADD, array, value);
    if (equal == MP_OBJ_NULL) {
        return mp_const_false;
    }
    ndarray_obj_t *flags = MP_OBJ_TO_PTR(equal);
    bool found = memchr(flags->view->data, 1, ndarray_len(flags)) != NULL;
    ndarray_discard(flags);
    return mp_obj_new_bool(found);
}

mp_obj_t ndarray_binary_op(mp_binary_op_t op, mp_obj_t left, mp_obj_t right) {
    if (op >= MP_BINARY_OP_REVERSE_OR && op <= MP_BINARY_OP_REVERSE_POWER) {
        mp_obj_t array = left;
        left = right;
        right = array;
        op -= MP_BINARY_OP_REVERSE_OR - MP_BINARY_OP_OR;
    }
    switch (op) {
        case MP_BINARY_OP_EQUAL:
            return binary_call(BINARY_EQUAL, PROMOTE_ADD, left, right);
        case MP_BINARY_OP_NOT_EQUAL:
            return binary_call(BINARY_NOT_EQUAL, PROMOTE_ADD, left, right);
        case MP_BINARY_OP_LESS:
            return binary_call(BINARY_LESS, PROMOTE_ADD, left, right);
        case MP_BINARY_OP_MORE:
            return binary_call(BINARY_LESS, PROMOTE_ADD, right, left);
        case MP_BINARY_OP_LESS_EQUAL:
            return binary_call(BINARY_LESS_EQUAL, PROMOTE_ADD, left, right);
        case MP_BINARY_OP_MORE_EQUAL:
            return binary_call(BINARY_LESS_EQUAL, PROMOTE_ADD, right, left);
        case MP_BINARY_OP_ADD:
            return binary_call(BINARY_ADD, PROMOTE_ADD, left, right);
        case MP_BINARY_OP_SUBTRACT:
            return binary_call(BINARY_SUBTRACT, PROMOTE_SUBTRACT, left, right);
        case MP_BINARY_OP_MULTIPLY:
            return binary_call(BINARY_MULTIPLY, PROMOTE_ADD, left, right);
        case MP_BINARY_OP_TRUE_DIVIDE:
            return binary_call(BINARY_DIVIDE, PROMOTE_FLOAT, left, right);
        case MP_BINARY_OP_FLOOR_DIVIDE:
            return binary_call(BINARY_FLOOR_DIVIDE, PROMOTE_FLOOR_DIVIDE, left, right);
        case MP_BINARY_OP_MODULO:
            return binary_call(BINARY_REMAINDER, PROMOTE_REMAINDER, left, right);
        case MP_BINARY_OP_DIVMOD: {
            // This remainder has the sign of the divisor, as it must for the two to fit together.
            mp_obj_t both[] = {
                binary_call(BINARY_FLOOR_DIVIDE, PROMOTE_FLOOR_DIVIDE, left, right),
                binary_call(BINARY_MODULO, PROMOTE_FLOOR_DIVIDE, left, right),
            };
            return both[0] == MP_OBJ_NULL ? MP_OBJ_NULL : mp_obj_new_tuple(2, both);
        }
        case MP_BINARY_OP_POWER:
            return binary_call(BINARY_POWER, PROMOTE_FLOAT, left, right);
        case MP_BINARY_OP_AND:
            return binary_call(BINARY_AND, PROMOTE_BITWISE_OPERATOR, left, right);
        case MP_BINARY_OP_OR:
            return binary_call(BINARY_OR, PROMOTE_BITWISE_OPERATOR, left, right);
        case MP_BINARY_OP_XOR:
            return binary_call(BINARY_XOR, PROMOTE_BITWISE_OPERATOR, left, right);
        case MP_BINARY_OP_LSHIFT:
            return binary_call(BINARY_LEFT_SHIFT, PROMOTE_SHIFT, left, right);
        case MP_BINARY_OP_RSHIFT:
            return binary_call(BINARY_RIGHT_SHIFT, PROMOTE_SHIFT, left, right);
        case MP_BINARY_OP_INPLACE_LSHIFT:
            return binary_in_place(BINARY_LEFT_SHIFT, left, right);
        case MP_BINARY_OP_INPLACE_RSHIFT:
            return binary_in_place(BINARY_RIGHT_SHIFT, left, right);
        case MP_BINARY_OP_INPLACE_ADD:
            return binary_in_place(BINARY_ADD, left, right);
        case MP_BINARY_OP_INPLACE_SUBTRACT:
            return binary_in_place(BINARY_SUBTRACT, left, right);
        case MP_BINARY_OP_INPLACE_MULTIPLY:
            return binary_in_place(BINARY_MULTIPLY, left, right);
        case MP_BINARY_OP_INPLACE_TRUE_DIVIDE:
            return binary_in_place(BINARY_DIVIDE, left, right);
        case MP_BINARY_OP_INPLACE_MODULO:
            return binary_in_place(BINARY_REMAINDER, left, right);
        case MP_BINARY_OP_INPLACE_POWER:
            return binary_in_place(BINARY_POWER, left, right);
        case MP_BINARY_OP_MAT_MULTIPLY:
            return matrix_product(left, right);
        case MP_BINARY_OP_CONTAINS:
            return contains(left, right);
        default:
            return MP_OBJ_NULL;
    }
}

// The interpreter asks the left operand of a comparison or of divmod() first, or
// only that: here an array on the right comes first. The linker puts this in its place.
mp_obj_t __real_mp_binary_op(mp_binary_op_t op, mp_obj_t left, mp_obj_t right);
mp_obj_t __wrap_mp_binary_op(mp_binary_op_t op, mp_obj_t left, mp_obj_t right);
mp_obj_t __wrap_mp_binary_op(mp_binary_op_t op, mp_obj_t left, mp_obj_t right) {
    if ((op <= MP_BINARY_OP_NOT_EQUAL || op == MP_BINARY_OP_DIVMOD) && ndarray_check(right) && !ndarray_check(left)) {
        mp_obj_t result = ndarray_binary_op(op, left, right);
        if (result != MP_OBJ_NULL) {
            return result;
        }
    }
    return __real_mp_binary_op(op, left, right);
}

// constant op array, in the dtype of the array
static mp_obj_t with_constant(binary_t op, mp_obj_t constant, const ndarray_obj_t *array) {
    strided_t view = ndarray_strided(array);
    uint8_t item[ITEM_BYTES];
    item_set(view.dtype, item, constant);
    strided_t left = { .data = item, .dtype = view.dtype };
    strided_broadcast_to(&left, view.ndim, view.shape);
    ndarray_obj_t *result = ndarray_new_like(view.dtype, &view);
    strided_t out = ndarray_strided(result);
    elementwise_binary(op, &out, &left, &view);
    return MP_OBJ_FROM_PTR(result);
}

static mp_obj_t negative(const ndarray_obj_t *array) {
    // -0.0 - x is -x, also for zeros.
    switch (array->view->dtype) {
        case NDARRAY_FLOAT32:
        case NDARRAY_FLOAT64:
            return with_constant(BINARY_SUBTRACT, mp_obj_new_float(-0.0), array);
        case NDARRAY_COMPLEX:
            return with_constant(BINARY_SUBTRACT, mp_obj_new_complex(-0.0, -0.0), array);
        default:
            return with_constant(BINARY_SUBTRACT, MP_OBJ_NEW_SMALL_INT(0), array);
    }
}

static mp_obj_t invert(const ndarray_obj_t *array) {
    if (!kind_is_integer(kind_of_dtype(array->view->dtype))) {
        mp_raise_ValueError(MP_ERROR_TEXT("operation is not supported for given type"));
    }
    return with_constant(BINARY_XOR, MP_OBJ_NEW_SMALL_INT(-1), array);
}

// In the same dtype; of complex numbers in float64.
static mp_obj_t absolute(const ndarray_obj_t *array) {
    strided_t view = ndarray_strided(array);
    if (view.dtype != NDARRAY_COMPLEX) {
        ndarray_obj_t *result = ndarray_new_like(view.dtype, &view);
        elementwise_binary(BINARY_ABSOLUTE, result->view, &view, &view);
        return MP_OBJ_FROM_PTR(result);
    }
    view.dtype = NDARRAY_FLOAT64;
    strided_t imaginary = view;
    imaginary.data += sizeof(double);
    ndarray_obj_t *result = ndarray_new_like(NDARRAY_FLOAT64, &view);
    elementwise_binary(BINARY_HYPOT, result->view, &view, &imaginary);
    return MP_OBJ_FROM_PTR(result);
}

mp_obj_t ndarray_unary_op(mp_unary_op_t op, mp_obj_t self_in) {
    ndarray_obj_t *self = ndarray_from_obj(self_in);
    switch (op) {
        case MP_UNARY_OP_BOOL:
            return mp_obj_new_bool(ndarray_len(self) != 0);
        case MP_UNARY_OP_LEN:
            return mp_obj_new_int_from_uint(self->view->shape[0]);
        case MP_UNARY_OP_POSITIVE: {
            strided_t view = ndarray_strided(self);
            return MP_OBJ_FROM_PTR(ndarray_new_copy(&view, view.dtype));
        }
        case MP_UNARY_OP_NEGATIVE:
            return negative(self);
        case MP_UNARY_OP_INVERT:
            return invert(self);
        case MP_UNARY_OP_ABS:
            return absolute(self);
        default:
            return MP_OBJ_NULL;
    }
}
