// Written without branches, so that the compiler makes vectors of the loops
// where the processor has such of two doubles. The polynomials are minimax fits.

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "float_kernels.h"

// Adding it leaves the nearest integer in the lowest bits.
#define ROUNDING (0x1.8p52)
// Values of a pass that leaves others between.
#define CHUNK (64)

#define EXPONENT_BITS (52)

static inline uint64_t bits_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

static inline double with_bits(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof(x));
    return x;
}

static inline double with_sign_of(double size, double sign) {
    return with_bits(bits_of(size) | (bits_of(sign) & 0x8000000000000000));
}

// 2**n, for n as the sum of it and ROUNDING.
static inline double power_of_two(double n_and_rounding) {
    return with_bits((bits_of(n_and_rounding) << EXPONENT_BITS) + 0x3ff0000000000000);
}

// exp(x) is (1 + fraction) * scale1 * scale2; a scale alone could not reach the
// largest and the smallest results.
typedef struct {
    double fraction;
    double scale1;
    double scale2;
} exp_parts_t;

static inline exp_parts_t exp_parts(double x) {
    x = x > 710.0 ? 710.0 : x;
    x = x < -746.0 ? -746.0 : x;
    double n = x * 0x1.71547652b82fep+0 + ROUNDING - ROUNDING;
    double half = n * 0.5 + ROUNDING;
    double high = x - n * 0x1.62e42ffp-1;
    double low = n * -0x1.718432a1b0e26p-35;
    double r = high - low;
    // r * (exp(r) + 1) / (exp(r) - 1) is an even function, close to 2.
    double z = r * r;
    double p = 0x1.6345a36a1e629p-25;
    p = p * z + -0x1.bbd3a331946c9p-20;
    p = p * z + 0x1.1566aabd8f080p-14;
    p = p * z + -0x1.6c16c16bd90e2p-9;
    p = p * z + 0x1.555555555552cp-3;
    double c = r - p * z;
    return (exp_parts_t) {
        .fraction = high - (low - r * c / (2.0 - c)),
        .scale1 = power_of_two(half),
        .scale2 = power_of_two(n - (half - ROUNDING) + ROUNDING),
    };
}

// exp(x) - 1 below a limit, where the 1 matters, and exp(x) above it.
static void exp_or_expm1(double *to, const double *from, size_t n, double limit) {
    n -= n % KERNEL_GROUP;
    #pragma GCC ivdep
    for (size_t i = 0; i < n; i++) {
        double x = from[i];
        exp_parts_t parts = exp_parts(x);
        double scale = parts.scale1 * parts.scale2;
        double below = with_sign_of(parts.fraction * scale + (scale - 1.0), x);
        double above = (parts.fraction + 1.0) * parts.scale1 * parts.scale2;
        to[i] = x < limit ? below : above;
    }
}

void exp_f64(void *out, const void *in, size_t n) {
    exp_or_expm1(out, in, n, (double)-INFINITY);
}

void expm1_f64(void *out, const void *in, size_t n) {
    exp_or_expm1(out, in, n, 40.0);
}

void tanh_f64(void *out, const void *in, size_t n) {
    double *to = out;
    const double *from = in;
    for (size_t count; n >= KERNEL_GROUP; n -= count, to += count, from += count) {
        double twice[CHUNK];
        count = n < CHUNK ? n - n % KERNEL_GROUP : CHUNK;
        #pragma GCC ivdep
        for (size_t i = 0; i < count; i++) {
            double size = 2.0 * fabs(from[i]);
            twice[i] = size > 40.0 ? 40.0 : size;
        }
        expm1_f64(twice, twice, count);
        #pragma GCC ivdep
        for (size_t i = 0; i < count; i++) {
            to[i] = with_sign_of(twice[i] / (twice[i] + 2.0), from[i]);
        }
    }
}

// The logarithm of 2**e * (1 + f) is e * high + (log(1 + f) * scale + e * low).
typedef struct {
    double scale;
    double high; // so few bits that e * high is exact
    double low;
} base_t;

#define ROOT_HALF (0x3fe6a09e667f3bcd)

static inline double log_of(double x, const base_t *base) {
    // Subnormals are scaled up.
    double tiny = 0x1p-1022;
    uint64_t shifted = bits_of(x < tiny ? x * 0x1p54 : x) + (0x3ff0000000000000 - ROOT_HALF);
    // The biased exponent as the lowest bits of a double, since vectors have no
    // conversion from 64-bit integers.
    double e = with_bits(shifted >> EXPONENT_BITS | 0x4330000000000000) - (x < tiny ? 0x1p52 + 1077.0 : 0x1p52 + 1023.0);
    double f = with_bits((shifted & 0xfffffffffffff) + ROOT_HALF) - 1.0;
    double s = f / (2.0 + f);
    double z = s * s;
    double p = 0x1.2f070ae90bc30p-3;
    p = p * z + 0x1.39a192a9980cep-3;
    p = p * z + 0x1.74664061be97ep-3;
    p = p * z + 0x1.c71c5202929bdp-3;
    p = p * z + 0x1.24924941f9019p-2;
    p = p * z + 0x1.999999997fd32p-2;
    p = p * z + 0x1.5555555555592p-1;
    double half_square = 0.5 * f * f;
    double y = f - (half_square - s * (half_square + p * z));
    y = e * base->high + (y * base->scale + e * base->low);
    y = x == (double)INFINITY ? x : y;
    y = x > 0.0 ? y : (double)NAN;
    return x == 0.0 ? (double)-INFINITY : y;
}

static void log_in_base(double *to, const double *from, size_t n, const base_t *base) {
    n -= n % KERNEL_GROUP;
    #pragma GCC ivdep
    for (size_t i = 0; i < n; i++) {
        to[i] = log_of(from[i], base);
    }
}

void log_f64(void *out, const void *in, size_t n) {
    static const base_t base = { 1.0, 0x1.62e42ffp-1, -0x1.718432a1b0e26p-35 };
    log_in_base(out, in, n, &base);
}

void log2_f64(void *out, const void *in, size_t n) {
    static const base_t base = { 0x1.71547652b82fep+0, 1.0, 0.0 };
    log_in_base(out, in, n, &base);
}

void log10_f64(void *out, const void *in, size_t n) {
    static const base_t base = { 0x1.bcb7b1526e50ep-2, 0x1.3441350ap-2, -0x1.0c0219dc1da99p-39 };
    log_in_base(out, in, n, &base);
}

void sqrt_f64(void *out, const void *in, size_t n) {
    double *to = out;
    const double *from = in;
    n -= n % KERNEL_GROUP;
    #pragma GCC ivdep
    for (size_t i = 0; i < n; i++) {
        to[i] = sqrt(from[i]);
    }
}

// The upper half of the bits without the sign, in whose lowest bit the lower
// half is merged: integers of 32 bits make vectors on all processors.
static inline uint32_t size_bits(double x) {
    uint64_t bits = bits_of(x);
    uint32_t low = (uint32_t)bits;
    return ((uint32_t)(bits >> 32) & 0x7fffffff) | (low | (0 - low)) >> 31;
}

__attribute__((noinline)) static void sizes_between(uint8_t *to, const double *from, size_t n, uint32_t least, uint32_t far) {
    n -= n % KERNEL_GROUP;
    #pragma GCC ivdep
    for (size_t i = 0; i < n; i++) {
        to[i] = size_bits(from[i]) - least <= far;
    }
}

void isfinite_f64(void *out, const void *in, size_t n) {
    sizes_between(out, in, n, 0, 0x7fefffff);
}

void isinf_f64(void *out, const void *in, size_t n) {
    sizes_between(out, in, n, 0x7ff00000, 0);
}

void isnan_f64(void *out, const void *in, size_t n) {
    sizes_between(out, in, n, 0x7ff00001, 0xfffff);
}

void signbit_f64(void *out, const void *in, size_t n) {
    uint8_t *to = out;
    const double *from = in;
    for (size_t i = 0; i < n; i++) {
        to[i] = (uint8_t)(bits_of(from[i]) >> 63);
    }
}
