// Where decoded pixels go: each channel with strides of its own.

#ifndef UJPEG_PLANES_H
#define UJPEG_PLANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint8_t *data;
    ptrdiff_t row_stride;    // bytes
    ptrdiff_t column_stride; // bytes
} plane_t;

// Whether the channels of a row lie as a decoder writes them, pixel after pixel.
bool planes_are_interleaved(const plane_t *planes, uint32_t channels);

// Writes interleaved pixels to a row of 1 or 3 planes.
void planes_store_row(const plane_t *planes, uint32_t channels, uint32_t row, const uint8_t *pixels, uint32_t width);

#endif // UJPEG_PLANES_H
