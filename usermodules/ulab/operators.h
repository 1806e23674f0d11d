#ifndef ULAB_OPERATORS_H
#define ULAB_OPERATORS_H

#include "array.h"
#include "elementwise.h"
#include "promote.h"

// A new array, or a Python number for two numbers, with broadcasting and the
// promotion of the dtypes. MP_OBJ_NULL where an operand is no such thing.
// Into `out` where it is not None: an array that holds the kind of the result
// and that the operands can be stretched to. It may share memory with them.
mp_obj_t binary_into(binary_t op, promotion_t rule, mp_obj_t left, mp_obj_t right, mp_obj_t out);

static inline mp_obj_t binary_call(binary_t op, promotion_t rule, mp_obj_t left, mp_obj_t right) {
    return binary_into(op, rule, left, right, mp_const_none);
}

// The array of an out= argument for results of a dtype; TypeError where it is
// none or cannot take them.
ndarray_obj_t *output_from_obj(mp_obj_t object, ndarray_dtype_t dtype);

// The matrix product, in matrix.c.
mp_obj_t matrix_product(mp_obj_t left, mp_obj_t right);

#endif // ULAB_OPERATORS_H
