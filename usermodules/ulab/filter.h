#ifndef ULAB_FILTER_H
#define ULAB_FILTER_H

#include <stddef.h>

// A recursive filter over n values in place, in the transposed direct form II:
// b and a have order + 1 coefficients, of which a[0] is 1, and `state` has
// order + 1 values, the last one 0.
void filter(const double *b, const double *a, size_t order, double *state, double *values, size_t n);

#endif // ULAB_FILTER_H
