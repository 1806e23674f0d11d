#include "framing.h"

#include <string.h>

static uint8_t state_after_marker(framing_t *framing, uint8_t type) {
    framing->starts_scan = type == 0xda;
    if (type == 0xff) {
        return FRAMING_MARKER_TYPE; // any number of them may stand before the type
    }
    if (type == 0x00 && !framing->in_scan) {
        return FRAMING_BROKEN;
    }
    if (type <= 0x01 || (type >= 0xd0 && type <= 0xd7)) {
        return framing->in_scan ? FRAMING_SCAN : FRAMING_MARKER;
    }
    if (type == 0xd8) {
        return FRAMING_BROKEN;
    }
    return type == 0xd9 ? FRAMING_END : FRAMING_LENGTH;
}

static uint8_t state_in_segment(framing_t *framing) {
    if (framing->left > 0) {
        return FRAMING_SEGMENT;
    }
    framing->in_scan = framing->starts_scan;
    if (framing->in_scan) {
        framing->taken = 0;
    }
    return framing->in_scan ? FRAMING_SCAN : FRAMING_MARKER;
}

static uint8_t state_after_byte(framing_t *framing, uint8_t byte) {
    switch (framing->state) {
        case FRAMING_START:
            return byte == 0xff ? FRAMING_START_TYPE : FRAMING_BROKEN;
        case FRAMING_START_TYPE:
            return byte == 0xd8 ? FRAMING_MARKER : FRAMING_BROKEN;
        case FRAMING_MARKER:
            if (byte != 0xff) {
                return FRAMING_BROKEN;
            }
            framing->taken = 0;
            return FRAMING_MARKER_TYPE;
        case FRAMING_MARKER_TYPE:
            return state_after_marker(framing, byte);
        case FRAMING_LENGTH:
            framing->left = (uint16_t)(byte << 8);
            return FRAMING_LENGTH_LOW;
        default: // FRAMING_LENGTH_LOW
            framing->left |= byte;
            if (framing->left < 2) {
                return FRAMING_BROKEN;
            }
            framing->left = (uint16_t)(framing->left - 2);
            return state_in_segment(framing);
    }
}

size_t framing_feed(framing_t *framing, const uint8_t *bytes, size_t count) {
    size_t position = 0;
    while (position < count && framing->state < FRAMING_END) {
        size_t left = count - position;
        if (framing->state == FRAMING_SEGMENT) {
            size_t part = left < framing->left ? left : framing->left;
            position += part;
            framing->left = (uint16_t)(framing->left - part);
            framing->taken = (uint16_t)(framing->taken + part);
            framing->state = state_in_segment(framing);
        } else if (framing->state == FRAMING_SCAN) {
            const uint8_t *marker = memchr(bytes + position, 0xff, left);
            if (marker == NULL) {
                return count;
            }
            position = (size_t)(marker - bytes) + 1;
            framing->state = FRAMING_MARKER_TYPE;
        } else {
            framing->state = state_after_byte(framing, bytes[position]);
            position += framing->state != FRAMING_BROKEN;
        }
    }
    return position;
}

size_t framing_certain(const framing_t *framing) {
    // The least that can follow is the end marker, two bytes.
    static const uint8_t certain[] = {
        [FRAMING_START] = 4, [FRAMING_START_TYPE] = 3, [FRAMING_MARKER] = 2, [FRAMING_MARKER_TYPE] = 1,
        [FRAMING_LENGTH] = 4, [FRAMING_LENGTH_LOW] = 3, [FRAMING_SEGMENT] = 2, [FRAMING_SCAN] = 2,
        [FRAMING_END] = 0, [FRAMING_BROKEN] = 0,
    };
    return certain[framing->state] + (framing->state == FRAMING_SEGMENT ? framing->left : 0u);
}
