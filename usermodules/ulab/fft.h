// The discrete Fourier transform of doubles: complex values are pairs of parts.

#ifndef ULAB_FFT_H
#define ULAB_FFT_H

#include <stdbool.h>
#include <stddef.h>

// Doubles of workspace for n values; 0 where that is more than can be counted.
size_t fft_workspace(size_t n);

// Of any n >= 1 complex values in place, without the division by n for the inverse.
void fft_complex(double *values, size_t n, bool inverse, double *workspace);

// Of the n real numbers at the start of `values`, where there is room for the n
// complex results.
void fft_real(double *values, size_t n, double *workspace);

#endif // ULAB_FFT_H
