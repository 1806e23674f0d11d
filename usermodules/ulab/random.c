#include <math.h>

#include "random.h"

// M. E. O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically
// Good Algorithms for Random Number Generation", 2014.
static uint32_t next(uint64_t *state) {
    uint64_t old = *state;
    *state = old * 6364136223846793005u + 1442695040888963407u;
    uint32_t shifted = (uint32_t)(((old >> 18) ^ old) >> 27);
    unsigned rotation = (unsigned)(old >> 59);
    return shifted >> rotation | shifted << (-rotation & 31);
}

void random_uniform(uint64_t *state, double *values, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint64_t high = next(state);
        uint64_t bits = high << 32 | next(state);
        values[i] = (double)(bits >> 11) * 0x1p-53;
    }
}

void random_normal(uint64_t *state, double *values, size_t n) {
    for (size_t i = 0; i < n; i += 2) {
        random_uniform(state, values + i, 2);
        // The logarithm of 0 would be infinite.
        double radius = sqrt(-2.0 * log(fmax(values[i], 0x1p-54)));
        double angle = 6.283185307179586 * values[i + 1];
        values[i] = radius * cos(angle);
        values[i + 1] = radius * sin(angle);
    }
}
