#include "promote.h"

typedef struct {
    uint8_t int8_uint16;
    uint8_t uint16_int8;
    uint8_t int16_uint16; // in either order
} mixed_signs_t;

static const mixed_signs_t mixed_signs[] = {
    [PROMOTE_ADD] = { NDARRAY_INT16, NDARRAY_INT16, NDARRAY_FLOAT64 },
    [PROMOTE_SUBTRACT] = { NDARRAY_INT16, NDARRAY_UINT16, NDARRAY_FLOAT64 },
    [PROMOTE_FLOOR_DIVIDE] = { NDARRAY_UINT16, NDARRAY_UINT16, NDARRAY_FLOAT64 },
    [PROMOTE_REMAINDER] = { NDARRAY_INT16, NDARRAY_FLOAT64, NDARRAY_FLOAT64 },
    [PROMOTE_EXTREME] = { NDARRAY_INT16, NDARRAY_UINT16, NDARRAY_FLOAT64 },
    [PROMOTE_COMMON] = { NDARRAY_INT32, NDARRAY_INT32, NDARRAY_INT32 },
    [PROMOTE_SELECT] = { NDARRAY_UINT16, NDARRAY_UINT16, NDARRAY_FLOAT64 },
    [PROMOTE_BITWISE_OPERATOR] = { NDARRAY_INT16, NDARRAY_INT16, PROMOTE_NONE },
    [PROMOTE_BITWISE_FUNCTION] = { NDARRAY_UINT16, NDARRAY_UINT16, NDARRAY_INT16 },
    [PROMOTE_SHIFT] = { NDARRAY_UINT16, NDARRAY_UINT16, NDARRAY_INT16 },
};

static bool is_float(ndarray_dtype_t dtype) {
    return dtype == NDARRAY_FLOAT32 || dtype == NDARRAY_FLOAT64 || dtype == NDARRAY_COMPLEX;
}

static bool is_32_bits(ndarray_dtype_t dtype) {
    return dtype == NDARRAY_INT32 || dtype == NDARRAY_UINT32;
}

static bool is_signed(ndarray_dtype_t dtype) {
    return dtype == NDARRAY_INT8 || dtype == NDARRAY_INT16 || dtype == NDARRAY_INT32;
}

ndarray_dtype_t promote_to_float(ndarray_dtype_t dtype) {
    return is_float(dtype) ? dtype : NDARRAY_FLOAT64;
}

static ndarray_dtype_t promote_floats(ndarray_dtype_t left, ndarray_dtype_t right) {
    if (left == NDARRAY_COMPLEX || right == NDARRAY_COMPLEX) {
        return NDARRAY_COMPLEX;
    }
    // float32 holds all values of the 8-bit and 16-bit integers.
    bool single = (left == NDARRAY_FLOAT32 || right == NDARRAY_FLOAT32)
        && left != NDARRAY_FLOAT64 && right != NDARRAY_FLOAT64 && !is_32_bits(left) && !is_32_bits(right);
    return single ? NDARRAY_FLOAT32 : NDARRAY_FLOAT64;
}

ndarray_dtype_t promote(promotion_t rule, ndarray_dtype_t left, ndarray_dtype_t right) {
    bool bits = rule == PROMOTE_BITWISE_OPERATOR || rule == PROMOTE_BITWISE_FUNCTION || rule == PROMOTE_SHIFT;
    if (rule == PROMOTE_LEFT) {
        return left;
    }
    if (is_float(left) || is_float(right)) {
        return bits ? PROMOTE_NONE : promote_floats(left, right);
    }
    if (rule == PROMOTE_FLOAT) {
        return NDARRAY_FLOAT64;
    }
    if (rule == PROMOTE_COMMON && (left == NDARRAY_BOOL || right == NDARRAY_BOOL)) {
        return left == NDARRAY_BOOL ? right : left;
    }
    if (left == NDARRAY_BOOL && right == NDARRAY_BOOL && rule == PROMOTE_BITWISE_OPERATOR) {
        return NDARRAY_BOOL;
    }
    left = left == NDARRAY_BOOL ? NDARRAY_UINT8 : left;
    right = right == NDARRAY_BOOL ? NDARRAY_UINT8 : right;
    const mixed_signs_t *mixed = &mixed_signs[rule];
    if (left == right) {
        return left;
    }
    if (left == NDARRAY_UINT32 || right == NDARRAY_UINT32) {
        if (is_signed(left) || is_signed(right)) {
            return bits ? PROMOTE_NONE : NDARRAY_FLOAT64;
        }
        return NDARRAY_UINT32;
    }
    if (left == NDARRAY_INT32 || right == NDARRAY_INT32) {
        return NDARRAY_INT32;
    }
    if (left == NDARRAY_INT8 && right == NDARRAY_UINT16) {
        return (ndarray_dtype_t)mixed->int8_uint16;
    }
    if (left == NDARRAY_UINT16 && right == NDARRAY_INT8) {
        return (ndarray_dtype_t)mixed->uint16_int8;
    }
    if (left == NDARRAY_UINT16 || right == NDARRAY_UINT16) {
        bool with_int16 = left == NDARRAY_INT16 || right == NDARRAY_INT16;
        return with_int16 ? (ndarray_dtype_t)mixed->int16_uint16 : NDARRAY_UINT16;
    }
    return NDARRAY_INT16;
}
