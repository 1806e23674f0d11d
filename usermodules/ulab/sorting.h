#ifndef ULAB_SORTING_H
#define ULAB_SORTING_H

#include <stddef.h>
#include <stdint.h>

// Sort values in ascending order, nan last, equal ones in their order. `places`,
// if not NULL, is permuted in the same way. The scratch arrays have n items too;
// that of the places may be NULL with them.
void sort_values(double *values, uint32_t *places, double *scratch, uint32_t *scratch_places, size_t n);

#endif // ULAB_SORTING_H
