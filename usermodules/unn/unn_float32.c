// The float32 operators with a window. Sums may be taken in any order.

#include "unn_vector.h"

static inline four_floats_t limited(const unn_step_t *step, four_floats_t values) {
    values = larger_floats(floats_of(step->layer->lowest), values);
    return smaller_floats(floats_of(step->layer->highest), values);
}

static inline void store_channels(float *to, four_floats_t low, four_floats_t high) {
    store_floats(to, low);
    store_floats(to + 4, high);
}

// One item of each window times eight channels' weights; `lane` is a constant.
#define ADD_ITEM(lane) \
    do { \
        four_floats_t w0 = load_floats(weights); \
        STEP(weights, 4); \
        four_floats_t w1 = load_floats(weights); \
        STEP(weights, 4); \
        UNROLL \
        for (int i = 0; i < count; i++) { \
            low[i] = add_scaled_floats(low[i], w0, items[i], lane); \
            high[i] = add_scaled_floats(high[i], w1, items[i], lane); \
        } \
    } while (0)

// `count` windows side by side.
static inline __attribute__((always_inline)) void convolve(const unn_step_t *step, const unn_row_t *row,
    const uint8_t *in, uint8_t *out, const int count) {
    const float *bias = (const float *)row->parameters, *weights = (const float *)row->weights, *x[4];
    four_floats_t low[4], high[4], items[4];
    UNROLL
    for (int i = 0; i < 4; i++) {
        low[i] = load_floats(bias);
        high[i] = load_floats(bias + 4);
        x[i] = (const float *)in;
        STEP(in, step->step_bytes);
    }
    const int32_t *jumps = step->jumps;
    for (size_t runs = step->runs; runs > 0; runs--) {
        size_t left = step->run_items;
        for (; left >= 4; left -= 4) {
            UNROLL
            for (int i = 0; i < count; i++) {
                items[i] = load_floats(x[i]);
                STEP(x[i], 4);
            }
            ADD_ITEM(0);
            ADD_ITEM(1);
            ADD_ITEM(2);
            ADD_ITEM(3);
        }
        for (; left > 0; left--) {
            UNROLL
            for (int i = 0; i < count; i++) {
                items[i] = floats_of(*x[i]++);
            }
            ADD_ITEM(0);
        }
        int32_t jump = *jumps++;
        UNROLL
        for (int i = 0; i < count; i++) {
            x[i] = (const float *)((const uint8_t *)x[i] + jump);
        }
    }
    UNROLL
    for (int i = 0; i < count; i++) {
        store_channels((float *)out, limited(step, low[i]), limited(step, high[i]));
        out += row->out_step;
    }
}

void unn_float32_conv2d(const unn_step_t *step, const unn_row_t *row) {
    const uint8_t *in = row->in;
    uint8_t *out = row->out;
    size_t positions = row->positions;
    for (; positions >= 4; positions -= 4) {
        convolve(step, row, in, out, 4);
        in += 4 * step->step_bytes;
        out += 4 * row->out_step;
    }
    for (; positions > 0; positions--) {
        convolve(step, row, in, out, 1);
        in += step->step_bytes;
        out += row->out_step;
    }
}

// Two windows at a time, the second one the first again at the end of an odd row.
void unn_float32_depthwise_conv2d(const unn_step_t *step, const unn_row_t *row) {
    const float *bias = (const float *)row->parameters;
    const uint8_t *in = row->in;
    uint8_t *out = row->out;
    size_t apart = step->step_bytes, out_apart = row->out_step;
    ptrdiff_t positions = (ptrdiff_t)row->positions;
    do {
        if (__builtin_expect(positions == 1, 0)) {
            apart = out_apart = 0;
        }
        const uint8_t *x[2] = { in, in + apart };
        const float *weights = (const float *)row->weights;
        const int32_t *jumps = step->jumps;
        four_floats_t low[2] = { load_floats(bias), load_floats(bias) };
        four_floats_t high[2] = { load_floats(bias + 4), load_floats(bias + 4) };
        for (size_t taps = step->runs; taps > 0; taps--) {
            four_floats_t w0 = load_floats(weights);
            STEP(weights, 4);
            four_floats_t w1 = load_floats(weights);
            STEP(weights, 4);
            int32_t jump = *jumps++ - 16;
            UNROLL
            for (int i = 0; i < 2; i++) {
                low[i] = add_float_products(low[i], w0, load_floats((const float *)x[i]));
                STEP(x[i], 16);
                high[i] = add_float_products(high[i], w1, load_floats((const float *)x[i]));
                STEP(x[i], jump);
            }
        }
        store_channels((float *)out, limited(step, low[0]), limited(step, high[0]));
        store_channels((float *)(out + out_apart), limited(step, low[1]), limited(step, high[1]));
        in += 2 * apart;
        out += 2 * out_apart;
        positions -= 2;
    } while (positions > 0);
}

void unn_float32_max_pool(const unn_step_t *step, const unn_row_t *row) {
    const uint8_t *window = row->in;
    uint8_t *out = row->out;
    for (size_t positions = row->positions; positions > 0; positions--) {
        four_floats_t low = floats_of(step->layer->lowest), high = low;
        const uint8_t *in = window;
        for (size_t i = 0; i < step->runs; i++) {
            low = larger_floats(low, load_floats((const float *)in));
            high = larger_floats(high, load_floats((const float *)in + 4));
            in += step->jumps[i];
        }
        store_channels((float *)out, low, high);
        window += step->step_bytes;
        out += row->out_step;
    }
}

void unn_float32_sum_window(const unn_step_t *step, const uint8_t *in, float *items) {
    four_floats_t low = floats_of(0), high = low;
    for (size_t i = 0; i < step->runs; i++) {
        low = add_floats(low, load_floats((const float *)in));
        high = add_floats(high, load_floats((const float *)in + 4));
        in += step->jumps[i];
    }
    store_channels(items, low, high);
}

size_t unn_float32_normalise(const unn_tensor_t *tensor, float *items, const uint8_t *pixels, size_t count) {
    four_floats_t offset = floats_of(-tensor->pixel_offset), scale = floats_of(tensor->pixel_scale);
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        four_floats_t low, high;
        load_eight_pixels(pixels + i, &low, &high);
        store_channels(items + i, multiply_floats(add_floats(low, offset), scale),
            multiply_floats(add_floats(high, offset), scale));
    }
    return i;
}
