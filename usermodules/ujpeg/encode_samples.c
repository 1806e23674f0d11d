#define JPEG_INTERNALS
#include "encode_samples.h"

#include <stdio.h>
#include <string.h>

#include "jpeglib.h"
#include "jsimd.h"

// Compilers make vector instructions of these.
typedef uint8_t bytes_t __attribute__((vector_size(8)));
typedef uint16_t pairs_t __attribute__((vector_size(16)));

void samples_convert(const uint8_t *pixels, uint32_t width, uint8_t *luma, uint8_t *blue, uint8_t *red) {
#ifdef WITH_SIMD
    // libjpeg's routine looks at nothing else in here.
    struct jpeg_compress_struct row;
    row.in_color_space = JCS_RGB;
    row.image_width = width;
    JSAMPROW input = (JSAMPROW)pixels;
    JSAMPARRAY output[] = { &luma, &blue, &red };
    jsimd_rgb_ycc_convert(&row, &input, output, 0, 1);
#else
    // In 1/65536; chroma is rounded a little below the half.
    for (uint32_t x = 0; x < width; ++x, pixels += 3) {
        int32_t r = pixels[0], g = pixels[1], b = pixels[2];
        luma[x] = (uint8_t)((19595 * r + 38470 * g + 7471 * b + 32768) >> 16);
        blue[x] = (uint8_t)((-11059 * r - 21709 * g + 32768 * b + (128 << 16) + 32767) >> 16);
        red[x] = (uint8_t)((32768 * r - 27439 * g - 5329 * b + (128 << 16) + 32767) >> 16);
    }
#endif
}

void samples_halve(uint8_t *result, uint32_t count, const uint8_t *upper, const uint8_t *lower) {
    const pairs_t bias = lower == upper ? (pairs_t) { 0, 2, 0, 2, 0, 2, 0, 2 } : (pairs_t) { 1, 2, 1, 2, 1, 2, 1, 2 };
    for (uint32_t i = 0; i < count; i += sizeof(bytes_t)) {
        pairs_t above, below;
        memcpy(&above, upper + 2 * (size_t)i, sizeof(above));
        memcpy(&below, lower + 2 * (size_t)i, sizeof(below));
        pairs_t sum = (above & 0xff) + (above >> 8) + (below & 0xff) + (below >> 8) + bias;
        bytes_t means = __builtin_convertvector(sum >> 2, bytes_t);
        memcpy(result + i, &means, sizeof(means));
    }
}
