#include "pixels.h"

#include <stddef.h>

// Product of two fractions of 255, rounded.
static uint8_t multiply_fractions(uint32_t a, uint32_t b) {
    uint32_t product = a * b + 128;
    return (uint8_t)((product + (product >> 8)) >> 8);
}

void pixels_cmyk_to_rgb(uint8_t *pixels, uint32_t count) {
    uint8_t *rgb = pixels;
    for (uint32_t i = 0; i < count; ++i, pixels += 4, rgb += 3) {
        uint8_t white = pixels[3];
        for (size_t channel = 0; channel < 3; ++channel) {
            rgb[channel] = (uint8_t)(white - multiply_fractions(255u - pixels[channel], white));
        }
    }
}

void pixels_rgb_to_gray(uint8_t *pixels, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) {
        const uint8_t *rgb = pixels + (size_t)3 * i;
        pixels[i] = (uint8_t)((19595u * rgb[0] + 38470u * rgb[1] + 7471u * rgb[2] + 32768u) >> 16);
    }
}
