// Of blocks that are not wanted, or only their mean, libjpeg passes over the
// coefficients one by one. Here a table tells what the next bits hold: several of
// them as a rule, with their values, and often the end of the block.
//
// In firmware.mk's copy of the sources, jdhuff.h includes this and jdhuff.c uses it.
// A whole block is passed over where it is outside of a region, too.

#define SKIP_LENGTH_MASK  0x0f // bits of all these codes and values; 0 where not even one is complete
#define SKIP_END_OF_BLOCK 0x10
#define SKIP_COUNT_SHIFT  8    // to how many coefficients they are

static inline void make_skips(unsigned short *skips, const int *lookup) {
    for (int bits = 0; bits < 1 << HUFF_LOOKAHEAD; bits++) {
        int length = 0, count = 0, end = 0;
        while (!end) {
            int entry = lookup[bits << length & ((1 << HUFF_LOOKAHEAD) - 1)];
            int size = entry & 15;
            int taken = length + (entry >> HUFF_LOOKAHEAD) + size;
            if (taken > HUFF_LOOKAHEAD) {
                break;
            }
            length = taken;
            end = size == 0 && (entry & 0xff) != 0xf0;
            count += end ? 0 : (entry >> 4 & 15) + 1;
        }
        skips[bits] = (unsigned short)(count << SKIP_COUNT_SHIFT | (end ? SKIP_END_OF_BLOCK : 0) | length);
    }
}

// At the begin of the loop over coefficients. What reaches beyond the block is left to the loop.
#define SKIP_SEVERAL(table) \
    FILL_BIT_BUFFER_FAST \
    r = (table)->skips[PEEK_BITS(HUFF_LOOKAHEAD)]; \
    if (r != 0 && k + (r >> SKIP_COUNT_SHIFT) < DCTSIZE2) { \
        DROP_BITS(r & SKIP_LENGTH_MASK); \
        if (r & SKIP_END_OF_BLOCK) \
            break; \
        k += (r >> SKIP_COUNT_SHIFT) - 1; \
        continue; \
    }
