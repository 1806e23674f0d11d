// Conversions of pixels that libjpeg does not have.

#ifndef UJPEG_PIXELS_H
#define UJPEG_PIXELS_H

#include <stdint.h>

// In place, 4 bytes a pixel to 3. The inks are inverted, as Adobe writes them.
void pixels_cmyk_to_rgb(uint8_t *pixels, uint32_t count);

// In place, 3 bytes a pixel to 1: the luma of ITU-R BT.601.
void pixels_rgb_to_gray(uint8_t *pixels, uint32_t count);

#endif // UJPEG_PIXELS_H
