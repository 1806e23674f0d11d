// Search in sorted numbers.

#ifndef ULAB_SEARCH_H
#define ULAB_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

// How many of n ascending numbers, nan last, come before a value: those that are
// less or, from the right, not greater.
size_t search_sorted(const double *sorted, size_t n, double value, bool right);

// Each value is replaced by that of the piecewise linear function through the
// points (x, y) of which there are n > 0, `left` and `right` of them.
typedef struct {
    const double *x;
    const double *y;
    size_t n;
    double left;
    double right;
} interpolation_t;

void interpolate(const interpolation_t *through, double *values, size_t count);

#endif // ULAB_SEARCH_H
