#include "jpeg_encode.h"

#include <string.h>

#include "jconfig.h"
#include "jpeg_tables.h"

// A block of samples has this many rows and columns.
#define SIDE (8)
#define BLOCK (64)
#define OUTPUT_BYTES (4096)
// The most that one block can take: 64 codes of 16 bits and 11 more each, all stuffed.
#define BLOCK_BYTES (512)

// libjpeg's forward transform, in place.
#ifdef __ARM_NEON
typedef int16_t coefficient_t;
void jsimd_fdct_islow_neon(coefficient_t *block);
#define forward_dct jsimd_fdct_islow_neon
#elif defined(WITH_SIMD)
typedef int16_t coefficient_t;
int jsimd_can_fdct_islow(void);
void jsimd_fdct_islow(coefficient_t *block);
static void forward_dct(coefficient_t *block) {
    jsimd_can_fdct_islow(); // the first time, this looks what the processor has
    jsimd_fdct_islow(block);
}
#else
typedef int coefficient_t;
void jpeg_fdct_islow(coefficient_t *block);
#define forward_dct jpeg_fdct_islow
#endif

static const uint8_t zigzag[BLOCK] = {
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
    55, 62, 63,
};

typedef struct {
    uint16_t code[256];
    uint8_t length[256];
} codes_t;

typedef struct {
    uint32_t columns; // of a unit, in blocks
    uint32_t rows;
    uint32_t width; // of the image, in blocks
    uint32_t height;
    uint32_t table; // 0 for luma, 1 for chroma
    int32_t last_dc;
    uint8_t *samples; // one row of units
    uint32_t stride;
} component_t;

typedef struct {
    const ujpeg_image_t *image;
    component_t components[3];
    uint32_t units; // along a row
    uint64_t bits;  // not written yet, the last ones lowest
    uint32_t bit_count;
    size_t filled;
    uint32_t reciprocals[2][BLOCK];
    uint16_t halves[2][BLOCK];
    codes_t dc[2];
    codes_t ac[2];
    uint8_t output[OUTPUT_BYTES];
} encoder_t;

//
// Bytes and bits
//

static void flush(encoder_t *encoder) {
    encoder->image->write(encoder->image->context, encoder->output, encoder->filled);
    encoder->filled = 0;
}

static void put_byte(encoder_t *encoder, uint32_t byte) {
    if (encoder->filled == OUTPUT_BYTES) {
        flush(encoder);
    }
    encoder->output[encoder->filled++] = (uint8_t)byte;
}

static void put_word(encoder_t *encoder, uint32_t word) {
    put_byte(encoder, word >> 8);
    put_byte(encoder, word & 0xff);
}

static void put_bytes(encoder_t *encoder, const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; ++i) {
        put_byte(encoder, bytes[i]);
    }
}

static void put_segment(encoder_t *encoder, uint32_t marker, size_t length) {
    put_word(encoder, marker);
    put_word(encoder, (uint32_t)length + 2);
}

// At most 32 bits at a time; the room for a block was made before.
static inline void put_bits(encoder_t *encoder, uint32_t bits, uint32_t count) {
    encoder->bits = encoder->bits << count | bits;
    encoder->bit_count += count;
    while (encoder->bit_count >= 8) {
        encoder->bit_count -= 8;
        uint8_t byte = (uint8_t)(encoder->bits >> encoder->bit_count);
        encoder->output[encoder->filled++] = byte;
        if (byte == 0xff) {
            encoder->output[encoder->filled++] = 0;
        }
    }
}

static void fill_last_byte(encoder_t *encoder) {
    put_bits(encoder, 0x7f, 7);
    encoder->bit_count = 0;
}

//
// Blocks
//

static inline uint32_t magnitude_bits(int32_t value) {
    uint32_t magnitude = (uint32_t)(value < 0 ? -value : value);
    return magnitude == 0 ? 0 : 32 - (uint32_t)__builtin_clz(magnitude);
}

// A symbol, and the value's bits as the standard writes negative ones: less one.
static inline void put_value(encoder_t *encoder, const codes_t *codes, uint32_t symbol, int32_t value, uint32_t bits) {
    uint32_t low = (uint32_t)(value < 0 ? value - 1 : value) & ((1u << bits) - 1);
    put_bits(encoder, (uint32_t)codes->code[symbol] << bits | low, codes->length[symbol] + bits);
}

static void put_block(encoder_t *encoder, component_t *component, const coefficient_t *block) {
    const codes_t *ac = &encoder->ac[component->table];
    if (encoder->filled > OUTPUT_BYTES - BLOCK_BYTES) {
        flush(encoder);
    }
    int32_t difference = block[0] - component->last_dc;
    component->last_dc = block[0];
    uint32_t bits = magnitude_bits(difference);
    put_value(encoder, &encoder->dc[component->table], bits, difference, bits);
    uint32_t run = 0;
    for (uint32_t i = 1; i < BLOCK; ++i) {
        int32_t value = block[zigzag[i]];
        if (value == 0) {
            ++run;
            continue;
        }
        for (; run > 15; run -= 16) {
            put_bits(encoder, ac->code[0xf0], ac->length[0xf0]);
        }
        bits = magnitude_bits(value);
        put_value(encoder, ac, run << 4 | bits, value, bits);
        run = 0;
    }
    if (run > 0) {
        put_bits(encoder, ac->code[0], ac->length[0]);
    }
}

static void transform(const encoder_t *encoder, const component_t *component, const uint8_t *samples,
    coefficient_t *block) {
    for (uint32_t row = 0; row < SIDE; ++row) {
        for (uint32_t column = 0; column < SIDE; ++column) {
            block[row * SIDE + column] = (coefficient_t)(samples[(size_t)row * component->stride + column] - 128);
        }
    }
    forward_dct(block);
    const uint32_t *reciprocals = encoder->reciprocals[component->table];
    const uint16_t *halves = encoder->halves[component->table];
    for (uint32_t i = 0; i < BLOCK; ++i) {
        int32_t value = block[i];
        uint32_t magnitude = (uint32_t)(value < 0 ? -value : value) + halves[i];
        int32_t quotient = (int32_t)((uint64_t)magnitude * reciprocals[i] >> 32);
        block[i] = (coefficient_t)(value < 0 ? -quotient : quotient);
    }
}

// A unit that sticks out of the image is completed with blocks that cost next to nothing.
static void put_unit(encoder_t *encoder, uint32_t unit, uint32_t unit_row) {
    for (uint32_t i = 0; i < encoder->image->channels; ++i) {
        component_t *component = &encoder->components[i];
        for (uint32_t row = 0; row < component->rows; ++row) {
            for (uint32_t column = 0; column < component->columns; ++column) {
                coefficient_t block[BLOCK] __attribute__((aligned(16))) = { (coefficient_t)component->last_dc };
                uint32_t x = unit * component->columns + column;
                if (x < component->width && unit_row * component->rows + row < component->height) {
                    transform(encoder, component, component->samples + (size_t)row * SIDE * component->stride
                        + (size_t)x * SIDE, block);
                }
                put_block(encoder, component, block);
            }
        }
    }
}

//
// Samples
//

static void repeat_last(uint8_t *samples, uint32_t count, uint32_t width) {
    memset(samples + count, samples[count - 1], width - count);
}

static void convert_row(const ujpeg_image_t *image, uint32_t row, uint8_t *luma, uint8_t *blue, uint8_t *red) {
    const uint8_t *rows[3];
    ptrdiff_t steps[3];
    for (uint32_t i = 0; i < image->channels; ++i) {
        rows[i] = image->planes[i].data + (ptrdiff_t)row * image->planes[i].row_stride;
        steps[i] = image->planes[i].column_stride;
    }
    if (image->channels == 1) {
        for (uint32_t x = 0; x < image->width; ++x, rows[0] += steps[0]) {
            luma[x] = *rows[0];
        }
        return;
    }
    // ITU-R BT.601, in 1/65536; chroma is rounded a little below the half, as libjpeg does.
    for (uint32_t x = 0; x < image->width; ++x) {
        int32_t r = *rows[0], g = *rows[1], b = *rows[2];
        luma[x] = (uint8_t)((19595 * r + 38470 * g + 7471 * b + 32768) >> 16);
        blue[x] = (uint8_t)((-11059 * r - 21709 * g + 32768 * b + (128 << 16) + 32767) >> 16);
        red[x] = (uint8_t)((32768 * r - 27439 * g - 5329 * b + (128 << 16) + 32767) >> 16);
        rows[0] += steps[0];
        rows[1] += steps[1];
        rows[2] += steps[2];
    }
}

// Means of 2 x 1 or 2 x 2 samples, rounded down and up in turn.
static void halve(uint8_t *result, uint32_t count, const uint8_t *upper, const uint8_t *lower) {
    if (lower == upper) {
        for (uint32_t i = 0; i < count; ++i) {
            result[i] = (uint8_t)((upper[2 * i] + upper[2 * i + 1] + (i & 1)) >> 1);
        }
        return;
    }
    for (uint32_t i = 0; i < count; ++i) {
        result[i] = (uint8_t)((upper[2 * i] + upper[2 * i + 1] + lower[2 * i] + lower[2 * i + 1] + 1 + (i & 1)) >> 2);
    }
}

// One row of units, in the components' samples; `work` holds four full rows of chroma.
static void take_rows(encoder_t *encoder, uint32_t unit_row, uint8_t *work) {
    const ujpeg_image_t *image = encoder->image;
    component_t *luma = &encoder->components[0];
    uint32_t wide = luma->width * SIDE;
    uint32_t full = encoder->units * image->horizontal * SIDE;
    uint32_t first = unit_row * luma->rows * SIDE;
    uint32_t groups = SIDE * luma->rows / image->vertical;
    for (uint32_t group = 0; group < groups; ++group) {
        for (uint32_t i = 0; i < image->vertical; ++i) {
            uint32_t row = group * image->vertical + i;
            uint8_t *samples = luma->samples + (size_t)row * luma->stride;
            uint8_t *blue = work + (size_t)i * full;
            uint8_t *red = blue + 2 * (size_t)full;
            if (first + row < image->height) {
                convert_row(image, first + row, samples, blue, red);
                repeat_last(samples, image->width, wide);
            } else {
                memcpy(samples, samples - luma->stride, wide);
                if (i > 0) {
                    memcpy(blue, blue - full, image->width);
                    memcpy(red, red - full, image->width);
                }
            }
        }
        for (uint32_t i = 1; i < image->channels; ++i) {
            component_t *chroma = &encoder->components[i];
            uint8_t *samples = chroma->samples + (size_t)group * chroma->stride;
            uint32_t count = chroma->width * SIDE;
            uint8_t *upper = work + (i - 1) * 2 * (size_t)full;
            uint8_t *lower = image->vertical == 2 ? upper + full : upper;
            if (first + group * image->vertical >= image->height) {
                memcpy(samples, samples - chroma->stride, count);
            } else if (image->horizontal == 1) {
                memcpy(samples, upper, image->width);
                repeat_last(samples, image->width, count);
            } else {
                repeat_last(upper, image->width, 2 * count);
                repeat_last(lower, image->width, 2 * count);
                halve(samples, count, upper, lower);
            }
        }
    }
}

//
// Tables and headers
//

static void make_codes(codes_t *codes, const uint8_t *table) {
    const uint8_t *symbol = table + 16;
    uint32_t code = 0;
    for (uint32_t length = 1; length <= 16; ++length, code <<= 1) {
        for (uint32_t i = table[length - 1]; i > 0; --i) {
            codes->code[*symbol] = (uint16_t)code++;
            codes->length[*symbol++] = (uint8_t)length;
        }
    }
}

static void put_header(encoder_t *encoder) {
    static const uint8_t jfif[] = { 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0 };
    const ujpeg_image_t *image = encoder->image;
    uint32_t tables = image->channels == 1 ? 1 : 2;
    put_word(encoder, 0xffd8);
    put_segment(encoder, 0xffe0, sizeof(jfif));
    put_bytes(encoder, jfif, sizeof(jfif));
    if (image->exif_length > 0) {
        put_segment(encoder, 0xffe1, image->exif_length);
        put_bytes(encoder, image->exif, image->exif_length);
    }
    if (image->comment_length > 0) {
        put_segment(encoder, 0xfffe, image->comment_length);
        put_bytes(encoder, image->comment, image->comment_length);
    }
    for (uint32_t table = 0; table < tables; ++table) {
        put_segment(encoder, 0xffdb, 1 + BLOCK);
        put_byte(encoder, table);
        for (uint32_t i = 0; i < BLOCK; ++i) {
            uint32_t step = jpeg_quantizer(table, zigzag[i], image->quality);
            put_byte(encoder, step);
            // The transform's results are 8 times too large.
            encoder->reciprocals[table][zigzag[i]] = UINT32_MAX / (8 * step) + 1;
            encoder->halves[table][zigzag[i]] = (uint16_t)(4 * step);
        }
    }
    put_segment(encoder, 0xffc0, 6 + 3 * image->channels);
    put_byte(encoder, 8);
    put_word(encoder, image->height);
    put_word(encoder, image->width);
    put_byte(encoder, image->channels);
    for (uint32_t i = 0; i < image->channels; ++i) {
        const component_t *component = &encoder->components[i];
        put_byte(encoder, i + 1);
        put_byte(encoder, component->columns << 4 | component->rows);
        put_byte(encoder, component->table);
    }
    for (uint32_t table = 0; table < tables; ++table) {
        for (uint32_t ac = 0; ac < 2; ++ac) {
            uint32_t size;
            const uint8_t *codes = jpeg_huffman_table(ac, table, &size);
            make_codes(ac ? &encoder->ac[table] : &encoder->dc[table], codes);
            put_segment(encoder, 0xffc4, 1 + size);
            put_byte(encoder, ac << 4 | table);
            put_bytes(encoder, codes, size);
        }
    }
    if (image->restart > 0) {
        put_segment(encoder, 0xffdd, 2);
        put_word(encoder, image->restart);
    }
    put_segment(encoder, 0xffda, 4 + 2 * image->channels);
    put_byte(encoder, image->channels);
    for (uint32_t i = 0; i < image->channels; ++i) {
        put_byte(encoder, i + 1);
        put_byte(encoder, encoder->components[i].table * 0x11);
    }
    put_word(encoder, BLOCK - 1);
    put_byte(encoder, 0);
}

static uint32_t units_of(uint32_t side, uint32_t factor) {
    return (side + SIDE * factor - 1) / (SIDE * factor);
}

static size_t row_bytes(const ujpeg_image_t *image) {
    return (size_t)units_of(image->width, image->horizontal) * image->horizontal * SIDE;
}

size_t ujpeg_encode_memory(const ujpeg_image_t *image) {
    return sizeof(encoder_t) + row_bytes(image) * (3 * SIDE * image->vertical + 4);
}

void ujpeg_encode(const ujpeg_image_t *image, void *memory) {
    encoder_t *encoder = memory;
    memset(encoder, 0, sizeof(*encoder));
    encoder->image = image;
    encoder->units = units_of(image->width, image->horizontal);
    uint8_t *samples = (uint8_t *)(encoder + 1);
    uint32_t stride = (uint32_t)row_bytes(image);
    for (uint32_t i = 0; i < image->channels; ++i, samples += (size_t)stride * SIDE * image->vertical) {
        bool chroma = i > 0;
        uint32_t columns = chroma ? 1 : image->horizontal;
        uint32_t rows = chroma ? 1 : image->vertical;
        uint32_t across = chroma ? image->horizontal : 1;
        uint32_t down = chroma ? image->vertical : 1;
        encoder->components[i] = (component_t) {
            columns, rows, units_of(image->width, across), units_of(image->height, down), chroma, 0, samples, stride,
        };
    }
    put_header(encoder);
    uint32_t unit_rows = units_of(image->height, image->vertical);
    uint32_t coded = 0;
    for (uint32_t unit_row = 0; unit_row < unit_rows; ++unit_row) {
        take_rows(encoder, unit_row, samples);
        for (uint32_t unit = 0; unit < encoder->units; ++unit, ++coded) {
            if (image->restart > 0 && coded > 0 && coded % image->restart == 0) {
                fill_last_byte(encoder);
                put_word(encoder, 0xffd0 | ((coded / image->restart - 1) & 7));
                for (uint32_t i = 0; i < image->channels; ++i) {
                    encoder->components[i].last_dc = 0;
                }
            }
            put_unit(encoder, unit, unit_row);
        }
    }
    fill_last_byte(encoder);
    put_word(encoder, 0xffd9);
    flush(encoder);
}
