// Reductions of the items along one axis, or of all items.

#ifndef ULAB_REDUCE_H
#define ULAB_REDUCE_H

#include "convert.h"

typedef enum {
    REDUCE_SUM,
    REDUCE_SQUARES, // sum of squared distances from `offset`
    REDUCE_MAX,
    REDUCE_MIN,
    REDUCE_ARGMAX,
    REDUCE_ARGMIN,
    REDUCE_ALL,
    REDUCE_ANY,
} reduction_t;

// A sum in float64, and what rounding took from it on the way.
typedef struct {
    double total;
    double lost;
} exact_sum_t;

typedef struct {
    reduction_t reduction;
    double offset;
    size_t count;     // items seen
    int64_t integer;  // result of integer and bool items
    double real;      // result of float and complex items
    double imaginary;
    size_t index;     // of REDUCE_ARGMAX and REDUCE_ARGMIN: where the first such item is
    exact_sum_t real_sum;
    exact_sum_t imaginary_sum;
} reduce_t;

void reduce_start(reduce_t *state, reduction_t reduction, double offset);

// Take in all items, in C order; once for an extreme. A nan is greater and less than all others.
// Sums of integers are exact; those of floats lose less than pairwise summing.
void reduce_items(reduce_t *state, const strided_t *items);

#endif // ULAB_REDUCE_H
