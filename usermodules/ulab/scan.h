// Running sums and products.

#ifndef ULAB_SCAN_H
#define ULAB_SCAN_H

#include <stdbool.h>

#include "strided.h"

// Each item of `out`, of the same shape, becomes the sum or product of the items
// of `in` up to that one, in C order. The values are float64, or complex where
// the output is. An output without strides keeps the last of them.
void scan_items(bool multiply, const strided_t *out, const strided_t *in);

#endif // ULAB_SCAN_H
