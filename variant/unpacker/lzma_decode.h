#ifndef LZMA_DECODE_H
#define LZMA_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The header of a .lzma file: properties, the size of the dictionary in four
// bytes, and that of the data in eight, the low ones first.
#define LZMA_HEADER_SIZE (13)

// Decode a .lzma file of `size` bytes into exactly `out_size` bytes. False, with
// anything in `out`, where the file is damaged, is of another size, or has more
// than two bits of literal context and position together.
bool lzma_decode(uint8_t *out, size_t out_size, const uint8_t *file, size_t size);

#endif
