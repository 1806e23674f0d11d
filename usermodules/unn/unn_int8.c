// The int8 operators. Sums and requantisation are exact, so every way of
// computing them gives the same bytes.

#include <string.h>

#include "unn_step.h"

#if defined(__ARM_NEON)
#include <arm_neon.h>

// Sums of four output channels.
typedef int32x4_t sums_t;

// Two products of weights, which are never -128, fit 16 bits.
static inline int32x4_t add_products(int32x4_t sum, int8x16_t a, int8x16_t b) {
    int16x8_t products = vmull_s8(vget_low_s8(a), vget_low_s8(b));
    return vpadalq_s16(sum, vmlal_s8(products, vget_high_s8(a), vget_high_s8(b)));
}

static inline int32x4_t add_lanes(const int32x4_t *sums) {
    int32x2_t halves[4];
    for (int i = 0; i < 4; i++) {
        halves[i] = vadd_s32(vget_low_s32(sums[i]), vget_high_s32(sums[i]));
    }
    return vcombine_s32(vpadd_s32(halves[0], halves[1]), vpadd_s32(halves[2], halves[3]));
}

// The products of one or two rows of values with four rows of weights.
static inline void multiply_rows(const int8_t *a, const int8_t *b, const int8_t *weights, size_t items, sums_t *sums,
    const int rows) {
    int32x4_t lanes[8];
    for (int j = 0; j < 4 * rows; j++) {
        lanes[j] = vdupq_n_s32(0);
    }
    size_t i = 0;
    for (; i + 16 <= items; i += 16) {
        int8x16_t x = vld1q_s8(a + i), y = rows == 2 ? vld1q_s8(b + i) : x;
        for (int j = 0; j < 4; j++) {
            int8x16_t w = vld1q_s8(weights + (size_t)j * items + i);
            lanes[j] = add_products(lanes[j], x, w);
            if (rows == 2) {
                lanes[j + 4] = add_products(lanes[j + 4], y, w);
            }
        }
    }
    if (i < items) {
        int8x8_t x = vld1_s8(a + i), y = rows == 2 ? vld1_s8(b + i) : x;
        for (int j = 0; j < 4; j++) {
            int8x8_t w = vld1_s8(weights + (size_t)j * items + i);
            lanes[j] = vpadalq_s16(lanes[j], vmull_s8(x, w));
            if (rows == 2) {
                lanes[j + 4] = vpadalq_s16(lanes[j + 4], vmull_s8(y, w));
            }
        }
    }
    for (int j = 0; j < rows; j++) {
        sums[j] = add_lanes(lanes + 4 * j);
    }
}

// Adds the bias, requantises and limits the sums of the channels from `channel` on.
static inline int16x4_t finish_sums(const unn_step_t *step, size_t channel, sums_t sums) {
    int32x4_t shifts = vld1q_s32(step->shifts + channel);
    sums = vaddq_s32(sums, vld1q_s32(step->bias + channel));
    sums = vqshlq_s32(sums, vmaxq_s32(vnegq_s32(shifts), vdupq_n_s32(0)));
    sums = vqrdmulhq_s32(sums, vld1q_s32(step->multipliers + channel));
    sums = vrshlq_s32(sums, vminq_s32(vnegq_s32(shifts), vdupq_n_s32(0)));
    int16x4_t values = vqadd_s16(vqmovn_s32(sums), vdup_n_s16(step->target->zero_point));
    return vmax_s16(vmin_s16(values, vdup_n_s16(step->high)), vdup_n_s16(step->low));
}

static inline void store_four(const unn_step_t *step, size_t channel, sums_t sums, int8_t *out) {
    int16x4_t values = finish_sums(step, channel, sums);
    int8x8_t bytes = vmovn_s16(vcombine_s16(values, values));
    int8_t four[8];
    vst1_s8(four, bytes);
    memcpy(out, four, 4);
}

// Eight channels of a depthwise window.
static inline void depthwise_eight(const unn_step_t *step, size_t channel, const int8_t *in, size_t line, int8_t *out) {
    size_t channels = step->channels, height = step->layer->kernel[0], width = step->layer->kernel[1];
    const int8_t *weights = (const int8_t *)step->weights + channel;
    int32x4_t low = vdupq_n_s32(0), high = low;
    in += channel;
    for (size_t i = 0; i < height; i++) {
        const int8_t *x = in;
        size_t j = 0;
        for (; j + 2 <= width; j += 2) {
            int16x8_t products = vmull_s8(vld1_s8(x), vld1_s8(weights));
            products = vmlal_s8(products, vld1_s8(x + channels), vld1_s8(weights + channels));
            low = vaddw_s16(low, vget_low_s16(products));
            high = vaddw_s16(high, vget_high_s16(products));
            x += 2 * channels;
            weights += 2 * channels;
        }
        if (j < width) {
            int16x8_t products = vmull_s8(vld1_s8(x), vld1_s8(weights));
            low = vaddw_s16(low, vget_low_s16(products));
            high = vaddw_s16(high, vget_high_s16(products));
            weights += channels;
        }
        in += line;
    }
    int16x4_t first = finish_sums(step, channel, low), second = finish_sums(step, channel + 4, high);
    vst1_s8(out + channel, vmovn_s16(vcombine_s16(first, second)));
}

#else

typedef struct _sums_t {
    int32_t channel[4];
} sums_t;

static inline int8_t finish_sum(const unn_step_t *step, size_t channel, int32_t sum);

static inline void multiply_rows(const int8_t *a, const int8_t *b, const int8_t *weights, size_t items, sums_t *sums,
    const int rows) {
    for (int j = 0; j < 4; j++) {
        int32_t first = 0, second = 0;
        for (size_t i = 0; i < items; i++) {
            first += a[i] * weights[i];
            if (rows == 2) {
                second += b[i] * weights[i];
            }
        }
        sums[0].channel[j] = first;
        if (rows == 2) {
            sums[1].channel[j] = second;
        }
        weights += items;
    }
}

static inline void store_four(const unn_step_t *step, size_t channel, sums_t sums, int8_t *out) {
    for (size_t i = 0; i < 4; i++) {
        out[i] = finish_sum(step, channel + i, sums.channel[i] + step->bias[channel + i]);
    }
}

static inline void depthwise_eight(const unn_step_t *step, size_t channel, const int8_t *in, size_t line, int8_t *out) {
    size_t channels = step->channels, height = step->layer->kernel[0], width = step->layer->kernel[1];
    const int8_t *weights = (const int8_t *)step->weights + channel;
    int32_t sums[8];
    memcpy(sums, step->bias + channel, sizeof(sums));
    for (size_t i = 0; i < height; i++) {
        const int8_t *x = in + i * line + channel;
        for (size_t j = 0; j < width; j++) {
            for (int k = 0; k < 8; k++) {
                sums[k] += x[k] * weights[k];
            }
            x += channels;
            weights += channels;
        }
    }
    for (size_t k = 0; k < 8; k++) {
        out[channel + k] = finish_sum(step, channel + k, sums[k]);
    }
}

#endif

static inline int8_t finish_sum(const unn_step_t *step, size_t channel, int32_t sum) {
    int32_t shift = step->shifts[channel];
    int64_t value = sum;
    if (shift < 0) {
        value *= (int64_t)1 << -shift;
        value = value < INT32_MIN ? INT32_MIN : value > INT32_MAX ? INT32_MAX : value;
    }
    value = (value * step->multipliers[channel] + (1 << 30)) >> 31;
    if (shift > 0) {
        value = (value + ((int64_t)1 << (shift - 1))) >> shift;
    }
    value += step->target->zero_point;
    return (int8_t)(value < step->low ? step->low : value > step->high ? step->high : value);
}

// Every output channel of one or two positions.
static inline void run_rows(const unn_step_t *step, const int8_t *a, const int8_t *b, int8_t *out, const int rows) {
    const int8_t *weights = (const int8_t *)step->weights;
    size_t channels = step->out_channels;
    for (size_t i = 0; i < channels; i += UNN_CHANNEL_BLOCK) {
        sums_t sums[2];
        multiply_rows(a, b, weights, step->row_items, sums, rows);
        weights += UNN_CHANNEL_BLOCK * step->row_items;
        for (int j = 0; j < rows; j++) {
            int8_t *position = out + (size_t)j * channels + i;
            if (i + UNN_CHANNEL_BLOCK <= channels) {
                store_four(step, i, sums[j], position);
            } else {
                int8_t four[4];
                store_four(step, i, sums[j], four);
                for (size_t k = 0; k < channels - i; k++) {
                    position[k] = four[k];
                }
            }
        }
    }
}

void unn_int8_conv2d(const unn_step_t *step) {
    const unn_layer_t *layer = step->layer;
    size_t items = step->row_items, window = (size_t)layer->kernel[0] * layer->kernel[1];
    int8_t *rows = (int8_t *)step->scratch, *out = (int8_t *)step->out;
    // a window of one pixel is a row already, unless it has to be filled up
    bool direct = window == 1 && step->channels == items;
    if (!direct) {
        memset(rows, 0, 2 * items);
    }
    for (size_t i = 0; i < step->out_height; i++) {
        ptrdiff_t y = (ptrdiff_t)(i * layer->stride[0]) - layer->padding[0];
        size_t count;
        for (size_t j = 0; j < step->out_width; j += count) {
            const int8_t *values[2] = { rows, rows + items };
            count = j + 2 <= step->out_width ? 2 : 1;
            for (size_t k = 0; k < count; k++) {
                ptrdiff_t x = (ptrdiff_t)((j + k) * layer->stride[1]) - layer->padding[1];
                if (direct) {
                    values[k] = (const int8_t *)step->in + ((size_t)y * step->width + (size_t)x) * items;
                } else {
                    unn_step_copy_window(step, y, x, (uint8_t *)values[k]);
                }
            }
            if (count == 2) {
                run_rows(step, values[0], values[1], out, 2);
            } else {
                run_rows(step, values[0], values[0], out, 1);
            }
            out += count * step->out_channels;
        }
    }
}

void unn_int8_dense(const unn_step_t *step) {
    size_t items = step->height * step->width * step->channels;
    const int8_t *row = (const int8_t *)step->in;
    if (items != step->row_items) {
        memset(step->scratch, 0, step->row_items);
        memcpy(step->scratch, step->in, items);
        row = (const int8_t *)step->scratch;
    }
    run_rows(step, row, row, (int8_t *)step->out, 1);
}

static inline void depthwise_one(const unn_step_t *step, size_t channel, const int8_t *in, size_t line, int8_t *out) {
    const int8_t *weights = (const int8_t *)step->weights + channel;
    int32_t sum = step->bias[channel];
    for (size_t i = 0; i < step->layer->kernel[0]; i++) {
        const int8_t *x = in + i * line + channel;
        for (size_t j = 0; j < step->layer->kernel[1]; j++) {
            sum += x[j * step->channels] * *weights;
            weights += step->channels;
        }
    }
    out[channel] = finish_sum(step, channel, sum);
}

void unn_int8_depthwise_conv2d(const unn_step_t *step) {
    const unn_layer_t *layer = step->layer;
    size_t channels = step->channels;
    size_t kernel_height = layer->kernel[0], kernel_width = layer->kernel[1];
    int8_t *out = (int8_t *)step->out;
    for (size_t i = 0; i < step->out_height; i++) {
        ptrdiff_t y = (ptrdiff_t)(i * layer->stride[0]) - layer->padding[0];
        for (size_t j = 0; j < step->out_width; j++) {
            ptrdiff_t x = (ptrdiff_t)(j * layer->stride[1]) - layer->padding[1];
            const int8_t *in;
            size_t line;
            if (y >= 0 && x >= 0 && (size_t)y + kernel_height <= step->height
                && (size_t)x + kernel_width <= step->width) {
                in = (const int8_t *)step->in + ((size_t)y * step->width + (size_t)x) * channels;
                line = step->width * channels;
            } else {
                unn_step_copy_window(step, y, x, step->scratch);
                in = (const int8_t *)step->scratch;
                line = kernel_width * channels;
            }
            if (channels < 8) {
                for (size_t k = 0; k < channels; k++) {
                    depthwise_one(step, k, in, line, out);
                }
            } else {
                // the last block overlaps the one before where channels are no multiple of it
                for (size_t k = 0; k < channels; k += 8) {
                    depthwise_eight(step, k + 8 <= channels ? k : channels - 8, in, line, out);
                }
            }
            out += channels;
        }
    }
}

// Pooling of every window, clipped to the image.
static inline void pool(const unn_step_t *step, const bool largest) {
    const unn_layer_t *layer = step->layer;
    int8_t *out = (int8_t *)step->out;
    size_t line = step->width * step->channels;
    for (size_t i = 0; i < step->out_height; i++) {
        ptrdiff_t y = (ptrdiff_t)(i * layer->stride[0]) - layer->padding[0];
        size_t top, rows;
        unn_clip(y, layer->kernel[0], step->height, &top, &rows);
        for (size_t j = 0; j < step->out_width; j++) {
            ptrdiff_t x = (ptrdiff_t)(j * layer->stride[1]) - layer->padding[1];
            size_t left, columns;
            unn_clip(x, layer->kernel[1], step->width, &left, &columns);
            const int8_t *window = (const int8_t *)step->in + (size_t)(y + (ptrdiff_t)top) * line
                + (size_t)(x + (ptrdiff_t)left) * step->channels;
            for (size_t k = 0; k < step->channels; k++) {
                int32_t result = largest ? INT8_MIN : 0;
                for (size_t row = 0; row < rows; row++) {
                    const int8_t *item = window + row * line + k;
                    for (size_t column = 0; column < columns; column++, item += step->channels) {
                        result = !largest ? result + *item : *item > result ? *item : result;
                    }
                }
                if (largest) {
                    *out++ = (int8_t)result;
                } else {
                    result -= step->source->zero_point * (int32_t)(rows * columns);
                    *out++ = finish_sum(step, 0, result);
                }
            }
        }
    }
}

void unn_int8_max_pool(const unn_step_t *step) {
    pool(step, true);
}

void unn_int8_average_pool(const unn_step_t *step) {
    pool(step, false);
}

void unn_int8_activation(const unn_step_t *step) {
    const int8_t *in = (const int8_t *)step->in;
    int8_t *out = (int8_t *)step->out;
    size_t items = unn_items(step->target);
    for (size_t i = 0; i < items; i++) {
        out[i] = in[i] < step->low ? step->low : in[i] > step->high ? step->high : in[i];
    }
}
