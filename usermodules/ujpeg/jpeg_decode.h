// Decodes JPEG files into memory of the caller, over libjpeg-turbo. Knows
// nothing of Python.

#ifndef UJPEG_JPEG_DECODE_H
#define UJPEG_JPEG_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "planes.h"

typedef struct _ujpeg_decoder_t ujpeg_decoder_t;

typedef enum {
    UJPEG_OK,
    UJPEG_BAD_DATA,   // ujpeg_message() says what is wrong with the file
    UJPEG_NO_MEMORY,  // ujpeg_bytes_needed() says how much was asked for
    UJPEG_READ_ERROR, // the source's read() has failed
} ujpeg_status_t;

typedef struct {
    const uint8_t *bytes; // a whole file in memory, or NULL
    size_t length;
    // Otherwise this gives the next bytes: how many, 0 at the end, -1 where it fails.
    ptrdiff_t (*read)(void *context, uint8_t *buffer, size_t size);
    void *context;
} ujpeg_source_t;

typedef struct {
    uint32_t width;
    uint32_t height;
    uint8_t components;
    bool progressive;
    char subsampling[8]; // "4:2:0" and its kin; empty where no such name fits
} ujpeg_header_t;

typedef struct {
    uint32_t x;
    uint32_t y;
    uint32_t width;
    uint32_t height;
} ujpeg_region_t;

typedef struct {
    ujpeg_region_t region; // in pixels of the full image, inside of it
    uint32_t scale;        // 1, 2, 4 or 8: the image is made smaller by it
    bool resize;           // the scaled region is averaged to width x height
    uint32_t width;        // of the result
    uint32_t height;
    uint32_t channels;     // 1: luma; 3: red, green, blue
    plane_t planes[3];
} ujpeg_request_t;

// NULL where there is not enough memory. The source must outlive the decoder.
ujpeg_decoder_t *ujpeg_open(const ujpeg_source_t *source);
void ujpeg_close(ujpeg_decoder_t *decoder);

ujpeg_status_t ujpeg_read_header(ujpeg_decoder_t *decoder, ujpeg_header_t *header);

// The largest of 8, 4, 2 and 1 at which the region is not smaller than width x height.
uint32_t ujpeg_scale_for_size(const ujpeg_region_t *region, uint32_t width, uint32_t height);

// Once, after ujpeg_read_header(). Without resize, the result is
// ceil(region / scale). What lies right, left or above of the region is not
// transformed, what lies below is not read.
ujpeg_status_t ujpeg_decode(ujpeg_decoder_t *decoder, const ujpeg_request_t *request);

const char *ujpeg_message(const ujpeg_decoder_t *decoder);
size_t ujpeg_bytes_needed(const ujpeg_decoder_t *decoder);

// All memory comes from here; whoever links this supplies them.
void *ujpeg_memory_alloc(size_t bytes);
void ujpeg_memory_free(void *memory);

#endif // UJPEG_JPEG_DECODE_H
