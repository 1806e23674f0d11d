// The types of an array's items. Algorithms include this, not the interpreter.

#ifndef ULAB_DTYPE_H
#define ULAB_DTYPE_H

#include <stddef.h>
#include <stdint.h>

#define NDARRAY_MAX_DIMS (4)

// The values are the type codes of the buffer protocol and of np.uint8 and its kin.
typedef enum {
    NDARRAY_BOOL = '?',
    NDARRAY_UINT8 = 'B',
    NDARRAY_INT8 = 'b',
    NDARRAY_UINT16 = 'H',
    NDARRAY_INT16 = 'h',
    NDARRAY_UINT32 = 'I',
    NDARRAY_INT32 = 'i',
    NDARRAY_FLOAT32 = 'f',
    NDARRAY_FLOAT64 = 'd',
    NDARRAY_COMPLEX = 'c', // two float64
} ndarray_dtype_t;

// Bytes of an item; 0 for a value that is no dtype.
size_t ndarray_dtype_itemsize(ndarray_dtype_t dtype);

#endif // ULAB_DTYPE_H
