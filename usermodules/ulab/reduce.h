// Reductions of the items along one axis, or of all items.

#ifndef ULAB_REDUCE_H
#define ULAB_REDUCE_H

#include "convert.h"

typedef enum {
    REDUCE_SUM,
    REDUCE_SQUARES, // sum of squared distances from `offset`
    REDUCE_MAX,
    REDUCE_MIN,
    REDUCE_ALL,
    REDUCE_ANY,
} reduction_t;

typedef struct {
    reduction_t reduction;
    double offset;
    size_t count;     // items seen
    int64_t integer;  // result of integer and bool items
    double real;      // result of float and complex items
    double imaginary;
    size_t index;     // where the result of REDUCE_MAX or REDUCE_MIN is
} reduce_t;

void reduce_start(reduce_t *state, reduction_t reduction, double offset);

// Take in all items, in C order.
void reduce_items(reduce_t *state, const strided_t *items);

#endif // ULAB_REDUCE_H
