// From rows of pixels to rows of samples.

#ifndef UJPEG_ENCODE_SAMPLES_H
#define UJPEG_ENCODE_SAMPLES_H

#include <stdint.h>

// Rows of samples begin at multiples of this and have room for multiples of it.
#define SAMPLES_ALIGNMENT (32)

// Red, green, blue to luma and the two kinds of chroma, ITU-R BT.601.
void samples_convert(const uint8_t *pixels, uint32_t width, uint8_t *luma, uint8_t *blue, uint8_t *red);

// Means of 2 x 2 samples, rounded down and up in turn; of 2 x 1 where both rows are the same.
void samples_halve(uint8_t *result, uint32_t count, const uint8_t *upper, const uint8_t *lower);

#endif // UJPEG_ENCODE_SAMPLES_H
