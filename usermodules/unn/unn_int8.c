// The int8 operators with a window. Sums and requantisation are exact, so every
// way of computing them gives the same bytes.

#include "unn_vector.h"

// `count` windows side by side, their channels `to_step` bytes apart.
static inline __attribute__((always_inline)) void convolve(const unn_step_t *step, const unn_row_t *row,
    const requantise_t *requantising, const uint8_t *in, uint8_t *to, size_t to_step, const int count) {
    const uint8_t *weights = row->weights, *x[4];
    sums_t sums[4];
    UNROLL
    for (int i = 0; i < 4; i++) {
        sums[i] = load_sums(row->parameters);
        x[i] = in + (size_t)i * step->step_bytes;
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
    UNROLL
    for (int i = 0; i < count; i++) {
        store_eight(to, requantise(sums[i], &how));
        to += to_step;
    }
}

// Where the results of one row go: into the output, or from `some` channel by
// channel where a block is not whole.
typedef struct _place_t {
    uint8_t *to;
    size_t step;    // from one position to the next
    size_t advance; // for each position done
} place_t;

static inline place_t place_of(const unn_step_t *step, const unn_row_t *row, uint8_t *some) {
    size_t step_bytes = step->out_channels;
    return row->channels == UNN_BLOCK ? (place_t) { row->out, step_bytes, step_bytes } : (place_t) { some, UNN_BLOCK, 0 };
}

static void copy_some(const unn_step_t *step, unn_row_t *row, const uint8_t *some, size_t count) {
    unn_copy_channels(step, row, some, row->out, count);
    row->out += count * step->out_channels;
}

void unn_int8_conv2d(const unn_step_t *step, unn_row_t *row) {
    const requantise_t how = load_requantise(step, row->parameters);
    const uint8_t *in = row->in;
    uint8_t some[4 * UNN_BLOCK];
    place_t place = place_of(step, row, some);
    size_t positions = row->positions;
    for (; positions >= 4; positions -= 4) {
        convolve(step, row, &how, in, place.to, place.step, 4);
        in += 4 * step->step_bytes;
        place.to += 4 * place.advance;
        if (place.advance == 0) {
            copy_some(step, row, some, 4);
        }
    }
    for (; positions > 0; positions--) {
        convolve(step, row, &how, in, place.to, place.step, 1);
        in += step->step_bytes;
        place.to += place.advance;
        if (place.advance == 0) {
            copy_some(step, row, some, 1);
        }
    }
}

// Two windows at a time, the second one the first again at the end of an odd row.
void unn_int8_depthwise_conv2d(const unn_step_t *step, unn_row_t *row) {
    const requantise_t how = load_requantise(step, row->parameters);
    const uint8_t *in = row->in;
    uint8_t some[2 * UNN_BLOCK];
    place_t place = place_of(step, row, some);
    size_t apart = step->step_bytes, in_advance = 2 * apart, advance = 2 * place.advance;
    ptrdiff_t positions = (ptrdiff_t)row->positions;
    do {
        if (__builtin_expect(positions == 1, 0)) {
            apart = place.step = 0;
        }
        const uint8_t *weights = row->weights, *a = in, *b = in + apart;
        sums_t first = load_sums(row->parameters), second = first;
        const int32_t *jumps = step->jumps;
        size_t taps = step->runs;
        for (; taps >= 2; taps -= 2) {
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
        if (taps > 0) {
            eight_t v = load_eight(weights);
            first = add_product(first, load_eight(a), v);
            second = add_product(second, load_eight(b), v);
        }
        store_eight(place.to + place.step, requantise(second, &how));
        store_eight(place.to, requantise(first, &how));
        if (advance == 0) {
            copy_some(step, row, some, positions == 1 ? 1 : 2);
        }
        in += in_advance;
        place.to += advance;
        positions -= 2;
    } while (positions > 0);
}

void unn_int8_max_pool(const unn_step_t *step, unn_row_t *row) {
    for (; row->positions > 0; row->positions--) {
        eight_t largest = eight_of(step->layer->low);
        const uint8_t *in = row->in;
        for (size_t i = 0; i < step->runs; i++) {
            largest = larger_of_eight(largest, load_eight(in));
            in += step->jumps[i];
        }
        if (row->channels == UNN_BLOCK) {
            store_eight(row->out, largest);
        } else {
            uint8_t some[UNN_BLOCK];
            store_eight(some, largest);
            unn_copy_channels(step, row, some, row->out, 1);
        }
        row->in += step->step_bytes;
        row->out += step->out_channels;
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
