// Where a JPEG image ends in a stream of bytes, found from its markers alone.

#ifndef UJPEG_FRAMING_H
#define UJPEG_FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    FRAMING_START,       // 0xff of the first marker
    FRAMING_START_TYPE,  // its second byte
    FRAMING_MARKER,      // 0xff of another marker
    FRAMING_MARKER_TYPE, // its second byte
    FRAMING_LENGTH,      // of a segment, first byte
    FRAMING_LENGTH_LOW,  // second byte
    FRAMING_SEGMENT,
    FRAMING_SCAN,        // entropy-coded data
    FRAMING_END,         // behind the end marker
    FRAMING_BROKEN,      // no JPEG image, or another one began before the end
} framing_state_t;

typedef struct {
    uint8_t state;    // a framing_state_t
    bool in_scan;     // what follows a marker without a segment is entropy-coded
    bool starts_scan; // what follows the segment is
    uint16_t left;    // bytes of the segment
    uint16_t taken;   // bytes of the last segment, as long as no marker has proved its length
} framing_t;

// Takes bytes up to the end marker and returns how many belong to the image. A
// broken image stops at the first byte that does not belong to it.
size_t framing_feed(framing_t *framing, const uint8_t *bytes, size_t count);

// How many bytes more an undamaged image has at least.
size_t framing_certain(const framing_t *framing);

#endif // UJPEG_FRAMING_H
