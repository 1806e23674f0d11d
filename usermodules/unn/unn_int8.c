// The int8 operators with a window. Sums and requantisation are exact, so every
// way of computing them gives the same bytes.

#include "unn_vector.h"

// One or four windows side by side.
static inline __attribute__((always_inline)) void convolve(const unn_step_t *step, const unn_row_t *row,
    const requantise_t *requantising, const uint8_t *in, uint8_t *out, const int count) {
    const uint8_t *weights = row->weights, *x[4];
    sums_t sums[4];
    UNROLL
    for (int i = 0; i < 4; i++) {
        sums[i] = load_sums(row->parameters);
        x[i] = in;
        STEP(in, step->step_bytes);
    }
    const int32_t *jumps = step->jumps;
    size_t run_groups = step->run_items / UNN_GROUP, runs = step->runs;
    do {
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
    } while (--runs > 0);
    requantise_t how = reload_requantise(requantising);
    if (count == 1) {
        requantise(out, sums[0], &how);
        return;
    }
    size_t out_step = row->out_step;
    UNROLL
    for (int i = 0; i < 4; i += 2) {
        requantise_two(out, sums[i], out + out_step, sums[i + 1], &how);
        out += 2 * out_step;
    }
}

void unn_int8_conv2d(const unn_step_t *step, const unn_row_t *row) {
    const requantise_t how = load_requantise(step, row->parameters);
    const uint8_t *in = row->in;
    uint8_t *out = row->out;
    size_t positions = row->positions;
    for (; positions >= 4; positions -= 4) {
        convolve(step, row, &how, in, out, 4);
        in += 4 * step->step_bytes;
        out += 4 * row->out_step;
    }
    for (; positions > 0; positions--) {
        convolve(step, row, &how, in, out, 1);
        in += step->step_bytes;
        out += row->out_step;
    }
}

// Two windows at a time, the second one the first again at the end of an odd row.
void unn_int8_depthwise_conv2d(const unn_step_t *step, const unn_row_t *row) {
    const requantise_t how = load_requantise(step, row->parameters);
    const uint8_t *in = row->in;
    uint8_t *out = row->out;
    size_t apart = step->step_bytes, out_apart = row->out_step;
    ptrdiff_t positions = (ptrdiff_t)row->positions;
    do {
        if (__builtin_expect(positions == 1, 0)) {
            apart = out_apart = 0;
        }
        const uint8_t *weights = row->weights, *a = in, *b = in + apart;
        sums_t first = load_sums(row->parameters), second = first;
        const int32_t *jumps = step->jumps;
        for (size_t pairs = step->runs / 2; pairs > 0; pairs--) {
            int32_t jump = *jumps++, next = *jumps++;
            eight_t v = load_eight(weights), x = load_eight(a), y = load_eight(b);
            STEP(weights, UNN_BLOCK);
            STEP(a, jump);
            STEP(b, jump);
            eight_t w = load_eight(weights);
            STEP(weights, UNN_BLOCK);
            first = add_two_products(first, x, v, load_eight(a), w);
            STEP(a, next);
            second = add_two_products(second, y, v, load_eight(b), w);
            STEP(b, next);
        }
        if (step->runs % 2) {
            eight_t v = load_eight(weights);
            first = add_product(first, load_eight(a), v);
            second = add_product(second, load_eight(b), v);
        }
        requantise_two(out, first, out + out_apart, second, &how);
        in += 2 * apart;
        out += 2 * out_apart;
        positions -= 2;
    } while (positions > 0);
}

void unn_int8_max_pool(const unn_step_t *step, const unn_row_t *row) {
    const uint8_t *window = row->in;
    uint8_t *out = row->out;
    for (size_t positions = row->positions; positions > 0; positions--) {
        eight_t largest = eight_of(step->layer->low);
        const uint8_t *in = window;
        for (size_t i = 0; i < step->runs; i++) {
            largest = larger_of_eight(largest, load_eight(in));
            in += step->jumps[i];
        }
        store_eight(out, largest);
        window += step->step_bytes;
        out += row->out_step;
    }
}

void unn_int8_sum_window(const unn_step_t *step, const uint8_t *in, int32_t *items) {
    sums_t sums = { 0 };
    for (size_t i = 0; i < step->runs; i++) {
        sums = add_product(sums, load_eight(in), eight_of(1));
        in += step->jumps[i];
    }
    store_sums(items, sums);
}
