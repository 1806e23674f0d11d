#include <string.h>

#include "reduce.h"

void reduce_start(reduce_t *state, reduction_t reduction, double offset) {
    memset(state, 0, sizeof(*state));
    state->reduction = reduction;
    state->offset = offset;
    state->integer = reduction == REDUCE_ALL;
}

static void sum_integers(reduce_t *state, const int32_t *values, size_t n) {
    // A block of 16-bit items fits in 32 bits.
    int32_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += values[i];
    }
    state->integer += sum;
}

// Four partial sums a block: independent additions, and less rounding.
static double sum_floats(const double *values, size_t n) {
    double sums[4] = { 0.0, 0.0, 0.0, 0.0 };
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        sums[0] += values[i];
        sums[1] += values[i + 1];
        sums[2] += values[i + 2];
        sums[3] += values[i + 3];
    }
    for (; i < n; i++) {
        sums[0] += values[i];
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

static double sum_squares(double *values, size_t n, double offset) {
    for (size_t i = 0; i < n; i++) {
        double distance = values[i] - offset;
        values[i] = distance * distance;
    }
    return sum_floats(values, n);
}

static void extreme_integers(reduce_t *state, const int32_t *values, size_t n) {
    bool largest = state->reduction == REDUCE_MAX;
    for (size_t i = 0; i < n; i++) {
        if ((state->count == 0 && i == 0) || (largest ? values[i] > state->integer : values[i] < state->integer)) {
            state->integer = values[i];
            state->index = state->count + i;
        }
    }
}

// The first nan wins.
static void extreme_floats(reduce_t *state, const double *values, size_t n) {
    bool largest = state->reduction == REDUCE_MAX;
    for (size_t i = 0; i < n; i++) {
        double value = values[i];
        bool better = largest ? !(value <= state->real) : !(value >= state->real);
        if ((better && state->real == state->real) || (state->count == 0 && i == 0)) {
            state->real = value;
            state->index = state->count + i;
        }
    }
}

static void truth(reduce_t *state, const uint8_t *flags, size_t n) {
    uint8_t wanted = state->reduction == REDUCE_ANY;
    if (memchr(flags, wanted, n) != NULL) {
        state->integer = wanted;
    }
}

static void reduce_block(reduce_t *state, block_t *block, kind_t kind, size_t n) {
    uint8_t flags[BLOCK_ITEMS];
    switch (state->reduction) {
        case REDUCE_SUM:
            if (kind == KIND_I32) {
                sum_integers(state, block->i32, n);
            } else if (kind == KIND_F64) {
                state->real += sum_floats(block->f64, n);
            } else {
                for (size_t i = 0; i < n; i++) {
                    state->real += block->f64[2 * i];
                    state->imaginary += block->f64[2 * i + 1];
                }
            }
            break;
        case REDUCE_SQUARES:
            state->real += sum_squares(block->f64, n, state->offset);
            break;
        case REDUCE_MAX:
        case REDUCE_MIN:
            if (kind == KIND_I32) {
                extreme_integers(state, block->i32, n);
            } else {
                extreme_floats(state, block->f64, n);
            }
            break;
        default:
            block_store(block, kind, NDARRAY_BOOL, flags, 1, n);
            truth(state, flags, n);
            break;
    }
    state->count += n;
}

void reduce_items(reduce_t *state, const strided_t *items) {
    kind_t kind = kind_of_dtype(items->dtype);
    if (kind == KIND_U8) {
        kind = KIND_I32;
    }
    if (kind == KIND_F32 || state->reduction == REDUCE_SQUARES) {
        kind = KIND_F64;
    }
    strided_loop_t loop;
    if (!strided_loop_start(&loop, 1, &items)) {
        return;
    }
    block_t block;
    do {
        const uint8_t *data = loop.data[0];
        for (size_t left = loop.run; left > 0;) {
            size_t n = left < BLOCK_ITEMS ? left : BLOCK_ITEMS;
            block_load(&block, kind, items->dtype, data, loop.step[0], n);
            reduce_block(state, &block, kind, n);
            data += (ptrdiff_t)n * loop.step[0];
            left -= n;
        }
    } while (strided_loop_next(&loop));
}
