// From samples to the bits of a scan, a block of 8 x 8 at a time.

#ifndef UJPEG_ENCODE_BLOCK_H
#define UJPEG_ENCODE_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#define BLOCK (64)

// The most bytes that one block can take: 64 codes of 16 bits and 11 more each, all
// stuffed, and what was left of the block before.
#define BLOCK_BYTES (512)

extern const uint8_t encode_zigzag[BLOCK];

// A division by steps, as multiplications.
typedef struct {
    uint16_t halves[BLOCK];
    uint16_t reciprocals[BLOCK];
    uint16_t scales[BLOCK];
} quantizer_t;

// Of each symbol: its code, and in the low 8 bits the length of the code.
typedef struct {
    uint32_t dc[12];
    uint32_t ac[256];
} codes_t;

// As many bits as a register has are put together before they are written.
typedef struct {
    uint8_t *end; // of the bytes that are written
    size_t bits;  // not written yet, the last ones lowest
    uint32_t free; // how many more fit
} bit_writer_t;

void encode_start(bit_writer_t *writer, uint8_t *output);

void quantizer_set(quantizer_t *quantizer, uint32_t index, uint32_t step);

// The coefficients of a block, quantized, in rows.
void encode_transform(int16_t *block, const uint8_t *samples, size_t stride, const quantizer_t *quantizer);

void encode_put_block(bit_writer_t *writer, const codes_t *codes, const int16_t *block, int32_t last_dc);

// Completes the last byte with ones.
void encode_fill_byte(bit_writer_t *writer);

#endif // UJPEG_ENCODE_BLOCK_H
