// Arguments and results that many functions of ulab.numpy have in common.

#ifndef ULAB_ARGUMENTS_H
#define ULAB_ARGUMENTS_H

#include "array.h"

// The smallest of uint16 and uint32 that holds an index.
ndarray_dtype_t index_dtype(size_t greatest);

// Raises TypeError where items of a dtype cannot become such of another.
void check_cast(ndarray_dtype_t from, ndarray_dtype_t to);

// A bit for each of the axes that an axis= argument names: an int, a tuple, or
// None for all.
unsigned int axes_from_obj(mp_obj_t object, size_t ndim);

// An array as it is; a number or a sequence as a new array of one dimension or
// more, float64 unless it is a number.
ndarray_obj_t *array_from_obj(mp_obj_t object);

// Real items one after the other, where they lie or in a copy.
typedef struct {
    ndarray_obj_t *array;
    ndarray_obj_t *copy; // or NULL
    const double *items;
    size_t len;
} vector_t;

// ValueError for more than one dimension, NotImplementedError for complex.
vector_t vector_from_array(ndarray_obj_t *array);
void vector_discard(vector_t *vector);

// The result itself or, with an out= argument that is not None, that array with
// the values of the result.
mp_obj_t ndarray_result(ndarray_obj_t *result, mp_obj_t out);

#endif // ULAB_ARGUMENTS_H
