// The hot loops: one operation for whole groups of values of one kind, compiled
// for speed, mostly by the compiler's vectoriser, which needs no code for odd
// lengths here. Without fused multiply-add, so that all processors give the same
// bits; float32 on ARMv7 may lose subnormals.

#include <math.h>

#include "elementwise.h"
#include "vector.h"

// An output that is one of the inputs is read before it is written.
#define KERNEL(name, kind, result, value, expression) \
    static void name##_##kind(void *out, const void *left, const void *right, size_t n) { \
        result *to = out; \
        const value *a = left, *b = right; \
        n -= n % BLOCK_GROUP; \
        _Pragma("GCC ivdep") \
        for (size_t i = 0; i < n; i++) { \
            value x = a[i], y = b[i]; \
            (void)y; \
            to[i] = (result)(expression); \
        } \
    }

// Several items a round, for processors that have no vectors of the kind.
#define KERNEL_UNROLLED(name, kind, value, operator) \
    static void name##_##kind(void *out, const void *left, const void *right, size_t n) { \
        value *to = out; \
        const value *a = left, *b = right; \
        for (; n > 0; n -= 4, to += 4, a += 4, b += 4) { \
            value x0 = a[0] operator b[0], x1 = a[1] operator b[1]; \
            value x2 = a[2] operator b[2], x3 = a[3] operator b[3]; \
            to[0] = x0; \
            to[1] = x1; \
            to[2] = x2; \
            to[3] = x3; \
        } \
    }

// Four items of float32 at once.
#define KERNEL_F32(name, expression) \
    static void name##_f32(void *out, const void *left, const void *right, size_t n) { \
        float *to = out; \
        const float *a = left, *b = right; \
        for (; n > 0; n -= 8) { \
            _Pragma("GCC unroll 2") \
            for (size_t i = 0; i < 2; i++) { \
                f32x4 x = f32x4_read(&a), y = f32x4_read(&b); \
                (void)y; \
                f32x4_write(&to, expression); \
            } \
        } \
    }

#define KERNEL_U8(name, expression) KERNEL(name, u8, uint8_t, uint8_t, expression)
#define KERNEL_I32(name, expression) KERNEL(name, i32, int32_t, int32_t, expression)
#define KERNEL_U32(name, expression) KERNEL(name, u32, uint32_t, uint32_t, expression)
#define KERNEL_F64(name, expression) KERNEL(name, f64, double, double, expression)

#define ARITHMETIC(name, operator) \
    KERNEL_U8(name, x operator y) \
    KERNEL_I32(name, (uint32_t)x operator (uint32_t)y) \
    KERNEL_F32(name, f32x4_##name(x, y)) \
    KERNEL_UNROLLED(name, f64, double, operator)

#define BITWISE(name, operator) \
    KERNEL_U8(name, x operator y) \
    KERNEL_I32(name, x operator y)

// Masks of a whole group become a byte each.
#define COMPARISON_F32(name, mask) \
    static void name##_f32(void *out, const void *left, const void *right, size_t n) { \
        uint8_t *to = out; \
        const float *a = left, *b = right; \
        for (; n > 0; n -= BLOCK_GROUP, to += BLOCK_GROUP) { \
            i32x4 masks[BLOCK_GROUP / 4]; \
            int32_t lanes[BLOCK_GROUP]; \
            _Pragma("GCC unroll 4") \
            for (size_t i = 0; i < BLOCK_GROUP / 4; i++) { \
                f32x4 x = f32x4_read(&a), y = f32x4_read(&b); \
                masks[i] = mask; \
            } \
            memcpy(lanes, masks, sizeof(lanes)); \
            _Pragma("GCC unroll 16") \
            for (size_t i = 0; i < BLOCK_GROUP; i++) { \
                to[i] = (uint8_t)(lanes[i] & 1); \
            } \
        } \
    }

#define COMPARISON(name, operator) \
    KERNEL(name, u8, uint8_t, uint8_t, x operator y) \
    KERNEL(name, i32, uint8_t, int32_t, x operator y) \
    KERNEL(name, f64, uint8_t, double, x operator y)

static inline double prefer_nan(double x, double y) {
    return x != x ? x : y;
}

// A nan on either side wins.
#define EXTREME(name, operator, holds) \
    KERNEL_U8(name, x operator y ? x : y) \
    KERNEL_I32(name, x operator y ? x : y) \
    KERNEL_U32(name, x operator y ? x : y) \
    KERNEL_F32(name, f32x4_select(holds | ~f32x4_equal(x, x), x, y)) \
    KERNEL_F64(name, prefer_nan(x, x operator y ? x : y))

// Through float64, which all quotients of integers of 32 bits survive, and which
// most processors divide faster. NumPy's answers too, where they would trap.
static inline int32_t quotient(int32_t x, int32_t y) {
    return (int32_t)((double)x / (double)y);
}

static inline int32_t floor_divide_int(int32_t x, int32_t y) {
    int32_t divisor = y == 0 || y == -1 ? 1 : y;
    int32_t whole = quotient(x, divisor);
    int32_t rest = x - whole * divisor;
    whole -= rest != 0 && (rest ^ divisor) < 0;
    return y == 0 ? 0 : y == -1 ? (int32_t)(0 - (uint32_t)x) : whole;
}

// With the sign of the dividend.
static inline int32_t remainder_int(int32_t x, int32_t y) {
    int32_t divisor = y == 0 || y == -1 ? 1 : y;
    return x - quotient(x, divisor) * divisor;
}

// With the sign of the divisor.
static inline int32_t modulo_int(int32_t x, int32_t y) {
    int32_t rest = remainder_int(x, y);
    return rest != 0 && (rest ^ y) < 0 ? rest + y : rest;
}

static inline uint32_t floor_divide_unsigned(uint32_t x, uint32_t y) {
    return y == 0 ? 0 : (uint32_t)((double)x / (double)y);
}

// As Python does it: exact where x / y would round up to the next integer.
static double floor_divide(double x, double y) {
    if (y == 0.0) {
        return x / y;
    }
    double remainder = fmod(x, y);
    double quotient = (x - remainder) / y;
    if (remainder != 0.0 && (y < 0.0) != (remainder < 0.0)) {
        quotient -= 1.0;
    }
    if (quotient == 0.0) {
        return copysign(0.0, x / y);
    }
    double whole = floor(quotient);
    return quotient - whole > 0.5 ? whole + 1.0 : whole;
}

static double modulo(double x, double y) {
    double remainder = fmod(x, y);
    if (remainder == 0.0) {
        return copysign(remainder, y);
    }
    return (y < 0.0) != (remainder < 0.0) ? remainder + y : remainder;
}

// Counts below zero are more than the width, as in NumPy.
static inline uint32_t left_shift(uint32_t x, uint32_t y) {
    return y > 31 ? 0 : x << y;
}

static inline double sign(double x) {
    return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x == 0.0 ? 0.0 : x;
}

static inline f32x4 f32x4_bits(f32x4 a, int32_t mask) {
    return (f32x4)((i32x4)a & i32x4_splat(mask));
}

ARITHMETIC(add, +)
ARITHMETIC(subtract, -)
ARITHMETIC(multiply, *)
KERNEL_UNROLLED(divide, f32, float, /)
KERNEL_UNROLLED(divide, f64, double, /)
KERNEL_I32(floor_divide, floor_divide_int(x, y))
KERNEL_U32(floor_divide, floor_divide_unsigned(x, y))
KERNEL_F64(floor_divide, floor_divide(x, y))
KERNEL_I32(remainder, remainder_int(x, y))
KERNEL_U32(remainder, y == 0 ? 0 : x - floor_divide_unsigned(x, y) * y)
KERNEL_F64(remainder, fmod(x, y))
KERNEL_I32(modulo, modulo_int(x, y))
KERNEL_F64(modulo, modulo(x, y))
KERNEL_F64(power, y == 2.0 ? x * x : pow(x, y))
KERNEL_F64(arctan2, atan2(x, y))
KERNEL_F64(hypot, hypot(x, y))
KERNEL_F64(copysign, copysign(x, y))
KERNEL_F64(fmax, x >= y || y != y ? x : y)
KERNEL_F64(fmin, x <= y || y != y ? x : y)
EXTREME(maximum, >=, f32x4_less_equal(y, x))
EXTREME(minimum, <=, f32x4_less_equal(x, y))
BITWISE(and, &)
BITWISE(or, |)
BITWISE(xor, ^)
KERNEL_U32(left_shift, left_shift(x, y))
KERNEL_I32(right_shift, x >> ((uint32_t)y > 31 ? 31 : y))
KERNEL_U32(right_shift, y > 31 ? 0 : x >> y)
KERNEL_I32(absolute, x < 0 ? 0 - (uint32_t)x : (uint32_t)x)
KERNEL_F32(absolute, f32x4_bits(x, INT32_MAX))
KERNEL_F64(absolute, fabs(x))
KERNEL_I32(sign, (x > 0) - (x < 0))
KERNEL_U32(sign, x > 0)
KERNEL_F64(sign, sign(x))
COMPARISON(equal, ==)
COMPARISON(not_equal, !=)
COMPARISON(less, <)
COMPARISON(less_equal, <=)
KERNEL(less, u32, uint8_t, uint32_t, x < y)
KERNEL(less_equal, u32, uint8_t, uint32_t, x <= y)
COMPARISON_F32(equal, f32x4_equal(x, y))
COMPARISON_F32(not_equal, ~f32x4_equal(x, y))
COMPARISON_F32(less, f32x4_less(x, y))
COMPARISON_F32(less_equal, f32x4_less_equal(x, y))

static void add_complex(void *out, const void *left, const void *right, size_t n) {
    add_f64(out, left, right, 2 * n);
}

static void subtract_complex(void *out, const void *left, const void *right, size_t n) {
    subtract_f64(out, left, right, 2 * n);
}

// Pairs of parts: a + bi and c + di.
#define KERNEL_COMPLEX(name, statements) \
    static void name##_complex(void *out, const void *left, const void *right, size_t n) { \
        double *to = out; \
        const double *x = left, *y = right; \
        for (; n > 0; n--, to += 2, x += 2, y += 2) { \
            double a = x[0], b = x[1], c = y[0], d = y[1]; \
            statements \
        } \
    }

KERNEL_COMPLEX(multiply, {
    to[0] = a * c - b * d;
    to[1] = a * d + b * c;
})

// Smith's method: no intermediate overflow.
KERNEL_COMPLEX(divide, {
    if (fabs(c) >= fabs(d)) {
        if (c == 0.0 && d == 0.0) {
            to[0] = a / fabs(c);
            to[1] = b / fabs(c);
        } else {
            double ratio = d / c;
            double scale = 1.0 / (c + d * ratio);
            to[0] = (a + b * ratio) * scale;
            to[1] = (b - a * ratio) * scale;
        }
    } else {
        double ratio = c / d;
        double scale = 1.0 / (c * ratio + d);
        to[0] = (a * ratio + b) * scale;
        to[1] = (b * ratio - a) * scale;
    }
})

KERNEL_COMPLEX(power, {
    if (c == 0.0 && d == 0.0) {
        to[0] = 1.0;
        to[1] = 0.0;
    } else if (a == 0.0 && b == 0.0) {
        to[0] = to[1] = c > 0.0 ? 0.0 : (double)NAN;
    } else {
        double logarithm = log(hypot(a, b));
        double angle = atan2(b, a);
        double size = exp(c * logarithm - d * angle);
        double turn = d * logarithm + c * angle;
        to[0] = size * cos(turn);
        to[1] = size * sin(turn);
    }
})

// The result is a byte a pair.
static void equal_complex(void *out, const void *left, const void *right, size_t n) {
    uint8_t *to = out;
    const double *x = left, *y = right;
    for (size_t i = 0; i < n; i++) {
        to[i] = x[2 * i] == y[2 * i] && x[2 * i + 1] == y[2 * i + 1];
    }
}

static void not_equal_complex(void *out, const void *left, const void *right, size_t n) {
    uint8_t *to = out;
    equal_complex(out, left, right, n);
    for (size_t i = 0; i < n; i++) {
        to[i] = !to[i];
    }
}

const binary_kernel_t binary_kernels[BINARY_COUNT][KIND_COMPLEX + 1] = {
    [BINARY_ADD] = { add_u8, add_i32, add_i32, add_f32, add_f64, add_complex },
    [BINARY_SUBTRACT] = { subtract_u8, subtract_i32, subtract_i32, subtract_f32, subtract_f64, subtract_complex },
    [BINARY_MULTIPLY] = { multiply_u8, multiply_i32, multiply_i32, multiply_f32, multiply_f64, multiply_complex },
    [BINARY_DIVIDE] = { NULL, NULL, NULL, divide_f32, divide_f64, divide_complex },
    [BINARY_FLOOR_DIVIDE] = { NULL, floor_divide_i32, floor_divide_u32, NULL, floor_divide_f64, NULL },
    [BINARY_REMAINDER] = { NULL, remainder_i32, remainder_u32, NULL, remainder_f64, NULL },
    [BINARY_MODULO] = { NULL, modulo_i32, remainder_u32, NULL, modulo_f64, NULL },
    [BINARY_POWER] = { NULL, NULL, NULL, NULL, power_f64, power_complex },
    [BINARY_ARCTAN2] = { NULL, NULL, NULL, NULL, arctan2_f64, NULL },
    [BINARY_HYPOT] = { NULL, NULL, NULL, NULL, hypot_f64, NULL },
    [BINARY_COPYSIGN] = { NULL, NULL, NULL, NULL, copysign_f64, NULL },
    [BINARY_FMAX] = { maximum_u8, maximum_i32, maximum_u32, NULL, fmax_f64, NULL },
    [BINARY_FMIN] = { minimum_u8, minimum_i32, minimum_u32, NULL, fmin_f64, NULL },
    [BINARY_MAXIMUM] = { maximum_u8, maximum_i32, maximum_u32, maximum_f32, maximum_f64, NULL },
    [BINARY_MINIMUM] = { minimum_u8, minimum_i32, minimum_u32, minimum_f32, minimum_f64, NULL },
    [BINARY_AND] = { and_u8, and_i32, and_i32, NULL, NULL, NULL },
    [BINARY_OR] = { or_u8, or_i32, or_i32, NULL, NULL, NULL },
    [BINARY_XOR] = { xor_u8, xor_i32, xor_i32, NULL, NULL, NULL },
    [BINARY_LEFT_SHIFT] = { NULL, left_shift_u32, left_shift_u32, NULL, NULL, NULL },
    [BINARY_RIGHT_SHIFT] = { NULL, right_shift_i32, right_shift_u32, NULL, NULL, NULL },
    [BINARY_ABSOLUTE] = { NULL, absolute_i32, or_i32, absolute_f32, absolute_f64, NULL },
    [BINARY_SIGN] = { NULL, sign_i32, sign_u32, NULL, sign_f64, NULL },
    [BINARY_EQUAL] = { equal_u8, equal_i32, equal_i32, equal_f32, equal_f64, equal_complex },
    [BINARY_NOT_EQUAL] = { not_equal_u8, not_equal_i32, not_equal_i32, not_equal_f32, not_equal_f64,
                           not_equal_complex },
    [BINARY_LESS] = { less_u8, less_i32, less_u32, less_f32, less_f64, NULL },
    [BINARY_LESS_EQUAL] = { less_equal_u8, less_equal_i32, less_equal_u32, less_equal_f32, less_equal_f64, NULL },
    [BINARY_LOGICAL_AND] = { and_u8, NULL, NULL, NULL, NULL, NULL },
    [BINARY_LOGICAL_OR] = { or_u8, NULL, NULL, NULL, NULL, NULL },
    [BINARY_LOGICAL_XOR] = { xor_u8, NULL, NULL, NULL, NULL, NULL },
};
