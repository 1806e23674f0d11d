#include "filter.h"

void filter(const double *b, const double *a, size_t order, double *state, double *values, size_t n) {
    for (size_t i = 0; i < n; i++) {
        double x = values[i];
        double y = b[0] * x + state[0];
        values[i] = y;
        for (size_t k = 0; k < order; k++) {
            state[k] = state[k + 1] + b[k + 1] * x - a[k + 1] * y;
        }
    }
}
