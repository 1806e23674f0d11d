// The int8 operators with a window. Sums and requantisation are exact, so every
// way of computing them gives the same bytes.

#include "unn_vector.h"

// `count` windows side by side.
static inline __attribute__((always_inline)) void convolve(const unn_step_t *step, const unn_row_t *row,
    const uint8_t *in, uint8_t *out, const int count) {
    const uint8_t *weights = row->weights, *x[4];
    sums_t sums[4];
    UNROLL
    for (int i = 0; i < 4; i++) {
        sums[i] = load_sums(row->parameters);
        x[i] = in + (size_t)i * step->step_bytes;
    }
    const int32_t *jumps = step->jumps;
    size_t run_groups = step->run_items / UNN_GROUP;
    for (size_t runs = step->runs; runs > 0; runs--) {
        size_t groups = run_groups;
        do {
            weights_t w = load_weights(&weights);
            UNROLL
            for (int i = 0; i < count; i++) {
                sums[i] = add_products(sums[i], load_values(&x[i]), w);
            }
        } while (--groups > 0);
        int32_t jump = *jumps++;
        UNROLL
        for (int i = 0; i < count; i++) {
            x[i] += jump;
        }
    }
    requantise_t how = load_requantise(step, row->parameters);
    uint8_t some[4 * UNN_BLOCK];
    bool whole = row->channels == UNN_BLOCK;
    uint8_t *to = whole ? out : some;
    size_t to_step = whole ? step->out_channels : UNN_BLOCK;
    UNROLL
    for (int i = 0; i < count; i++) {
        store_eight(to, requantise(sums[i], &how));
        to += to_step;
    }
    if (!whole) {
        unn_copy_channels(step, row, some, out, (size_t)count);
    }
}

void unn_int8_conv2d(const unn_step_t *step, unn_row_t *row) {
    const uint8_t *in = row->in;
    uint8_t *out = row->out;
    size_t positions = row->positions;
    for (; positions >= 4; positions -= 4) {
        convolve(step, row, in, out, 4);
        in += 4 * step->step_bytes;
        out += 4 * step->out_channels;
    }
    for (; positions > 0; positions--) {
        convolve(step, row, in, out, 1);
        in += step->step_bytes;
        out += step->out_channels;
    }
}

// One or two windows side by side.
static inline __attribute__((always_inline)) void convolve_depthwise(const unn_step_t *step, const unn_row_t *row,
    const requantise_t *how, const uint8_t *in, uint8_t *out, const int count) {
    const uint8_t *weights = row->weights, *a = in, *b = in + step->step_bytes;
    sums_t first = load_sums(row->parameters), second = first;
    const int32_t *jumps = step->jumps;
    size_t taps = step->runs;
    for (; taps >= 2; taps -= 2) {
        int32_t jump = *jumps++, next = *jumps++;
        eight_t v = load_eight(weights), x = load_eight(a), y = v;
        STEP(weights, UNN_BLOCK);
        STEP(a, jump);
        if (count > 1) {
            y = load_eight(b);
            STEP(b, jump);
        }
        eight_t w = load_eight(weights);
        STEP(weights, UNN_BLOCK);
        first = add_two_products(first, x, v, load_eight(a), w);
        STEP(a, next);
        if (count > 1) {
            second = add_two_products(second, y, v, load_eight(b), w);
            STEP(b, next);
        }
    }
    if (taps > 0) {
        eight_t v = load_eight(weights);
        first = add_product(first, load_eight(a), v);
        if (count > 1) {
            second = add_product(second, load_eight(b), v);
        }
    }
    uint8_t some[2 * UNN_BLOCK];
    bool whole = row->channels == UNN_BLOCK;
    uint8_t *to = whole ? out : some;
    store_eight(to, requantise(first, how));
    if (count > 1) {
        store_eight(to + (whole ? step->out_channels : UNN_BLOCK), requantise(second, how));
    }
    if (!whole) {
        unn_copy_channels(step, row, some, out, (size_t)count);
    }
}

void unn_int8_depthwise_conv2d(const unn_step_t *step, unn_row_t *row) {
    requantise_t how = load_requantise(step, row->parameters);
    const uint8_t *in = row->in;
    uint8_t *out = row->out;
    size_t positions = row->positions;
    for (; positions >= 2; positions -= 2) {
        convolve_depthwise(step, row, &how, in, out, 2);
        in += 2 * step->step_bytes;
        out += 2 * step->out_channels;
    }
    if (positions > 0) {
        convolve_depthwise(step, row, &how, in, out, 1);
    }
}

void unn_int8_max_pool(const unn_step_t *step, unn_row_t *row) {
    for (; row->positions > 0; row->positions--) {
        eight_t largest = eight_of(step->layer->low);
        const uint8_t *in = row->in;
        for (size_t i = 0; i < step->runs; i++) {
            largest = larger_of_eight(largest, load_eight(in));
            in += step->jumps[i];
        }
        uint8_t some[UNN_BLOCK];
        store_eight(some, largest);
        unn_copy_channels(step, row, some, row->out, 1);
        row->in += step->step_bytes;
        row->out += step->out_channels;
    }
}
