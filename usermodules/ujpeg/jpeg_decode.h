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
    bool shared; // what follows the end marker of the image belongs to others: it is not read
} ujpeg_source_t;

typedef struct {
    uint32_t width;
    uint32_t height;
    uint8_t components;
} ujpeg_header_t;

typedef struct {
    bool wants_length; // for the caller to say; all else is zero before ujpeg_open()
    const char *subsampling; // "4:2:0" and its kin, or NULL where no such name fits
    bool progressive;
    uint32_t restart;    // interval in units of the scan, 0 for none
    uint8_t orientation; // of an Exif segment, 1 to 8; 0 where it says nothing
    uint8_t quality;     // 1 to 100, of the standard tables that come nearest
    const uint8_t *comment; // the first one, or NULL; gone with ujpeg_close()
    size_t comment_length;
    size_t length; // bytes up to the end marker; 0 where there is none, or it is not wanted
} ujpeg_details_t;

typedef struct {
    uint32_t x;
    uint32_t y;
    uint32_t width;
    uint32_t height;
} ujpeg_region_t;

typedef enum {
    UJPEG_GRAY,
    UJPEG_RGB,
    UJPEG_YCBCR,
} ujpeg_format_t;

typedef struct {
    ujpeg_region_t region; // in pixels of the full image, inside of it
    uint32_t scale;        // 1, 2, 4 or 8: the image is made smaller by it
    bool resize;           // the scaled region is averaged to width x height
    uint32_t width;        // of the result
    uint32_t height;
    ujpeg_format_t format;
    plane_t planes[3]; // one for gray
    // Called after each row of the result, unless it is NULL.
    void (*row_done)(void *context);
    void *context;
} ujpeg_request_t;

// NULL where there is not enough memory. Blocks of memory that an image needed
// are kept for the next one.
ujpeg_decoder_t *ujpeg_decoder_new(void);
extern const size_t ujpeg_decoder_bytes; // that this takes
void ujpeg_decoder_free(ujpeg_decoder_t *decoder);

// Reads up to the first scan, or to the end of the image if the details want its
// length; it then cannot be decoded any more. Where it is not strict,
// damage is an error only if it leaves not a single row. The source and the
// details must live until ujpeg_close(), which belongs behind every ujpeg_open(),
// successful or not.
ujpeg_status_t ujpeg_open(ujpeg_decoder_t *decoder, const ujpeg_source_t *source, bool strict,
    ujpeg_header_t *header, ujpeg_details_t *details);
void ujpeg_close(ujpeg_decoder_t *decoder);

// The largest of 8, 4, 2 and 1 at which the region is not smaller than width x height.
uint32_t ujpeg_scale_for_size(const ujpeg_region_t *region, uint32_t width, uint32_t height);

// Once, after ujpeg_open(). Without resize, the result is ceil(region / scale).
// What lies right, left or above of the region is not transformed; what lies below
// is read only from a source that is shared.
ujpeg_status_t ujpeg_decode(ujpeg_decoder_t *decoder, const ujpeg_request_t *request);

// After decoding: rows of the result that the data reached,
// and how often libjpeg has found fault; the message is about the first time.
uint32_t ujpeg_rows(const ujpeg_decoder_t *decoder);
uint32_t ujpeg_warnings(const ujpeg_decoder_t *decoder);

const char *ujpeg_message(const ujpeg_decoder_t *decoder);
size_t ujpeg_bytes_needed(const ujpeg_decoder_t *decoder);

// All memory comes from here; whoever links this supplies them.
void *ujpeg_memory_alloc(size_t bytes);
void ujpeg_memory_free(void *memory);

#endif // UJPEG_JPEG_DECODE_H
