#ifndef ULAB_PRODUCT_H
#define ULAB_PRODUCT_H

#include <stddef.h>

// out[rows][columns] = left[rows][inner] times right[inner][columns], all dense.
void product_f64(double *out, const double *left, const double *right, size_t rows, size_t inner, size_t columns);
void product_f32(float *out, const float *left, const float *right, size_t rows, size_t inner, size_t columns);

#endif // ULAB_PRODUCT_H
