#define JPEG_INTERNALS
#include "encode_block.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "jpeglib.h"
#include "jdct.h"
#include "jsimd.h"
#include "jsimddct.h"

#define SIDE (8)
#define WORD_BITS ((uint32_t)(8 * sizeof(size_t)))
#define WORDS (BLOCK / WORD_BITS)
#define ALL_BYTES(value) (SIZE_MAX / 255 * (value))

// Compilers make vector instructions of these.
typedef int16_t row_t __attribute__((vector_size(2 * SIDE)));
typedef uint16_t unsigned_row_t __attribute__((vector_size(2 * SIDE)));
typedef uint8_t bytes_t __attribute__((vector_size(SIDE)));

const uint8_t encode_zigzag[BLOCK] = {
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
    55, 62, 63,
};

// The place in zigzag order of each coefficient, column by column.
static const uint8_t places[BLOCK] = {
    0, 2, 3, 9, 10, 20, 21, 35, 1, 4, 8, 11, 19, 22, 34, 36, 5, 7, 12, 18, 23, 33, 37, 48, 6, 13, 17, 24, 32, 38, 47, 49,
    14, 16, 25, 31, 39, 46, 50, 57, 15, 26, 30, 40, 45, 51, 56, 58, 27, 29, 41, 44, 52, 55, 59, 62, 28, 42, 43, 53, 54,
    60, 61, 63,
};

//
// Coefficients
//

static void forward_dct(int16_t *block) {
#ifdef WITH_SIMD
    jsimd_fdct_islow(block);
#else
    DCTELEM wide[BLOCK];
    for (uint32_t i = 0; i < BLOCK; ++i) {
        wide[i] = block[i];
    }
    jpeg_fdct_islow(wide);
    for (uint32_t i = 0; i < BLOCK; ++i) {
        block[i] = (int16_t)wide[i];
    }
#endif
}

// The transform's results are 8 times too large. They are divided by 2 and by the rest:
// the reciprocal, of 16 significant bits, is exact enough for results of 15 bits.
void quantizer_set(quantizer_t *quantizer, uint32_t index, uint32_t step) {
    uint32_t divisor = 4 * step;
    uint32_t shift = 31 - (uint32_t)__builtin_clz(divisor - 1);
    quantizer->halves[index] = (uint16_t)divisor;
    quantizer->reciprocals[index] = (uint16_t)(((1u << (16 + shift)) + divisor - 1) / divisor);
    quantizer->scales[index] = (uint16_t)(1u << (16 - shift));
}

static inline unsigned_row_t high_products(unsigned_row_t row, const uint16_t *factors) {
    unsigned_row_t products;
    for (uint32_t i = 0; i < SIDE; ++i) {
        products[i] = (uint16_t)((uint32_t)row[i] * factors[i] >> 16);
    }
    return products;
}

static inline void quantize(row_t *row, const quantizer_t *quantizer, uint32_t first) {
    row_t sign = *row >> 15;
    unsigned_row_t halves;
    memcpy(&halves, quantizer->halves + first, sizeof(halves));
    unsigned_row_t magnitude = ((unsigned_row_t)((*row ^ sign) - sign) + halves) >> 1;
    unsigned_row_t quotient = high_products(high_products(magnitude, quantizer->reciprocals + first),
        quantizer->scales + first);
    *row = ((row_t)quotient ^ sign) - sign;
}

void encode_transform(int16_t *block, const uint8_t *samples, size_t stride, const quantizer_t *quantizer) {
    row_t *rows = (row_t *)block;
    for (uint32_t row = 0; row < SIDE; ++row, samples += stride) {
        bytes_t bytes;
        memcpy(&bytes, samples, sizeof(bytes));
        rows[row] = __builtin_convertvector(bytes, row_t) - 128;
    }
    forward_dct(block);
    #pragma GCC unroll 1
    for (uint32_t row = 0; row < SIDE; ++row) {
        quantize(&rows[row], quantizer, row * SIDE);
    }
}

//
// Bits
//

// A byte of ones is followed by one of zeros, so that it is no marker.
static __attribute__((noinline)) uint8_t *write_stuffed(uint8_t *end, size_t word, uint32_t bits) {
    while (bits >= 8) {
        bits -= 8;
        uint8_t byte = (uint8_t)(word >> bits);
        *end++ = byte;
        if (byte == 0xff) {
            *end++ = 0;
        }
    }
    return end;
}

static inline uint8_t *write_word(uint8_t *end, size_t word) {
    if (word & ~(word + ALL_BYTES(0x01)) & ALL_BYTES(0x80)) {
        return write_stuffed(end, word, WORD_BITS);
    }
    size_t bytes = sizeof(size_t) == 8 ? (size_t)__builtin_bswap64(word) : __builtin_bswap32((uint32_t)word);
    memcpy(end, &bytes, sizeof(bytes));
    return end + sizeof(bytes);
}

static inline __attribute__((always_inline)) void put_bits(bit_writer_t *writer, uint32_t bits, uint32_t count) {
    if (count <= writer->free) {
        writer->bits = writer->bits << count | bits;
        writer->free -= count;
        return;
    }
    uint32_t rest = count - writer->free;
    writer->end = write_word(writer->end, writer->bits << writer->free | bits >> rest);
    writer->bits = bits;
    writer->free = WORD_BITS - rest;
}

// A symbol of a run and a value's size, and the value's bits as the standard
// writes negative ones: less one.
static inline __attribute__((always_inline)) void put_value(bit_writer_t *writer, const uint32_t *codes, uint32_t run,
    int32_t value) {
    int32_t sign = value >> 31;
    uint32_t size = value == 0 ? 0 : 32 - (uint32_t)__builtin_clz((uint32_t)((value ^ sign) - sign));
    uint32_t low = (uint32_t)(value + sign) & ((1u << size) - 1);
    uint32_t code = codes[run << 4 | size];
    put_bits(writer, (code >> 8) << size | low, (code & 0xff) + size);
}

static inline __attribute__((always_inline)) void put_symbol(bit_writer_t *writer, uint32_t code) {
    put_bits(writer, code >> 8, code & 0xff);
}

// A bit for each coefficient that is not zero, column by column.
static inline void find_values(size_t found[WORDS], const int16_t *block) {
    const row_t *rows = (const row_t *)block;
    row_t columns = { 0 };
    for (uint32_t row = 0; row < SIDE; ++row) {
        columns |= (rows[row] != 0) & (int16_t)(1 << row);
    }
    bytes_t bits = __builtin_convertvector(columns, bytes_t);
    memcpy(found, &bits, sizeof(bits));
}

void encode_put_block(bit_writer_t *writer, const codes_t *codes, const int16_t *block, int32_t last_dc) {
    bit_writer_t local = *writer;
    put_value(&local, codes->dc, 0, block[0] - last_dc);
    size_t found[WORDS];
    size_t ordered[WORDS] = { 0 };
    find_values(found, block);
    found[0] &= ~(size_t)1;
    for (uint32_t word = 0; word < WORDS; ++word) {
        for (size_t left = found[word]; left != 0; left &= left - 1) {
            uint32_t place = places[word * WORD_BITS + (uint32_t)__builtin_ctzl(left)];
            ordered[place / WORD_BITS] |= (size_t)1 << place % WORD_BITS;
        }
    }
    uint32_t last = 0;
    for (uint32_t word = 0; word < WORDS; ++word) {
        for (size_t left = ordered[word]; left != 0; left &= left - 1) {
            uint32_t place = word * WORD_BITS + (uint32_t)__builtin_ctzl(left);
            uint32_t run = place - last - 1;
            last = place;
            for (; run > 15; run -= 16) {
                put_symbol(&local, codes->ac[0xf0]);
            }
            put_value(&local, codes->ac, run, block[encode_zigzag[place]]);
        }
    }
    if (last < BLOCK - 1) {
        put_symbol(&local, codes->ac[0]);
    }
    *writer = local;
}

void encode_start(bit_writer_t *writer, uint8_t *output) {
#if defined(WITH_SIMD) && defined(__x86_64__)
    jsimd_can_rgb_ycc(); // the first time, this looks what the processor has
#endif
    writer->end = output;
    writer->free = WORD_BITS;
}

void encode_fill_byte(bit_writer_t *writer) {
    put_bits(writer, 0x7f, 7);
    writer->end = write_stuffed(writer->end, writer->bits, WORD_BITS - writer->free);
    writer->bits = 0;
    writer->free = WORD_BITS;
}
