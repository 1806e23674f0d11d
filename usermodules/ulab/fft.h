// The discrete Fourier transform of complex values, as pairs of parts.

#ifndef ULAB_FFT_H
#define ULAB_FFT_H

#include <stdbool.h>
#include <stddef.h>

// Doubles of workspace for n values; 0 where that is more than can be counted.
size_t fft_workspace(size_t n);

// In place, for any n >= 1, and without the division by n for the inverse.
void fft(double *values, size_t n, bool inverse, double *workspace);

#endif // ULAB_FFT_H
