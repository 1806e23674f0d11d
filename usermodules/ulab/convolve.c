#include "convolve.h"

void convolve_add(double *restrict out, const double *left, size_t n, const double *right, size_t m) {
    for (size_t k = 0; k < m; k++) {
        double factor = right[k];
        for (size_t i = 0; i < n; i++) {
            out[i + k] += left[i] * factor;
        }
    }
}
