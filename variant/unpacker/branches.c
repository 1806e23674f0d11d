#include "branches.h"

#ifdef __arm__
// BL in Thumb: two halfwords with eleven bits each, counted from the instruction after.
void branches_restore(uint8_t *code, size_t size) {
    for (size_t i = 0; i + 4 <= size; i += 2) {
        uint8_t *at = code + i;
        if ((at[1] & 0xf8) == 0xf0 && (at[3] & 0xf8) == 0xf8) {
            uint32_t target = (at[1] & 7u) << 19 | at[0] << 11 | (at[3] & 7u) << 8 | at[2];
            uint32_t offset = target - (i + 4) / 2;
            at[1] = 0xf0 | (offset >> 19 & 7);
            at[0] = offset >> 11;
            at[3] = 0xf8 | (offset >> 8 & 7);
            at[2] = offset;
            i += 2;
        }
    }
}
#else
// BL in AArch64: a word whose lower 26 bits count words from this one. ADR: 19 bits
// above the register do, and two near the top, which stay, count bytes.
void branches_restore(uint8_t *code, size_t size) {
    for (size_t i = 0; i + 4 <= size; i += 4) {
        uint32_t *at = (uint32_t *)(code + i);
        if (*at >> 26 == 0x25) {
            *at = 0x94000000 | ((*at - i / 4) & 0x03ffffff);
        } else if ((*at >> 24 & 0x9f) == 0x10) {
            uint32_t offset = ((*at >> 5) - i / 4) & 0x7ffff;
            *at = (*at & 0xff00001f) | offset << 5;
        }
    }
}
#endif
