#include <math.h>
#include <string.h>

#include "elementwise.h"
#include "reduce.h"
#include "vector.h"

void reduce_start(reduce_t *state, reduction_t reduction, double offset) {
    memset(state, 0, sizeof(*state));
    state->reduction = reduction;
    state->offset = offset;
    state->integer = reduction == REDUCE_ALL;
}

// Sums of at most SUM_ITEMS values, in which these parts of integers do not
// overflow. What is behind them in the last group is zero.
#define SUM_ITEMS (2 * BLOCK_ITEMS)

#define SUM_INTEGERS(name, value, result, part) \
    static result name(const value *values, size_t n) { \
        result sum = 0; \
        n = whole_groups(n); \
        for (size_t i = 0; i < n; i++) { \
            sum = (result)(sum + (part)); \
        } \
        return sum; \
    }

SUM_INTEGERS(sum_u8, uint8_t, uint16_t, values[i])
SUM_INTEGERS(sum_low, uint32_t, uint32_t, values[i] & UINT16_MAX)
SUM_INTEGERS(sum_high, uint32_t, uint32_t, values[i] >> 16)
SUM_INTEGERS(sum_signed_high, int32_t, int32_t, values[i] >> 16)

// Many partial sums are independent additions, and less rounding.
static double sum_f32(const float *values, size_t n) {
    f32x4 sums[4] = { 0 };
    for (n = whole_groups(n); n > 0; n -= 16) {
        _Pragma("GCC unroll 4")
        for (size_t i = 0; i < 4; i++) {
            sums[i] = f32x4_add(sums[i], f32x4_read(&values));
        }
    }
    f32x4 sum = f32x4_add(f32x4_add(sums[0], sums[1]), f32x4_add(sums[2], sums[3]));
    return ((double)sum[0] + (double)sum[1]) + ((double)sum[2] + (double)sum[3]);
}

#define SUM_TERMS(name, value, term) \
    static double name(const value *values, size_t n, double offset) { \
        double sums[8] = { 0.0 }; \
        (void)offset; \
        for (; n >= 8; n -= 8, values += 8) { \
            _Pragma("GCC unroll 8") \
            for (size_t i = 0; i < 8; i++) { \
                double x = (double)values[i]; \
                sums[i] += term; \
            } \
        } \
        for (; n > 0; n--, values++) { \
            double x = (double)*values; \
            sums[0] += term; \
        } \
        return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7])); \
    }

SUM_TERMS(sum_f64, double, x)
SUM_TERMS(squares_f32, float, (x - offset) * (x - offset))
SUM_TERMS(squares_f64, double, (x - offset) * (x - offset))

// Neumaier's summation of the blocks' sums.
static void add_exactly(exact_sum_t *sum, double value) {
    double total = sum->total + value;
    bool larger = fabs(sum->total) >= fabs(value);
    double lost = larger ? (sum->total - total) + value : (value - total) + sum->total;
    // An infinite sum has lost nothing.
    sum->lost += isfinite(total) ? lost : 0.0;
    sum->total = total;
}

// What happens to each block of values; false when the result is known. `scratch`
// has the extremes so far, or what to compare with.
typedef bool (*step_t)(reduce_t *state, const void *values, kind_t kind, block_t *scratch, size_t n);

// All items, block by block; the last group of a block is filled up with the
// bytes of `filler`. Items that need not be copied come in blocks of `most`.
static void walk(reduce_t *state, const strided_t *items, kind_t kind, step_t step, block_t *scratch,
    const uint8_t *filler, size_t most) {
    strided_loop_t loop;
    if (!strided_loop_start(&loop, 1, &items)) {
        return;
    }
    block_t block;
    size_t size = kind_size(kind);
    do {
        const uint8_t *data = loop.data[0];
        bool direct = block_is_direct(kind, items->dtype, data, loop.step[0]);
        for (size_t left = loop.run; left > 0;) {
            size_t n = direct && left >= most ? most : left < BLOCK_ITEMS ? left : BLOCK_ITEMS;
            const void *values = data;
            if (!direct || n % BLOCK_GROUP != 0) {
                block_load(&block, kind, items->dtype, data, loop.step[0], n);
                for (size_t i = n; i < whole_groups(n); i++) {
                    memcpy(block.u8 + i * size, filler, size);
                }
                values = &block;
            }
            if (!step(state, values, kind, scratch, n)) {
                return;
            }
            state->count += n;
            data += (ptrdiff_t)n * loop.step[0];
            left -= n;
        }
    } while (strided_loop_next(&loop));
}

static bool sum_step(reduce_t *state, const void *values, kind_t kind, block_t *scratch, size_t n) {
    (void)scratch;
    const double *parts = values;
    double real = 0.0, imaginary = 0.0;
    switch (kind) {
        case KIND_U8:
            state->integer += sum_u8(values, n);
            return true;
        case KIND_I32:
            state->integer += (int64_t)sum_signed_high(values, n) * 65536 + sum_low(values, n);
            return true;
        case KIND_U32:
            state->integer += (int64_t)sum_high(values, n) * 65536 + sum_low(values, n);
            return true;
        case KIND_F32:
            real = sum_f32(values, n);
            break;
        case KIND_F64:
            real = sum_f64(values, n, 0.0);
            break;
        default:
            for (size_t i = 0; i < n; i++) {
                real += parts[2 * i];
                imaginary += parts[2 * i + 1];
            }
            add_exactly(&state->imaginary_sum, imaginary);
            break;
    }
    add_exactly(&state->real_sum, real);
    return true;
}

static bool squares_step(reduce_t *state, const void *values, kind_t kind, block_t *scratch, size_t n) {
    (void)scratch;
    double sum = kind == KIND_F32 ? squares_f32(values, n, state->offset) : squares_f64(values, n, state->offset);
    add_exactly(&state->real_sum, sum);
    return true;
}

static void reduce_sum(reduce_t *state, const strided_t *items, kind_t kind) {
    static const uint8_t zero[2 * sizeof(double)];
    bool squares = state->reduction == REDUCE_SQUARES;
    if (squares && kind != KIND_F32) {
        kind = KIND_F64;
    }
    walk(state, items, kind, squares ? squares_step : sum_step, NULL, zero, SUM_ITEMS);
    state->real = state->real_sum.total + state->real_sum.lost;
    state->imaginary = state->imaginary_sum.total + state->imaginary_sum.lost;
}

// Each value against the best in its lane.
static bool extreme_step(reduce_t *state, const void *values, kind_t kind, block_t *best, size_t n) {
    bool largest = state->reduction == REDUCE_MAX || state->reduction == REDUCE_ARGMAX;
    binary_kernels[largest ? BINARY_MAXIMUM : BINARY_MINIMUM][kind](best, best, values, whole_groups(n));
    return true;
}

static bool find_step(reduce_t *state, const void *values, kind_t kind, block_t *wanted, size_t n) {
    uint8_t flags[BLOCK_ITEMS];
    // A nan is what differs from itself.
    bool is_nan = state->real != state->real;
    const void *other = is_nan ? values : wanted;
    binary_kernels[is_nan ? BINARY_NOT_EQUAL : BINARY_EQUAL][kind](flags, values, other, whole_groups(n));
    const uint8_t *found = memchr(flags, 1, n);
    if (found != NULL) {
        state->index = state->count + (size_t)(found - flags);
    }
    return found == NULL;
}

static void reduce_extreme(reduce_t *state, const strided_t *items, kind_t kind) {
    size_t len = strided_len(items);
    if (len == 0) {
        return;
    }
    // All lanes start from the first item.
    block_t best;
    size_t lanes = BLOCK_GROUP;
    while (lanes < len && lanes < BLOCK_ITEMS) {
        lanes *= 2;
    }
    block_load(&best, kind, items->dtype, items->data, 0, lanes);
    walk(state, items, kind, extreme_step, &best, best.u8, BLOCK_ITEMS);
    size_t size = kind_size(kind);
    for (size_t half = lanes / 2; half > 0; half /= 2) {
        extreme_step(state, best.u8 + half * size, kind, &best, half);
    }
    if (kind_is_integer(kind)) {
        state->integer = kind == KIND_U8 ? best.u8[0] : kind == KIND_I32 ? best.i32[0] : (int64_t)best.u32[0];
    } else {
        state->real = kind == KIND_F32 ? (double)best.f32[0] : best.f64[0];
    }
    if (state->reduction == REDUCE_ARGMAX || state->reduction == REDUCE_ARGMIN) {
        for (size_t i = 1; i < lanes; i++) {
            memcpy(best.u8 + i * size, best.u8, size);
        }
        state->count = 0;
        walk(state, items, kind, find_step, &best, best.u8, BLOCK_ITEMS);
    }
    state->count = len;
}

static bool truth_step(reduce_t *state, const void *values, kind_t kind, block_t *zeros, size_t n) {
    uint8_t flags[BLOCK_ITEMS];
    uint8_t wanted = state->reduction == REDUCE_ANY;
    binary_kernels[BINARY_NOT_EQUAL][kind](flags, values, zeros, whole_groups(n));
    bool found = memchr(flags, wanted, n) != NULL;
    if (found) {
        state->integer = wanted;
    }
    return !found;
}

static void reduce_truth(reduce_t *state, const strided_t *items, kind_t kind) {
    block_t zeros;
    memset(&zeros, 0, BLOCK_ITEMS * kind_size(kind));
    walk(state, items, kind, truth_step, &zeros, zeros.u8, BLOCK_ITEMS);
}

void reduce_items(reduce_t *state, const strided_t *items) {
    kind_t kind = kind_of_dtype(items->dtype);
    switch (state->reduction) {
        case REDUCE_SUM:
        case REDUCE_SQUARES:
            reduce_sum(state, items, kind);
            break;
        case REDUCE_ALL:
        case REDUCE_ANY:
            reduce_truth(state, items, kind);
            break;
        default:
            reduce_extreme(state, items, kind);
            break;
    }
}
