// The int8 operators. Sums and requantisation are exact, so every way of
// computing them gives the same bytes.

#include <string.h>

#include "unn_step.h"

typedef int8_t eight_t __attribute__((vector_size(8)));
typedef int8_t unaligned_eight_t __attribute__((vector_size(8), aligned(1), may_alias));

// Requantises and limits a sum.
static int8_t finish_sum(const unn_step_t *step, size_t channel, int32_t sum) {
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

#if defined(__ARM_NEON)
#include <arm_neon.h>

// Loops over vectors have to be unrolled, or the vectors live in memory.
#define UNROLL _Pragma("GCC unroll 8")

// Sums of four output channels.
typedef int32x4_t sums_t;

// Two products of weights, which are never -128, fit 16 bits.
static inline int32x4_t add_products(int32x4_t sum, int8x16_t a, int8x16_t b) {
    int16x8_t products = vmull_s8(vget_low_s8(a), vget_low_s8(b));
    return vpadalq_s16(sum, vmlal_s8(products, vget_high_s8(a), vget_high_s8(b)));
}

static inline int32x4_t add_lanes(const int32x4_t *sums) {
    int32x2_t halves[4];
    UNROLL
    for (int i = 0; i < 4; i++) {
        halves[i] = vadd_s32(vget_low_s32(sums[i]), vget_high_s32(sums[i]));
    }
    return vcombine_s32(vpadd_s32(halves[0], halves[1]), vpadd_s32(halves[2], halves[3]));
}

// The products of one or two rows of values with four rows of weights.
static inline void multiply_rows(const int8_t *a, const int8_t *b, const int8_t *weights, size_t items, sums_t *sums,
    const int rows) {
    const int8_t *w[4] = { weights, weights + items, weights + 2 * items, weights + 3 * items };
    int32x4_t lanes[8];
    UNROLL
    for (int j = 0; j < 4 * rows; j++) {
        lanes[j] = vdupq_n_s32(0);
    }
    for (; items >= 16; items -= 16, a += 16, b += 16) {
        int8x16_t x = vld1q_s8(a), y = rows == 2 ? vld1q_s8(b) : x;
        UNROLL
        for (int j = 0; j < 4; j++) {
            int8x16_t values = vld1q_s8(w[j]);
            w[j] += 16;
            lanes[j] = add_products(lanes[j], x, values);
            if (rows == 2) {
                lanes[j + 4] = add_products(lanes[j + 4], y, values);
            }
        }
    }
    if (items > 0) {
        int8x8_t x = vld1_s8(a), y = rows == 2 ? vld1_s8(b) : x;
        UNROLL
        for (int j = 0; j < 4; j++) {
            int8x8_t values = vld1_s8(w[j]);
            lanes[j] = vpadalq_s16(lanes[j], vmull_s8(x, values));
            if (rows == 2) {
                lanes[j + 4] = vpadalq_s16(lanes[j + 4], vmull_s8(y, values));
            }
        }
    }
    UNROLL
    for (int j = 0; j < rows; j++) {
        sums[j] = add_lanes(lanes + 4 * j);
    }
}

// Adds the bias, requantises and limits the sums of four channels.
static inline int16x4_t finish_sums(const unn_step_t *step, size_t channel, sums_t sums) {
    int32x4_t shifts = vld1q_s32(step->shifts + channel);
    sums = vaddq_s32(sums, vld1q_s32(step->bias + channel));
    sums = vqshlq_s32(sums, vmaxq_s32(vnegq_s32(shifts), vdupq_n_s32(0)));
    sums = vqrdmulhq_s32(sums, vld1q_s32(step->multipliers + channel));
    sums = vrshlq_s32(sums, vminq_s32(vnegq_s32(shifts), vdupq_n_s32(0)));
    int16x4_t values = vqadd_s16(vqmovn_s32(sums), vdup_n_s16(step->target->zero_point));
    return vmax_s16(vmin_s16(values, vdup_n_s16(step->high)), vdup_n_s16(step->low));
}

static inline void store_four(int8x8_t values, const int half, int8_t *out, size_t count) {
    int32_t four = vget_lane_s32(vreinterpret_s32_s8(values), half);
    if (count >= UNN_CHANNEL_BLOCK) {
        memcpy(out, &four, sizeof(four));
    } else {
        memcpy(out, &four, count);
    }
}

// Stores four channels, or as many as there are, of one or two positions.
static inline void store_sums(const unn_step_t *step, size_t channel, const sums_t *sums, int8_t *out, const int rows) {
    size_t channels = step->out_channels, count = channels - channel;
    int16x4_t first = finish_sums(step, channel, sums[0]);
    int16x4_t second = rows == 2 ? finish_sums(step, channel, sums[1]) : first;
    int8x8_t values = vmovn_s16(vcombine_s16(first, second));
    store_four(values, 0, out + channel, count);
    if (rows == 2) {
        store_four(values, 1, out + channels + channel, count);
    }
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

// Stores four channels, or as many as there are, of one or two positions.
static inline void store_sums(const unn_step_t *step, size_t channel, const sums_t *sums, int8_t *out, const int rows) {
    size_t channels = step->out_channels, count = channels - channel;
    for (int i = 0; i < rows; i++, out += channels) {
        for (size_t j = 0; j < UNN_CHANNEL_BLOCK && j < count; j++) {
            out[channel + j] = finish_sum(step, channel + j, sums[i].channel[j] + step->bias[channel + j]);
        }
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

static inline void run_rows(const unn_step_t *step, const int8_t *a, const int8_t *b, int8_t *out, const int rows) {
    const int8_t *weights = (const int8_t *)step->weights;
    for (size_t i = 0; i < step->out_channels; i += UNN_CHANNEL_BLOCK) {
        sums_t sums[2];
        multiply_rows(a, b, weights, step->row_items, sums, rows);
        store_sums(step, i, sums, out, rows);
        weights += UNN_CHANNEL_BLOCK * step->row_items;
    }
}

// Every output channel of one position, and of two side by side.
static __attribute__((noinline)) void run_one_row(const unn_step_t *step, const int8_t *row, int8_t *out) {
    run_rows(step, row, row, out, 1);
}

static void run_two_rows(const unn_step_t *step, const int8_t *a, const int8_t *b, int8_t *out) {
    run_rows(step, a, b, out, 2);
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
                run_two_rows(step, values[0], values[1], out);
            } else {
                run_one_row(step, values[0], out);
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
    run_one_row(step, row, (int8_t *)step->out);
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
    int8_t *out = (int8_t *)step->out;
    for (size_t i = 0; i < step->out_height; i++) {
        ptrdiff_t y = (ptrdiff_t)(i * layer->stride[0]) - layer->padding[0];
        for (size_t j = 0; j < step->out_width; j++) {
            ptrdiff_t x = (ptrdiff_t)(j * layer->stride[1]) - layer->padding[1];
            size_t line;
            const int8_t *in = (const int8_t *)unn_step_window(step, y, x, step->scratch, &line);
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

// The part of a window that lies inside the image.
typedef struct _part_t {
    const int8_t *corner;
    size_t rows, columns;
} part_t;

static void max_pool_part(const unn_step_t *step, const part_t *part, int8_t *out) {
    size_t channels = step->channels, line = step->width * channels;
    for (size_t k = 0; k < channels; k += channels < 8 ? 1 : 8) {
        // the last block overlaps the one before where channels are no multiple of it
        const int8_t *row = part->corner + (k + 8 <= channels || channels < 8 ? k : channels - 8);
        int8_t *to = out + (row - part->corner);
        if (channels < 8) {
            int8_t largest = *row;
            for (size_t i = 0; i < part->rows; i++, row += line) {
                for (size_t j = 0; j < part->columns; j++) {
                    int8_t item = row[j * channels];
                    largest = item > largest ? item : largest;
                }
            }
            *to = largest;
        } else {
            eight_t largest = *(const unaligned_eight_t *)row;
            for (size_t i = 0; i < part->rows; i++, row += line) {
                const int8_t *item = row;
                for (size_t j = 0; j < part->columns; j++, item += channels) {
                    eight_t items = *(const unaligned_eight_t *)item, larger = items > largest;
                    largest = (items & larger) | (largest & ~larger);
                }
            }
            *(unaligned_eight_t *)to = largest;
        }
    }
}

static void average_pool_part(const unn_step_t *step, const part_t *part, int8_t *out) {
    size_t channels = step->channels, line = step->width * channels;
    int32_t zero = step->source->zero_point * (int32_t)(part->rows * part->columns);
    for (size_t k = 0; k < channels; k++) {
        int32_t sum = 0;
        for (size_t i = 0; i < part->rows; i++) {
            const int8_t *item = part->corner + i * line + k;
            for (size_t j = 0; j < part->columns; j++, item += channels) {
                sum += *item;
            }
        }
        out[k] = finish_sum(step, 0, sum - zero);
    }
}

static void pool(const unn_step_t *step, void (*pool_part)(const unn_step_t *, const part_t *, int8_t *)) {
    const unn_layer_t *layer = step->layer;
    int8_t *out = (int8_t *)step->out;
    for (size_t i = 0; i < step->out_height; i++) {
        ptrdiff_t y = (ptrdiff_t)(i * layer->stride[0]) - layer->padding[0];
        for (size_t j = 0; j < step->out_width; j++) {
            ptrdiff_t x = (ptrdiff_t)(j * layer->stride[1]) - layer->padding[1];
            part_t part;
            size_t top, left;
            unn_clip(y, layer->kernel[0], step->height, &top, &part.rows);
            unn_clip(x, layer->kernel[1], step->width, &left, &part.columns);
            top += (size_t)y;
            left += (size_t)x;
            part.corner = (const int8_t *)step->in + (top * step->width + left) * step->channels;
            pool_part(step, &part, out);
            out += step->channels;
        }
    }
}

void unn_int8_max_pool(const unn_step_t *step) {
    pool(step, max_pool_part);
}

void unn_int8_average_pool(const unn_step_t *step) {
    pool(step, average_pool_part);
}

void unn_int8_activation(const unn_step_t *step) {
    const int8_t *in = (const int8_t *)step->in;
    int8_t *out = (int8_t *)step->out;
    size_t items = unn_items(step->target);
    for (size_t i = 0; i < items; i++) {
        out[i] = in[i] < step->low ? step->low : in[i] > step->high ? step->high : in[i];
    }
}
