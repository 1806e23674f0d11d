#ifndef ULAB_PRINTING_H
#define ULAB_PRINTING_H

#include "dtype.h"

// Rows longer than the threshold show this many items at each end.
typedef struct {
    size_t threshold;
    size_t edge_items;
} printing_options_t;

extern printing_options_t printing_options;

const char *dtype_name(ndarray_dtype_t dtype);

#endif // ULAB_PRINTING_H
