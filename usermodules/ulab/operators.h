#ifndef ULAB_OPERATORS_H
#define ULAB_OPERATORS_H

#include "array.h"
#include "elementwise.h"
#include "promote.h"

// A new array, or a Python number for two numbers, with broadcasting and the
// promotion of the dtypes. MP_OBJ_NULL where an operand is no such thing.
mp_obj_t binary_call(binary_t op, promotion_t rule, mp_obj_t left, mp_obj_t right);

// The absolute values, in the same dtype; of complex numbers in float64.
mp_obj_t absolute(const ndarray_obj_t *array);

// The matrix product, in matrix.c.
mp_obj_t matrix_product(mp_obj_t left, mp_obj_t right);

#endif // ULAB_OPERATORS_H
