#include "lzma_decode.h"

// The format as the LZMA SDK's specification has it: a range coder whose bits'
// probabilities adapt, and a state machine over literals, matches and repeats.

#define PROBABILITY_BITS (11)
#define ADAPTATION_SHIFT (5)
#define RANGE_LEAST (1u << 24)

#define STATES (12)
#define POSITIONS (16)
#define LENGTH_STATES (4)
#define DISTANCE_ALIGN_BITS (4)
#define DISTANCE_MODEL_END (14)
#define SHORTEST_MATCH (2)
#define MOST_LITERAL_BITS (2)

typedef uint16_t probability_t;

typedef struct {
    probability_t is_long, is_longest;
    probability_t low[POSITIONS][8], middle[POSITIONS][8], high[256];
} length_model_t;

typedef struct {
    probability_t is_match[STATES][POSITIONS], is_repeat[STATES];
    probability_t is_not_last[STATES], is_not_second[STATES], is_not_third[STATES];
    probability_t is_not_short[STATES][POSITIONS];
    probability_t slot[LENGTH_STATES][64], special[128], align[1 << DISTANCE_ALIGN_BITS];
    length_model_t match_length, repeat_length;
    probability_t literal[1 << MOST_LITERAL_BITS][0x300];
} model_t;

typedef struct {
    const uint8_t *next, *end;
    uint32_t range, code;
    bool damaged;
} range_decoder_t;

static void normalise(range_decoder_t *in) {
    if (in->range < RANGE_LEAST) {
        in->range <<= 8;
        // A file that ends too early is noticed once, not at each byte.
        in->damaged |= in->next == in->end;
        in->code = in->code << 8 | (in->damaged ? 0 : *in->next++);
    }
}

static unsigned int decode_bit(range_decoder_t *in, probability_t *probability) {
    normalise(in);
    uint32_t bound = (in->range >> PROBABILITY_BITS) * *probability;
    if (in->code < bound) {
        in->range = bound;
        *probability += ((1 << PROBABILITY_BITS) - *probability) >> ADAPTATION_SHIFT;
        return 0;
    }
    in->range -= bound;
    in->code -= bound;
    *probability -= *probability >> ADAPTATION_SHIFT;
    return 1;
}

static uint32_t decode_equal_bits(range_decoder_t *in, unsigned int bits) {
    uint32_t value = 0;
    while (bits--) {
        normalise(in);
        in->range >>= 1;
        uint32_t bit = in->code >= in->range;
        in->code -= bit ? in->range : 0;
        value = value << 1 | bit;
    }
    return value;
}

static unsigned int decode_tree(range_decoder_t *in, probability_t *tree, unsigned int bits) {
    unsigned int at = 1;
    for (unsigned int i = 0; i < bits; i++) {
        at = at << 1 | decode_bit(in, &tree[at]);
    }
    return at - (1u << bits);
}

static unsigned int decode_reverse_tree(range_decoder_t *in, probability_t *tree, unsigned int bits) {
    unsigned int at = 1, value = 0;
    for (unsigned int i = 0; i < bits; i++) {
        unsigned int bit = decode_bit(in, &tree[at]);
        at = at << 1 | bit;
        value |= bit << i;
    }
    return value;
}

static unsigned int decode_length(range_decoder_t *in, length_model_t *model, unsigned int position) {
    if (!decode_bit(in, &model->is_long)) {
        return decode_tree(in, model->low[position], 3);
    }
    if (!decode_bit(in, &model->is_longest)) {
        return 8 + decode_tree(in, model->middle[position], 3);
    }
    return 16 + decode_tree(in, model->high, 8);
}

static uint32_t decode_distance(range_decoder_t *in, model_t *model, unsigned int length) {
    unsigned int slot = decode_tree(in, model->slot[length < LENGTH_STATES ? length : LENGTH_STATES - 1], 6);
    if (slot < 4) {
        return slot;
    }
    unsigned int bits = (slot >> 1) - 1;
    uint32_t distance = (2u | (slot & 1)) << bits;
    if (slot < DISTANCE_MODEL_END) {
        return distance + decode_reverse_tree(in, model->special + distance - slot, bits);
    }
    distance += decode_equal_bits(in, bits - DISTANCE_ALIGN_BITS) << DISTANCE_ALIGN_BITS;
    return distance + decode_reverse_tree(in, model->align, DISTANCE_ALIGN_BITS);
}

// A literal after a match is most likely another byte than the one that the match
// would have gone on with: as long as its bits are the same, they choose the model.
static uint8_t decode_literal(range_decoder_t *in, probability_t *literal, unsigned int expected, bool after_match) {
    unsigned int symbol = 1;
    while (symbol < 0x100) {
        if (after_match) {
            expected <<= 1;
            unsigned int choice = expected & 0x100;
            unsigned int bit = decode_bit(in, &literal[0x100 + choice + symbol]);
            symbol = symbol << 1 | bit;
            after_match = choice >> 8 == bit;
        } else {
            symbol = symbol << 1 | decode_bit(in, &literal[symbol]);
        }
    }
    return symbol;
}

// The last four distances, the newest first.
static void bring_to_front(uint32_t *distances, unsigned int which, uint32_t distance) {
    for (; which > 0; which--) {
        distances[which] = distances[which - 1];
    }
    distances[0] = distance;
}

bool lzma_decode(uint8_t *out, size_t out_size, const uint8_t *file, size_t size) {
    if (size < LZMA_HEADER_SIZE + 5) {
        return false;
    }
    unsigned int context_bits = file[0], literal_position_bits = 0, position_bits = 0;
    for (; context_bits >= 45; context_bits -= 45) {
        position_bits++;
    }
    for (; context_bits >= 9; context_bits -= 9) {
        literal_position_bits++;
    }
    if (position_bits > 4 || context_bits + literal_position_bits > MOST_LITERAL_BITS) {
        return false;
    }
    unsigned int position_mask = (1u << position_bits) - 1, literal_position_mask = (1u << literal_position_bits) - 1;

    model_t model;
    for (size_t i = 0; i < sizeof(model) / sizeof(probability_t); i++) {
        ((probability_t *)&model)[i] = 1 << (PROBABILITY_BITS - 1);
    }
    range_decoder_t in = { file + LZMA_HEADER_SIZE + 5, file + size, UINT32_MAX, 0, false };
    for (int i = 1; i < 5; i++) {
        in.code = in.code << 8 | file[LZMA_HEADER_SIZE + i];
    }

    unsigned int state = 0;
    uint32_t distances[4] = { 0 };
    for (size_t at = 0; !in.damaged;) {
        unsigned int position = at & position_mask;
        if (!decode_bit(&in, &model.is_match[state][position])) {
            if (at == out_size) {
                return false;
            }
            unsigned int context = (at & literal_position_mask) << context_bits;
            context |= at > 0 ? out[at - 1] >> (8 - context_bits) : 0;
            unsigned int expected = state >= 7 ? out[at - distances[0] - 1] : 0;
            out[at++] = decode_literal(&in, model.literal[context], expected, state >= 7);
            state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
            continue;
        }
        unsigned int length;
        if (!decode_bit(&in, &model.is_repeat[state])) {
            length = SHORTEST_MATCH + decode_length(&in, &model.match_length, position);
            uint32_t distance = decode_distance(&in, &model, length - SHORTEST_MATCH);
            if (distance == UINT32_MAX) {
                return at == out_size && !in.damaged;
            }
            bring_to_front(distances, 3, distance);
            state = state < 7 ? 7 : 10;
        } else {
            unsigned int which = 0;
            length = 0;
            if (decode_bit(&in, &model.is_not_last[state])) {
                which = !decode_bit(&in, &model.is_not_second[state]) ? 1
                    : !decode_bit(&in, &model.is_not_third[state]) ? 2 : 3;
            } else if (!decode_bit(&in, &model.is_not_short[state][position])) {
                length = 1;
            }
            bring_to_front(distances, which, distances[which]);
            if (length == 1) {
                state = state < 7 ? 9 : 11;
            } else {
                length = SHORTEST_MATCH + decode_length(&in, &model.repeat_length, position);
                state = state < 7 ? 8 : 11;
            }
        }
        if (distances[0] >= at || length > out_size - at) {
            return false;
        }
        for (; length > 0; length--, at++) {
            out[at] = out[at - distances[0] - 1];
        }
    }
    return false;
}
