// Random numbers of the generator PCG-XSH-RR 64/32.

#ifndef ULAB_RANDOM_H
#define ULAB_RANDOM_H

#include <stddef.h>
#include <stdint.h>

// From 0 to below 1, with 53 random bits.
void random_uniform(uint64_t *state, double *values, size_t n);

// Of mean 0 and deviation 1, in pairs by the method of Box and Muller. `values`
// needs room for an even number.
void random_normal(uint64_t *state, double *values, size_t n);

#endif // ULAB_RANDOM_H
