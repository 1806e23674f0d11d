#ifndef ULAB_SELECTION_H
#define ULAB_SELECTION_H

#include <stdbool.h>
#include <stddef.h>

// Exchange values, none of which is nan, until the k-th is the one that is there
// in ascending order, with none greater before it. False after too many steps.
bool select_value(double *values, size_t n, size_t k);

#endif // ULAB_SELECTION_H
