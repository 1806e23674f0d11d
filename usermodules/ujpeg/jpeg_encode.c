#include "jpeg_encode.h"

#include <string.h>

#include "encode_block.h"
#include "encode_samples.h"
#include "jpeg_tables.h"

// A block of samples has this many rows and columns.
#define SIDE (8)
#define OUTPUT_BYTES (4096)

typedef struct {
    uint32_t columns; // of a unit, in blocks
    uint32_t rows;
    uint32_t width; // of the image, in blocks
    uint32_t height;
    uint32_t table; // 0 for luma, 1 for chroma
    int16_t last_dc;
    uint8_t *samples; // one row of units
    uint32_t stride;
} component_t;

typedef struct {
    const ujpeg_image_t *image;
    component_t components[3];
    uint32_t units; // along a row
    uint8_t *pixels; // a row of them
    bit_writer_t writer;
    quantizer_t quantizers[2];
    codes_t codes[2];
    uint8_t output[OUTPUT_BYTES];
} encoder_t;

//
// Bytes
//

static void flush(encoder_t *encoder) {
    encoder->image->write(encoder->image->context, encoder->output, (size_t)(encoder->writer.end - encoder->output));
    encoder->writer.end = encoder->output;
}

static void make_room(encoder_t *encoder, size_t bytes) {
    if (bytes > (size_t)(encoder->output + OUTPUT_BYTES - encoder->writer.end)) {
        flush(encoder);
    }
}

static void put_byte(encoder_t *encoder, uint32_t byte) {
    make_room(encoder, 1);
    *encoder->writer.end++ = (uint8_t)byte;
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

//
// Blocks
//

// A unit that sticks out of the image is completed with blocks that cost next to nothing.
static void put_unit(encoder_t *encoder, uint32_t unit, uint32_t unit_row) {
    for (uint32_t i = 0; i < encoder->image->channels; ++i) {
        component_t *component = &encoder->components[i];
        for (uint32_t row = 0; row < component->rows; ++row) {
            for (uint32_t column = 0; column < component->columns; ++column) {
                int16_t block[BLOCK] __attribute__((aligned(32)));
                uint32_t x = unit * component->columns + column;
                if (x < component->width && unit_row * component->rows + row < component->height) {
                    encode_transform(block, component->samples + (size_t)row * SIDE * component->stride
                        + (size_t)x * SIDE, component->stride, &encoder->quantizers[component->table]);
                } else {
                    memset(block, 0, sizeof(block));
                    block[0] = component->last_dc;
                }
                make_room(encoder, BLOCK_BYTES);
                encode_put_block(&encoder->writer, &encoder->codes[component->table], block, component->last_dc);
                component->last_dc = block[0];
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

static void convert_row(const encoder_t *encoder, uint32_t row, uint8_t *luma, uint8_t *blue, uint8_t *red) {
    const ujpeg_image_t *image = encoder->image;
    uint32_t channels = image->channels;
    const uint8_t *pixels = image->planes[0].data + (ptrdiff_t)row * image->planes[0].row_stride;
    if (!planes_are_interleaved(image->planes, channels)) {
        for (uint32_t channel = 0; channel < channels; ++channel) {
            const plane_t *plane = &image->planes[channel];
            const uint8_t *value = plane->data + (ptrdiff_t)row * plane->row_stride;
            uint8_t *end = encoder->pixels + (size_t)image->width * channels;
            for (uint8_t *pixel = encoder->pixels + channel; pixel < end; pixel += channels) {
                *pixel = *value;
                value += plane->column_stride;
            }
        }
        pixels = encoder->pixels;
    }
    if (channels == 1) {
        memcpy(luma, pixels, image->width);
    } else {
        samples_convert(pixels, image->width, luma, blue, red);
    }
}

// One row of units, in the components' samples; `work` holds four rows of chroma at full width.
static void take_rows(encoder_t *encoder, uint32_t unit_row, uint8_t *work) {
    const ujpeg_image_t *image = encoder->image;
    component_t *luma = &encoder->components[0];
    uint32_t wide = luma->width * SIDE;
    uint32_t full = luma->stride;
    uint32_t first = unit_row * luma->rows * SIDE;
    uint32_t groups = SIDE * luma->rows / image->vertical;
    for (uint32_t group = 0; group < groups; ++group) {
        for (uint32_t i = 0; i < image->vertical; ++i) {
            uint32_t row = group * image->vertical + i;
            uint8_t *samples = luma->samples + (size_t)row * luma->stride;
            uint8_t *blue = work + (size_t)i * full;
            uint8_t *red = blue + 2 * (size_t)full;
            if (first + row < image->height) {
                convert_row(encoder, first + row, samples, blue, red);
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
                samples_halve(samples, count, upper, lower);
            }
        }
    }
}

//
// Tables and headers
//

static void make_codes(uint32_t *codes, const uint8_t *table) {
    const uint8_t *symbol = table + 16;
    uint32_t code = 0;
    for (uint32_t length = 1; length <= 16; ++length, code <<= 1) {
        for (uint32_t i = table[length - 1]; i > 0; --i) {
            codes[*symbol++] = code++ << 8 | length;
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
            uint32_t step = jpeg_quantizer(table, encode_zigzag[i], image->quality);
            put_byte(encoder, step);
            quantizer_set(&encoder->quantizers[table], encode_zigzag[i], step);
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
            make_codes(ac ? encoder->codes[table].ac : encoder->codes[table].dc, codes);
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
    size_t bytes = (size_t)units_of(image->width, image->horizontal) * image->horizontal * SIDE;
    return (bytes + SAMPLES_ALIGNMENT - 1) & ~(size_t)(SAMPLES_ALIGNMENT - 1);
}

size_t ujpeg_encode_memory(const ujpeg_image_t *image) {
    // The samples, four rows of chroma, a row of pixels, and what it takes to begin aligned.
    return sizeof(encoder_t) + row_bytes(image) * (3 * SIDE * image->vertical + 4 + 3) + SAMPLES_ALIGNMENT;
}

void ujpeg_encode(const ujpeg_image_t *image, void *memory) {
    encoder_t *encoder = memory;
    memset(encoder, 0, sizeof(*encoder));
    encoder->image = image;
    encoder->units = units_of(image->width, image->horizontal);
    encode_start(&encoder->writer, encoder->output);
    uint32_t stride = (uint32_t)row_bytes(image);
    uint8_t *samples = (uint8_t *)(encoder + 1);
    samples += -(uintptr_t)samples & (SAMPLES_ALIGNMENT - 1);
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
    encoder->pixels = samples + (size_t)4 * stride;
    put_header(encoder);
    uint32_t unit_rows = units_of(image->height, image->vertical);
    uint32_t coded = 0;
    for (uint32_t unit_row = 0; unit_row < unit_rows; ++unit_row) {
        take_rows(encoder, unit_row, samples);
        for (uint32_t unit = 0; unit < encoder->units; ++unit, ++coded) {
            if (image->restart > 0 && coded > 0 && coded % image->restart == 0) {
                encode_fill_byte(&encoder->writer);
                put_word(encoder, 0xffd0 | ((coded / image->restart - 1) & 7));
                for (uint32_t i = 0; i < image->channels; ++i) {
                    encoder->components[i].last_dc = 0;
                }
            }
            put_unit(encoder, unit, unit_row);
        }
    }
    encode_fill_byte(&encoder->writer);
    put_word(encoder, 0xffd9);
    flush(encoder);
}
