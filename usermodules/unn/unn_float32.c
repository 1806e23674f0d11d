// The float32 operators. Sums may be taken in any order: this file is built
// with unsafe mathematics, without which there are no float vectors on ARMv7.

#include <string.h>

#include "unn_step.h"

typedef float floats_t __attribute__((vector_size(16)));
// only for loads and stores: gcc 14 for aarch64 cannot pass vectors of odd alignment
typedef float unaligned_floats_t __attribute__((vector_size(16), aligned(4), may_alias));
typedef int32_t masks_t __attribute__((vector_size(16)));

#define LANES (4)

// Loops over vectors have to be unrolled, or the vectors live in memory.
#define UNROLL _Pragma("GCC unroll 4")

static inline floats_t load_floats(const float *values) {
    return *(const unaligned_floats_t *)values;
}

static inline void store_floats(float *to, floats_t values) {
    *(unaligned_floats_t *)to = values;
}

static inline floats_t select_floats(masks_t where, floats_t yes, floats_t no) {
    return (floats_t)((where & (masks_t)yes) | (~where & (masks_t)no));
}

static inline float add_lanes(floats_t values) {
    return (values[0] + values[1]) + (values[2] + values[3]);
}

static inline float limit(const unn_step_t *step, float value) {
    return value < step->lowest ? step->lowest : value > step->highest ? step->highest : value;
}

static inline floats_t limit_four(const unn_step_t *step, floats_t values) {
    floats_t lowest = { step->lowest, step->lowest, step->lowest, step->lowest };
    floats_t highest = { step->highest, step->highest, step->highest, step->highest };
    values = select_floats(values < lowest, lowest, values);
    return select_floats(values > highest, highest, values);
}

static inline void store_four(const unn_step_t *step, size_t channel, const floats_t *sums, float *out) {
    floats_t values = { add_lanes(sums[0]), add_lanes(sums[1]), add_lanes(sums[2]), add_lanes(sums[3]) };
    values = limit_four(step, values + load_floats((const float *)step->bias + channel));
    if (channel + UNN_CHANNEL_BLOCK <= step->out_channels) {
        store_floats(out + channel, values);
    } else {
        memcpy(out + channel, &values, (step->out_channels - channel) * sizeof(float));
    }
}

static inline void run_rows(const unn_step_t *step, const float *a, const float *b, float *out, const int rows) {
    const float *weights = (const float *)step->weights;
    size_t items = step->row_items;
    for (size_t i = 0; i < step->out_channels; i += UNN_CHANNEL_BLOCK) {
        const float *w[4] = { weights, weights + items, weights + 2 * items, weights + 3 * items };
        floats_t first[4] = { { 0 } }, second[4] = { { 0 } };
        for (size_t k = 0; k < items; k += LANES) {
            floats_t x = load_floats(a + k), y = load_floats(b + k);
            UNROLL
            for (int j = 0; j < UNN_CHANNEL_BLOCK; j++) {
                floats_t values = load_floats(w[j]);
                w[j] += LANES;
                first[j] += x * values;
                if (rows == 2) {
                    second[j] += y * values;
                }
            }
        }
        weights += UNN_CHANNEL_BLOCK * items;
        store_four(step, i, first, out);
        if (rows == 2) {
            store_four(step, i, second, out + step->out_channels);
        }
    }
}

// Every output channel of one position, and of two side by side.
static __attribute__((noinline)) void run_one_row(const unn_step_t *step, const float *row, float *out) {
    run_rows(step, row, row, out, 1);
}

static void run_two_rows(const unn_step_t *step, const float *a, const float *b, float *out) {
    run_rows(step, a, b, out, 2);
}

void unn_float32_conv2d(const unn_step_t *step) {
    const unn_layer_t *layer = step->layer;
    size_t items = step->row_items, window = (size_t)layer->kernel[0] * layer->kernel[1];
    float *rows = (float *)step->scratch, *out = (float *)step->out;
    // a window of one pixel is a row already, unless it has to be filled up
    bool direct = window == 1 && step->channels == items;
    if (!direct) {
        memset(rows, 0, 2 * items * sizeof(float));
    }
    for (size_t i = 0; i < step->out_height; i++) {
        ptrdiff_t y = (ptrdiff_t)(i * layer->stride[0]) - layer->padding[0];
        size_t count;
        for (size_t j = 0; j < step->out_width; j += count) {
            const float *values[2] = { rows, rows + items };
            count = j + 2 <= step->out_width ? 2 : 1;
            for (size_t k = 0; k < count; k++) {
                ptrdiff_t x = (ptrdiff_t)((j + k) * layer->stride[1]) - layer->padding[1];
                if (direct) {
                    values[k] = (const float *)step->in + ((size_t)y * step->width + (size_t)x) * items;
                } else {
                    unn_step_copy_window(step, y, x, (uint8_t *)values[k]);
                }
            }
            if (count == 2) {
                run_two_rows(step, values[0], values[1], out);
            } else {
                run_one_row(step, values[0], out);
            }
            out += count * step->out_channels;
        }
    }
}

void unn_float32_dense(const unn_step_t *step) {
    size_t items = step->height * step->width * step->channels;
    const float *row = (const float *)step->in;
    if (items != step->row_items) {
        memset(step->scratch, 0, step->row_items * sizeof(float));
        memcpy(step->scratch, step->in, items * sizeof(float));
        row = (const float *)step->scratch;
    }
    run_one_row(step, row, (float *)step->out);
}

static inline void depthwise_four(const unn_step_t *step, size_t channel, const float *in, size_t line, float *out) {
    size_t channels = step->channels, height = step->layer->kernel[0], width = step->layer->kernel[1];
    const float *weights = (const float *)step->weights + channel;
    floats_t sums = load_floats((const float *)step->bias + channel);
    for (size_t i = 0; i < height; i++) {
        const float *x = in + i * line + channel;
        for (size_t j = 0; j < width; j++) {
            sums += load_floats(x) * load_floats(weights);
            x += channels;
            weights += channels;
        }
    }
    store_floats(out + channel, limit_four(step, sums));
}

static inline void depthwise_one(const unn_step_t *step, size_t channel, const float *in, size_t line, float *out) {
    const float *weights = (const float *)step->weights + channel;
    float sum = ((const float *)step->bias)[channel];
    for (size_t i = 0; i < step->layer->kernel[0]; i++) {
        for (size_t j = 0; j < step->layer->kernel[1]; j++) {
            sum += in[i * line + j * step->channels + channel] * *weights;
            weights += step->channels;
        }
    }
    out[channel] = limit(step, sum);
}

void unn_float32_depthwise_conv2d(const unn_step_t *step) {
    const unn_layer_t *layer = step->layer;
    size_t channels = step->channels;
    float *out = (float *)step->out;
    for (size_t i = 0; i < step->out_height; i++) {
        ptrdiff_t y = (ptrdiff_t)(i * layer->stride[0]) - layer->padding[0];
        for (size_t j = 0; j < step->out_width; j++) {
            ptrdiff_t x = (ptrdiff_t)(j * layer->stride[1]) - layer->padding[1];
            size_t line;
            const float *in = (const float *)unn_step_window(step, y, x, step->scratch, &line);
            line /= sizeof(float);
            if (channels < LANES) {
                for (size_t k = 0; k < channels; k++) {
                    depthwise_one(step, k, in, line, out);
                }
            } else {
                // the last block overlaps the one before where channels are no multiple of it
                for (size_t k = 0; k < channels; k += LANES) {
                    depthwise_four(step, k + LANES <= channels ? k : channels - LANES, in, line, out);
                }
            }
            out += channels;
        }
    }
}

static __attribute__((noinline)) void pool(const unn_step_t *step, const bool largest) {
    const unn_layer_t *layer = step->layer;
    size_t channels = step->channels, line = step->width * channels;
    float *out = (float *)step->out, area = (float)layer->kernel[0] * (float)layer->kernel[1];
    for (size_t i = 0; i < step->out_height; i++) {
        ptrdiff_t y = (ptrdiff_t)(i * layer->stride[0]) - layer->padding[0];
        for (size_t j = 0; j < step->out_width; j++) {
            ptrdiff_t x = (ptrdiff_t)(j * layer->stride[1]) - layer->padding[1];
            size_t top, left, rows, columns;
            unn_clip(y, layer->kernel[0], step->height, &top, &rows);
            unn_clip(x, layer->kernel[1], step->width, &left, &columns);
            const float *corner = (const float *)step->in + (top + (size_t)y) * line + (left + (size_t)x) * channels;
            for (size_t k = 0; k < channels; k++) {
                float result = largest ? corner[k] : 0;
                for (size_t row = 0; row < rows; row++) {
                    const float *item = corner + row * line + k;
                    for (size_t column = 0; column < columns; column++, item += channels) {
                        result = !largest ? result + *item : *item > result ? *item : result;
                    }
                }
                *out++ = largest ? result : limit(step, result / area);
            }
        }
    }
}

void unn_float32_max_pool(const unn_step_t *step) {
    pool(step, true);
}

void unn_float32_average_pool(const unn_step_t *step) {
    pool(step, false);
}

void unn_float32_activation(const unn_step_t *step) {
    const float *in = (const float *)step->in;
    float *out = (float *)step->out;
    size_t items = unn_items(step->target);
    for (size_t i = 0; i < items; i++) {
        out[i] = limit(step, in[i]);
    }
}
