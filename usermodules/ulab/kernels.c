// The hot loops: one operation for values of one kind, compiled for speed.
// Without fused multiply-add, so that all processors give the same bits.

#include <math.h>

#include "elementwise.h"

// An output that is one of the inputs is read before it is written.
#define KERNEL(name, kind, result, value, expression) \
    static void name##_##kind(void *out, const void *left, const void *right, size_t n) { \
        result *to = out; \
        const value *a = left, *b = right; \
        _Pragma("GCC ivdep") \
        for (size_t i = 0; i < n; i++) { \
            value x = a[i], y = b[i]; \
            to[i] = (result)(expression); \
        } \
    }

#define KERNEL_U8(name, expression) KERNEL(name, u8, uint8_t, uint8_t, expression)
#define KERNEL_I32(name, expression) KERNEL(name, i32, int32_t, int32_t, expression)
#define KERNEL_U32(name, expression) KERNEL(name, u32, uint32_t, uint32_t, expression)
#define KERNEL_F32(name, expression) KERNEL(name, f32, float, float, expression)
#define KERNEL_F64(name, expression) KERNEL(name, f64, double, double, expression)

#define ARITHMETIC(name, operator) \
    KERNEL_U8(name, x operator y) \
    KERNEL_I32(name, (uint32_t)x operator (uint32_t)y) \
    KERNEL_F32(name, x operator y) \
    KERNEL_F64(name, x operator y)

#define BITWISE(name, operator) \
    KERNEL_U8(name, x operator y) \
    KERNEL_I32(name, x operator y)

#define COMPARISON(name, operator) \
    KERNEL(name, u8, uint8_t, uint8_t, x operator y) \
    KERNEL(name, i32, uint8_t, int32_t, x operator y) \
    KERNEL(name, f32, uint8_t, float, x operator y) \
    KERNEL(name, f64, uint8_t, double, x operator y)

// A nan on either side wins.
#define EXTREME(name, operator) \
    KERNEL_U8(name, x operator y ? x : y) \
    KERNEL_I32(name, x operator y ? x : y) \
    KERNEL_U32(name, x operator y ? x : y) \
    KERNEL_F32(name, x operator y || x != x ? x : y) \
    KERNEL_F64(name, x operator y || x != x ? x : y)

static int32_t floor_divide_int(int32_t x, int32_t y) {
    // NumPy's answers too, where a processor would trap.
    if (y == 0 || y == -1) {
        return y == 0 ? 0 : (int32_t)(0 - (uint32_t)x);
    }
    int32_t quotient = x / y;
    return quotient - (x % y != 0 && (x < 0) != (y < 0));
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

// Counts below zero are more than the width, as in NumPy.
static uint32_t left_shift(uint32_t x, uint32_t y) {
    return y > 31 ? 0 : x << y;
}

ARITHMETIC(add, +)
ARITHMETIC(subtract, -)
ARITHMETIC(multiply, *)
KERNEL_F32(divide, x / y)
KERNEL_F64(divide, x / y)
KERNEL_I32(floor_divide, floor_divide_int(x, y))
KERNEL_U32(floor_divide, y == 0 ? 0 : x / y)
KERNEL_F64(floor_divide, floor_divide(x, y))
KERNEL_I32(remainder, y == 0 || y == -1 ? 0 : x % y)
KERNEL_U32(remainder, y == 0 ? 0 : x % y)
KERNEL_F64(remainder, fmod(x, y))
KERNEL_F64(power, y == 2.0 ? x * x : pow(x, y))
KERNEL_F64(arctan2, atan2(x, y))
KERNEL_F64(hypot, hypot(x, y))
EXTREME(maximum, >=)
EXTREME(minimum, <=)
BITWISE(and, &)
BITWISE(or, |)
BITWISE(xor, ^)
KERNEL_U32(left_shift, left_shift(x, y))
KERNEL_I32(right_shift, x >> ((uint32_t)y > 31 ? 31 : y))
KERNEL_U32(right_shift, y > 31 ? 0 : x >> y)
COMPARISON(equal, ==)
COMPARISON(not_equal, !=)
COMPARISON(less, <)
COMPARISON(less_equal, <=)
KERNEL(less, u32, uint8_t, uint32_t, x < y)
KERNEL(less_equal, u32, uint8_t, uint32_t, x <= y)

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
    [BINARY_POWER] = { NULL, NULL, NULL, NULL, power_f64, power_complex },
    [BINARY_ARCTAN2] = { NULL, NULL, NULL, NULL, arctan2_f64, NULL },
    [BINARY_HYPOT] = { NULL, NULL, NULL, NULL, hypot_f64, NULL },
    [BINARY_MAXIMUM] = { maximum_u8, maximum_i32, maximum_u32, maximum_f32, maximum_f64, NULL },
    [BINARY_MINIMUM] = { minimum_u8, minimum_i32, minimum_u32, minimum_f32, minimum_f64, NULL },
    [BINARY_AND] = { and_u8, and_i32, and_i32, NULL, NULL, NULL },
    [BINARY_OR] = { or_u8, or_i32, or_i32, NULL, NULL, NULL },
    [BINARY_XOR] = { xor_u8, xor_i32, xor_i32, NULL, NULL, NULL },
    [BINARY_LEFT_SHIFT] = { NULL, left_shift_u32, left_shift_u32, NULL, NULL, NULL },
    [BINARY_RIGHT_SHIFT] = { NULL, right_shift_i32, right_shift_u32, NULL, NULL, NULL },
    [BINARY_EQUAL] = { equal_u8, equal_i32, equal_i32, equal_f32, equal_f64, equal_complex },
    [BINARY_NOT_EQUAL] = { not_equal_u8, not_equal_i32, not_equal_i32, not_equal_f32, not_equal_f64,
                           not_equal_complex },
    [BINARY_LESS] = { less_u8, less_i32, less_u32, less_f32, less_f64, NULL },
    [BINARY_LESS_EQUAL] = { less_equal_u8, less_equal_i32, less_equal_u32, less_equal_f32, less_equal_f64, NULL },
};
