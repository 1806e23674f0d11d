#ifndef ULAB_CONVOLVE_H
#define ULAB_CONVOLVE_H

#include <stddef.h>

// out[i + k] is increased by left[i] * right[k]; it has n + m - 1 items.
void convolve_add(double *out, const double *left, size_t n, const double *right, size_t m);

// The same of complex numbers, which are pairs.
void convolve_add_complex(double *out, const double *left, size_t n, const double *right, size_t m);

#endif // ULAB_CONVOLVE_H
