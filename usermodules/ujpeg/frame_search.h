// Finds whole JPEG images in a stream of anything: concatenated images, MJPEG
// files, multipart bodies with headers between the images, damaged pieces.

#ifndef UJPEG_FRAME_SEARCH_H
#define UJPEG_FRAME_SEARCH_H

#include "framing.h"

typedef struct {
    framing_t framing;
    bool inside;      // an image begins at `start`
    size_t start;     // offsets in the buffer
    size_t position;  // up to which it was looked at
    size_t filled;
    uint32_t damaged; // images given up
} frame_search_t;

// The length of the next whole image, which begins at `start`, or 0 where more bytes
// are needed first. The image stays in the buffer until the next call.
size_t frame_search_next(frame_search_t *search, const uint8_t *buffer);

// Moves what is still needed to the beginning of the buffer.
void frame_search_compact(frame_search_t *search, uint8_t *buffer);

// Gives the image up that has begun and looks for another one behind its start.
void frame_search_give_up(frame_search_t *search);

#endif // UJPEG_FRAME_SEARCH_H
