// The tables that the JPEG standard gives as examples (ITU-T T.81, annex K), which
// nearly all encoders use.

#ifndef UJPEG_JPEG_TABLES_H
#define UJPEG_JPEG_TABLES_H

#include <stdint.h>

// One step of the table for luma (0) or chroma (1), in row order, at a quality from
// 1 to 100, as the Independent JPEG Group scales it; at most 255.
uint16_t jpeg_quantizer(uint32_t chroma, uint32_t index, uint32_t quality);

// The Huffman table for DC differences or AC coefficients of luma or chroma: how many
// codes of each length from 1 to 16, then the symbols in the order of their codes.
const uint8_t *jpeg_huffman_table(uint32_t ac, uint32_t chroma, uint32_t *size);

#endif // UJPEG_JPEG_TABLES_H
