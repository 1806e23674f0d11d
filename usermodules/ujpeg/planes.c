#include "planes.h"

#include <string.h>

bool planes_are_interleaved(const plane_t *planes, uint32_t channels) {
    for (uint32_t i = 0; i < channels; ++i) {
        if (planes[i].column_stride != (ptrdiff_t)channels || planes[i].row_stride != planes[0].row_stride
            || planes[i].data != planes[0].data + i) {
            return false;
        }
    }
    return true;
}

// Compilers make vector instructions of this.
static void split_pixels(uint8_t *restrict red, uint8_t *restrict green, uint8_t *restrict blue,
    const uint8_t *restrict pixels, uint32_t width) {
    for (uint32_t i = 0; i < width; ++i) {
        red[i] = pixels[3 * i];
        green[i] = pixels[3 * i + 1];
        blue[i] = pixels[3 * i + 2];
    }
}

void planes_store_row(const plane_t *planes, uint32_t channels, uint32_t row, const uint8_t *pixels, uint32_t width) {
    uint8_t *rows[3];
    bool dense = true;
    for (uint32_t i = 0; i < channels; ++i) {
        rows[i] = planes[i].data + (ptrdiff_t)row * planes[i].row_stride;
        dense = dense && planes[i].column_stride == 1;
    }
    if (planes_are_interleaved(planes, channels)) {
        memcpy(rows[0], pixels, (size_t)width * channels);
    } else if (dense && channels == 3) {
        split_pixels(rows[0], rows[1], rows[2], pixels, width);
    } else {
        for (uint32_t channel = 0; channel < channels; ++channel) {
            for (uint32_t i = 0; i < width; ++i) {
                rows[channel][(ptrdiff_t)i * planes[channel].column_stride] = pixels[(size_t)i * channels + channel];
            }
        }
    }
}
