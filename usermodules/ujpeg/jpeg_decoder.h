// What the files around libjpeg share.

#ifndef UJPEG_JPEG_DECODER_H
#define UJPEG_JPEG_DECODER_H

#include <setjmp.h>
#include <stdio.h>

#include "jpeg_decode.h"
#include "jpeglib.h"

struct _ujpeg_decoder_t {
    struct jpeg_decompress_struct jpeg; // its client_data is this decoder
    struct jpeg_error_mgr error;
    struct jpeg_progress_mgr progress;
    struct jpeg_source_mgr input;
    const ujpeg_source_t *source;
    uint8_t *buffer;     // of a source that is read
    size_t bytes_taken;  // from the source
    size_t bytes_needed; // by the allocation that failed
    ujpeg_status_t status;
    jmp_buf escape;
    char message[JMSG_LENGTH_MAX + 48];
};

#endif // UJPEG_JPEG_DECODER_H
