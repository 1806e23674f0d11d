// Operations on each item, or each pair of items, of arrays of one shape.

#ifndef ULAB_ELEMENTWISE_H
#define ULAB_ELEMENTWISE_H

#include "convert.h"

typedef enum {
    BINARY_ADD,
    BINARY_SUBTRACT,
    BINARY_MULTIPLY,
    BINARY_DIVIDE,
    BINARY_FLOOR_DIVIDE,
    BINARY_REMAINDER, // with the sign of the dividend
    BINARY_MODULO,    // with the sign of the divisor
    BINARY_POWER,
    BINARY_ARCTAN2,
    BINARY_HYPOT,
    BINARY_COPYSIGN,
    BINARY_FMAX,      // as maximum, but a nan only where both are
    BINARY_FMIN,
    BINARY_MAXIMUM,
    BINARY_MINIMUM,
    BINARY_AND,
    BINARY_OR,
    BINARY_XOR,
    BINARY_LEFT_SHIFT,
    BINARY_RIGHT_SHIFT,
    // Of the left operand alone.
    BINARY_ABSOLUTE,
    BINARY_SIGN,
    // The results of those from here on are bool.
    BINARY_EQUAL,
    BINARY_NOT_EQUAL,
    BINARY_LESS,
    BINARY_LESS_EQUAL,
    BINARY_LOGICAL_AND,
    BINARY_LOGICAL_OR,
    BINARY_LOGICAL_XOR,
    BINARY_COUNT,
} binary_t;

// One operation for values of one kind; their number is a multiple of
// BLOCK_GROUP. The output may be one of the inputs.
typedef void (*binary_kernel_t)(void *out, const void *left, const void *right, size_t n);

// NULL where the operation does not exist for the kind.
extern const binary_kernel_t binary_kernels[BINARY_COUNT][KIND_COMPLEX + 1];

// False, with nothing done, where the operation does not exist for the dtypes.
// The arrays have one shape; the output shares memory with an input only if it
// is the very same items.
bool elementwise_binary(binary_t op, const strided_t *out, const strided_t *left, const strided_t *right);

// The same for a result of another dtype than the output's, which it is cut to
// first as NumPy does.
bool elementwise_binary_as(binary_t op, ndarray_dtype_t dtype, const strided_t *out, const strided_t *left,
    const strided_t *right);

// A function of one real number. The same holds for the output.
void elementwise_apply(double (*function)(double), const strided_t *out, const strided_t *in);

// Where `condition` is not zero, the item of `yes`, else that of `no`.
void elementwise_select(const strided_t *out, const strided_t *condition, const strided_t *yes, const strided_t *no);

#endif // ULAB_ELEMENTWISE_H
