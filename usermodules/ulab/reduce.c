#include <string.h>

#include "reduce.h"

void reduce_start(reduce_t *state, reduction_t reduction, double offset) {
    memset(state, 0, sizeof(*state));
    state->reduction = reduction;
    state->offset = offset;
    state->integer = reduction == REDUCE_ALL;
}

static int64_t sum_i32(const int32_t *values, size_t n) {
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += values[i];
    }
    return sum;
}

static uint64_t sum_u32(const uint32_t *values, size_t n) {
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += values[i];
    }
    return sum;
}

static uint32_t sum_u8(const uint8_t *values, size_t n) {
    uint32_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += values[i];
    }
    return sum;
}

// Four partial sums a block: independent additions, and less rounding.
#define SUM_FLOATS(name, value) \
    static double name(const value *values, size_t n) { \
        double sums[4] = { 0.0, 0.0, 0.0, 0.0 }; \
        size_t i = 0; \
        for (; i + 4 <= n; i += 4) { \
            sums[0] += (double)values[i]; \
            sums[1] += (double)values[i + 1]; \
            sums[2] += (double)values[i + 2]; \
            sums[3] += (double)values[i + 3]; \
        } \
        for (; i < n; i++) { \
            sums[0] += (double)values[i]; \
        } \
        return (sums[0] + sums[1]) + (sums[2] + sums[3]); \
    }

SUM_FLOATS(sum_f32, float)
SUM_FLOATS(sum_f64, double)

static double sum_squares(double *values, size_t n, double offset) {
    for (size_t i = 0; i < n; i++) {
        double distance = values[i] - offset;
        values[i] = distance * distance;
    }
    return sum_f64(values, n);
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

static void extreme_unsigned(reduce_t *state, const uint32_t *values, size_t n) {
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

static void reduce_sum(reduce_t *state, const void *values, kind_t kind, size_t n) {
    switch (kind) {
        case KIND_U8:
            state->integer += sum_u8(values, n);
            break;
        case KIND_I32:
            state->integer += sum_i32(values, n);
            break;
        case KIND_U32:
            state->integer += (int64_t)sum_u32(values, n);
            break;
        case KIND_F32:
            state->real += sum_f32(values, n);
            break;
        case KIND_F64:
            state->real += sum_f64(values, n);
            break;
        default:
            for (const double *parts = values; n > 0; n--, parts += 2) {
                state->real += parts[0];
                state->imaginary += parts[1];
            }
            break;
    }
}

static void reduce_block(reduce_t *state, block_t *block, kind_t kind, size_t n) {
    uint8_t flags[BLOCK_ITEMS];
    switch (state->reduction) {
        case REDUCE_SUM:
            reduce_sum(state, block, kind, n);
            break;
        case REDUCE_SQUARES:
            state->real += sum_squares(block->f64, n, state->offset);
            break;
        case REDUCE_MAX:
        case REDUCE_MIN:
            if (kind == KIND_I32) {
                extreme_integers(state, block->i32, n);
            } else if (kind == KIND_U32) {
                extreme_unsigned(state, block->u32, n);
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
    kind_t natural = kind_of_dtype(items->dtype);
    kind_t kind = natural == KIND_U8 ? KIND_I32 : natural;
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
        bool direct = state->reduction == REDUCE_SUM && block_is_direct(natural, items->dtype, data, loop.step[0]);
        for (size_t left = loop.run; left > 0;) {
            size_t n = left < BLOCK_ITEMS ? left : BLOCK_ITEMS;
            if (direct) {
                reduce_sum(state, data, natural, n);
                state->count += n;
            } else {
                block_load(&block, kind, items->dtype, data, loop.step[0], n);
                reduce_block(state, &block, kind, n);
            }
            data += (ptrdiff_t)n * loop.step[0];
            left -= n;
        }
    } while (strided_loop_next(&loop));
}
