#include "convolve.h"

void convolve_add(double *restrict out, const double *left, size_t n, const double *right, size_t m) {
    for (size_t k = 0; k < m; k++) {
        double factor = right[k];
        for (size_t i = 0; i < n; i++) {
            out[i + k] += left[i] * factor;
        }
    }
}

void convolve_add_complex(double *restrict out, const double *left, size_t n, const double *right, size_t m) {
    for (size_t k = 0; k < m; k++, out += 2, right += 2) {
        for (size_t i = 0; i < 2 * n; i += 2) {
            out[i] += left[i] * right[0] - left[i + 1] * right[1];
            out[i + 1] += left[i] * right[1] + left[i + 1] * right[0];
        }
    }
}
