// Encodes baseline JPEG files with the tables of the standard. Knows nothing of Python.

#ifndef UJPEG_JPEG_ENCODE_H
#define UJPEG_JPEG_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "planes.h"

typedef struct {
    uint32_t width;
    uint32_t height;
    uint32_t channels; // 1: gray; 3: red, green, blue
    plane_t planes[3];
    uint32_t quality;    // 1 to 100
    uint32_t horizontal; // 1 or 2: how many columns and rows share a chroma sample
    uint32_t vertical;
    uint32_t restart; // interval in units, 0 for none
    const uint8_t *comment;
    size_t comment_length; // at most UJPEG_SEGMENT_BYTES
    const uint8_t *exif;
    size_t exif_length;
    void (*write)(void *context, const uint8_t *bytes, size_t count);
    void *context;
} ujpeg_image_t;

#define UJPEG_SEGMENT_BYTES (65533)

// Bytes of memory, aligned for 32-bit words, that encoding wants.
size_t ujpeg_encode_memory(const ujpeg_image_t *image);

void ujpeg_encode(const ujpeg_image_t *image, void *memory);

#endif // UJPEG_JPEG_ENCODE_H
