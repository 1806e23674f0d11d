// What the files around libjpeg's decoder share.

#ifndef UJPEG_JPEG_DECODER_H
#define UJPEG_JPEG_DECODER_H

#include <setjmp.h>

#include "framing.h"
#include "jpeg_decode.h"
#include "jpeg_errors.h"

struct _ujpeg_decoder_t {
    struct jpeg_decompress_struct jpeg; // its client_data is this decoder
    struct jpeg_error_mgr error;
    struct jpeg_progress_mgr progress;
    struct jpeg_source_mgr input;
    void *cache; // blocks of memory that libjpeg gave back
    size_t bytes_needed; // by the allocation that failed

    const ujpeg_source_t *source;
    uint8_t *buffer;     // of a source that is read
    size_t bytes_taken;  // from the source
    framing_t framing;   // of these bytes, where the source is shared
    boolean (*decode_mcu)(j_decompress_ptr jpeg, JBLOCKROW *blocks);
    uint32_t mcus_left;  // of the scan, not begun yet
    uint32_t bits_of_mcu; // at least, or 0 where that is not known

    ujpeg_details_t *details;
    bool strict;
    bool ended; // the data did, before the image
    int scans;
    uint64_t work; // blocks in all scans so far
    uint32_t rows;
    uint32_t warnings;

    ujpeg_status_t status;
    jmp_buf escape;
    char message[160];
};

static inline ujpeg_decoder_t *decoder_of(void *jpeg) {
    return (ujpeg_decoder_t *)((j_common_ptr)jpeg)->client_data;
}

// Connects libjpeg with the decoder's source.
void ujpeg_start_input(ujpeg_decoder_t *decoder);
size_t ujpeg_position(const ujpeg_decoder_t *decoder);

// Counts the units that are decoded, so that more than a byte at a time can be
// read from a shared source.
void ujpeg_count_mcus(ujpeg_decoder_t *decoder);

// Has libjpeg tell the comment and the orientation while it reads the header.
void ujpeg_want_segments(ujpeg_decoder_t *decoder);

// Bytes up to the end marker, looked for from the first scan on; 0 where there is none.
size_t ujpeg_find_end(ujpeg_decoder_t *decoder);

// Ends the current call with a status.
void ujpeg_leave(ujpeg_decoder_t *decoder, ujpeg_status_t status);

void ujpeg_free_cache(ujpeg_decoder_t *decoder);

#endif // UJPEG_JPEG_DECODER_H
