// The dtype of a result. The tables are those of the upstream library, so that
// its programs print the same; they differ only for the pairs of which neither
// 16-bit type holds both. With int32 and uint32, which upstream has not, they
// are NumPy's, with float64 in place of int64.

#ifndef ULAB_PROMOTE_H
#define ULAB_PROMOTE_H

#include <stdbool.h>

#include "dtype.h"

typedef enum {
    PROMOTE_ADD,              // + *
    PROMOTE_SUBTRACT,
    PROMOTE_FLOOR_DIVIDE,
    PROMOTE_REMAINDER,
    PROMOTE_EXTREME,          // maximum, minimum
    PROMOTE_SELECT,           // where
    PROMOTE_COMMON,           // of arrays put together: as NumPy
    PROMOTE_BITWISE_OPERATOR, // & | ^
    PROMOTE_BITWISE_FUNCTION,
    PROMOTE_SHIFT,
    PROMOTE_LEFT,             // that of the left operand
    PROMOTE_FLOAT,            // / ** and arctan2: no integer results
} promotion_t;

#define PROMOTE_NONE ((ndarray_dtype_t)0)

// PROMOTE_NONE where the operation does not exist for the pair.
ndarray_dtype_t promote(promotion_t rule, ndarray_dtype_t left, ndarray_dtype_t right);

// The float of the same width, float64 for integers; complex stays.
ndarray_dtype_t promote_to_float(ndarray_dtype_t dtype);

#endif // ULAB_PROMOTE_H
