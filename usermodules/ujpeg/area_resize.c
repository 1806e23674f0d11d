#include "area_resize.h"

// Weights of one result pixel add up to 1 << 16 exactly, so that an even
// surface stays as it is. Averages along a row keep 8 bits of fraction; the sums
// over the rows then just fit 32 bits.
#define WEIGHT_BITS (16)
#define LINE_FRACTION_BITS (8)
#define LINE_SHIFT (WEIGHT_BITS - LINE_FRACTION_BITS)
#define RESULT_SHIFT (WEIGHT_BITS + LINE_FRACTION_BITS)

// Positions along an axis are counted in units of 1 / (scale * count) pixel, in
// which the edges of parts and of pixels both are whole numbers.
static uint32_t units_of_pixel(const area_axis_t *axis) {
    return axis->scale * axis->count;
}

static uint64_t edge_of_part(const area_axis_t *axis, uint32_t part) {
    return (uint64_t)axis->start * axis->count + (uint64_t)part * axis->length;
}

static uint32_t first_of_part(const area_axis_t *axis, uint32_t part) {
    return (uint32_t)(edge_of_part(axis, part) / units_of_pixel(axis));
}

static uint32_t end_of_part(const area_axis_t *axis, uint32_t part) {
    return (uint32_t)((edge_of_part(axis, part + 1) + units_of_pixel(axis) - 1) / units_of_pixel(axis));
}

// The share of a part that lies before a position, rounded: a weight is the
// difference of two of them.
static uint32_t share_before(const area_axis_t *axis, uint32_t part, uint64_t position) {
    uint64_t edge = edge_of_part(axis, part);
    if (position <= edge) {
        return 0;
    }
    uint32_t inside = position - edge < axis->length ? (uint32_t)(position - edge) : axis->length;
    // A side of a JPEG image is at most 65500 pixels: this fits.
    return ((inside << WEIGHT_BITS) + axis->length / 2) / axis->length;
}

static uint32_t weight_in_part(const area_axis_t *axis, uint32_t part, uint32_t pixel) {
    uint64_t position = (uint64_t)pixel * units_of_pixel(axis);
    return share_before(axis, part, position + units_of_pixel(axis)) - share_before(axis, part, position);
}

uint32_t area_axis_first(const area_axis_t *axis) {
    return first_of_part(axis, 0);
}

uint32_t area_axis_end(const area_axis_t *axis) {
    return end_of_part(axis, axis->count - 1);
}

size_t area_resize_memory(const area_axis_t *columns, uint32_t channels) {
    // Neighbouring parts share a pixel at most: no more weights than pixels and parts.
    size_t weights = area_axis_end(columns) - area_axis_first(columns) + columns->count;
    return ((size_t)columns->count * channels * 2 + (size_t)columns->count * 2 + weights) * sizeof(uint32_t);
}

void area_resize_start(area_resize_t *resize, const area_axis_t *columns, const area_axis_t *rows,
    uint32_t channels, uint32_t first_column, void *memory) {
    size_t values = (size_t)columns->count * channels;
    resize->columns = *columns;
    resize->rows = *rows;
    resize->channels = channels;
    resize->result_row = 0;
    resize->sums = memory;
    resize->line = resize->sums + values;
    resize->taps = resize->line + values;
    for (size_t i = 0; i < values; ++i) {
        resize->sums[i] = 0;
    }
    uint32_t *tap = resize->taps;
    for (uint32_t part = 0; part < columns->count; ++part) {
        uint32_t first = first_of_part(columns, part);
        uint32_t end = end_of_part(columns, part);
        *tap++ = first - first_column;
        *tap++ = end - first;
        for (uint32_t pixel = first; pixel < end; ++pixel) {
            *tap++ = weight_in_part(columns, part, pixel);
        }
    }
}

// Compiled for each number of channels, so that the loop over them is no loop.
static inline __attribute__((always_inline)) void add_row(area_resize_t *resize, const uint8_t *pixels,
    uint32_t weight, uint32_t channels) {
    const uint32_t *tap = resize->taps;
    uint32_t *line = resize->line;
    uint32_t *sums = resize->sums;
    for (uint32_t part = resize->columns.count; part > 0; --part) {
        const uint8_t *first = pixels + (size_t)*tap++ * channels;
        const uint32_t *end = tap + 1 + *tap;
        ++tap;
        for (uint32_t channel = 0; channel < channels; ++channel) {
            const uint8_t *value = first + channel;
            uint32_t sum = 1 << (LINE_SHIFT - 1);
            for (const uint32_t *share = tap; share < end; ++share) {
                sum += *value * *share;
                value += channels;
            }
            *line = sum >> LINE_SHIFT;
            *sums++ += *line++ * weight;
        }
        tap = end;
    }
}

void area_resize_add(area_resize_t *resize, const uint8_t *pixels, uint32_t row) {
    uint32_t weight = weight_in_part(&resize->rows, resize->result_row, row);
    if (resize->channels == 1) {
        add_row(resize, pixels, weight, 1);
    } else {
        add_row(resize, pixels, weight, 3);
    }
}

bool area_resize_take(area_resize_t *resize, uint32_t row, uint8_t *pixels) {
    const area_axis_t *rows = &resize->rows;
    if (resize->result_row == rows->count
        || edge_of_part(rows, resize->result_row + 1) > ((uint64_t)row + 1) * units_of_pixel(rows)) {
        return false;
    }
    ++resize->result_row;
    // The input row goes on into the next result row where the edge cuts it.
    uint32_t weight = resize->result_row < rows->count ? weight_in_part(rows, resize->result_row, row) : 0;
    size_t values = (size_t)resize->columns.count * resize->channels;
    for (size_t i = 0; i < values; ++i) {
        pixels[i] = (uint8_t)((resize->sums[i] + (1 << (RESULT_SHIFT - 1))) >> RESULT_SHIFT);
        resize->sums[i] = resize->line[i] * weight;
    }
    return true;
}
