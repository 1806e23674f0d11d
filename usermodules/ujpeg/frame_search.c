#include "frame_search.h"

#include <string.h>

// The start marker and the first byte of the next one.
#define START_BYTES (3)

static bool find_start(frame_search_t *search, const uint8_t *buffer) {
    while (search->filled - search->position >= START_BYTES) {
        const uint8_t *bytes = memchr(buffer + search->position, 0xff, search->filled - search->position);
        if (bytes == NULL) {
            search->position = search->filled;
            break;
        }
        search->position = (size_t)(bytes - buffer);
        if (search->filled - search->position < START_BYTES) {
            break;
        }
        if (bytes[1] == 0xd8 && bytes[2] == 0xff) {
            search->framing = (framing_t) { .state = FRAMING_START };
            search->inside = true;
            search->start = search->position;
            return true;
        }
        ++search->position;
    }
    search->start = search->position;
    return false;
}

void frame_search_give_up(frame_search_t *search) {
    ++search->damaged;
    search->inside = false;
    // The last segment may have a wrong length, and hold the next image; what came
    // before it was followed by a marker, and is not looked at again. A marker that does
    // not belong here may begin the next image.
    search->position -= search->framing.taken > 0 ? search->framing.taken : 1;
}

size_t frame_search_next(frame_search_t *search, const uint8_t *buffer) {
    while (search->inside || find_start(search, buffer)) {
        search->position += framing_feed(&search->framing, buffer + search->position,
            search->filled - search->position);
        switch (search->framing.state) {
            case FRAMING_END:
                search->inside = false;
                return search->position - search->start;
            case FRAMING_BROKEN:
                frame_search_give_up(search);
                break;
            default:
                return 0;
        }
    }
    return 0;
}

void frame_search_compact(frame_search_t *search, uint8_t *buffer) {
    size_t used = search->inside ? search->start : search->position;
    memmove(buffer, buffer + used, search->filled - used);
    search->start = 0;
    search->position -= used;
    search->filled -= used;
}
