// Conversion between the dtypes, in blocks on the stack. Arithmetic is written
// once for each of the few kinds of working values, not for each pair of dtypes.

#ifndef ULAB_CONVERT_H
#define ULAB_CONVERT_H

#include "strided.h"

// All values of a kind are values of the next, but for those of KIND_I32 below
// zero and, in KIND_F32, integers beyond 24 bits.
typedef enum {
    KIND_U8,
    KIND_I32,
    KIND_U32,
    KIND_F32,
    KIND_F64,
    KIND_COMPLEX,
} kind_t;

#define BLOCK_ITEMS (128)

// Loops over values work on whole groups, for which a block always has room.
#define BLOCK_GROUP (16)

static inline size_t whole_groups(size_t n) {
    return (n + BLOCK_GROUP - 1) & ~(size_t)(BLOCK_GROUP - 1);
}

typedef union {
    uint8_t u8[BLOCK_ITEMS];
    int32_t i32[BLOCK_ITEMS];
    uint32_t u32[BLOCK_ITEMS];
    float f32[BLOCK_ITEMS];
    double f64[2 * BLOCK_ITEMS]; // complex values as pairs
} block_t;

// The kind that holds all values of a dtype.
kind_t kind_of_dtype(ndarray_dtype_t dtype);

static inline bool kind_is_integer(kind_t kind) {
    return kind <= KIND_U32;
}

// The lowest kind that holds all values of both dtypes.
kind_t kind_of_both(ndarray_dtype_t a, ndarray_dtype_t b);

// Bytes of a value.
size_t kind_size(kind_t kind);

// Whether a run of items can be used as values of a kind where it lies.
bool block_is_direct(kind_t kind, ndarray_dtype_t dtype, const uint8_t *data, ptrdiff_t step);

// Up to BLOCK_ITEMS items as values. The kind holds all values of the dtype.
void block_load(block_t *block, kind_t kind, ndarray_dtype_t dtype, const uint8_t *data, ptrdiff_t step, size_t n);

// Values to items. Floats become integers by rounding half away from zero,
// integers are cut to the width of the dtype, nan and values beyond 2**63 become
// 0, bool is whether the value is not zero. There is room for whole groups.
void block_store(const void *values, kind_t kind, ndarray_dtype_t dtype, uint8_t *data, ptrdiff_t step, size_t n);

// All items of `from` into `to`, which has the same shape and shares no memory
// with it. Complex items into real ones lose their imaginary part.
void strided_copy(const strided_t *to, const strided_t *from);

#endif // ULAB_CONVERT_H
