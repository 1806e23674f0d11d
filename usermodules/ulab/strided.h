// Items in memory with a shape and strides, and the one loop that walks over
// several such arrays at once.

#ifndef ULAB_STRIDED_H
#define ULAB_STRIDED_H

#include <stdbool.h>

#include "dtype.h"

typedef struct {
    uint8_t *data;
    ndarray_dtype_t dtype;
    size_t ndim;                         // 0 for a scalar
    size_t shape[NDARRAY_MAX_DIMS];
    ptrdiff_t strides[NDARRAY_MAX_DIMS]; // bytes
} strided_t;

// Items of a shape.
size_t strided_len(const strided_t *array);

// C order without gaps, from the shape.
void strided_set_dense(strided_t *array);
bool strided_is_dense(const strided_t *array);

// The shape that both broadcast to, into `shape`; false where there is none.
bool strided_broadcast_shapes(const strided_t *a, const strided_t *b, size_t *ndim, size_t *shape);

// Stretch to a shape, which takes no memory; false where that is not possible.
bool strided_broadcast_to(strided_t *array, size_t ndim, const size_t *shape);

// Whether writing to one may change the other.
bool strided_overlap(const strided_t *a, const strided_t *b);

// First and one past the last byte of all items.
void strided_extent(const strided_t *array, const uint8_t **low, const uint8_t **high);

// Swap one axis to the end, where the inner run of a loop is.
void strided_axis_last(strided_t *array, size_t axis);

#define STRIDED_LOOP_ARRAYS (4)

// Runs of items along one axis, in step over several arrays of one shape. Axes
// that follow each other in memory in all of the arrays are walked as one.
typedef struct {
    size_t arrays;
    size_t run;                           // items of one run
    uint8_t *data[STRIDED_LOOP_ARRAYS];   // the first item of the current run
    ptrdiff_t step[STRIDED_LOOP_ARRAYS];  // bytes from item to item in a run
    size_t outer;                         // axes around the run
    size_t shape[NDARRAY_MAX_DIMS];
    size_t index[NDARRAY_MAX_DIMS];
    ptrdiff_t strides[STRIDED_LOOP_ARRAYS][NDARRAY_MAX_DIMS];
} strided_loop_t;

// At the first run; false where there are no items.
bool strided_loop_start(strided_loop_t *loop, size_t arrays, const strided_t *const *list);
// At the next run; false after the last.
bool strided_loop_next(strided_loop_t *loop);

#endif // ULAB_STRIDED_H
