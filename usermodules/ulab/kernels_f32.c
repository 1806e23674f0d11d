// Written without branches, so that the compiler makes vectors of the loops.
// The polynomials are minimax fits.

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "float_kernels.h"

// Adding it leaves the nearest integer in the lowest bits.
#define ROUNDING (0x1.8p23f)
// Values of a pass that leaves others between.
#define CHUNK (64)

#define EXPONENT_BITS (23)

static inline uint32_t bits_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof(bits));
    return bits;
}

static inline float with_bits(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof(x));
    return x;
}

static inline float with_sign_of(float size, float sign) {
    return with_bits(bits_of(size) | (bits_of(sign) & 0x80000000));
}

// 2**n, for n as the sum of it and ROUNDING.
static inline float power_of_two(float n_and_rounding) {
    return with_bits((bits_of(n_and_rounding) << EXPONENT_BITS) + 0x3f800000);
}

// exp(x) is (1 + fraction) * scale1 * scale2; a scale alone could not reach the
// largest and the smallest results.
typedef struct {
    float fraction;
    float scale1;
    float scale2;
} exp_parts_t;

static inline exp_parts_t exp_parts(float x) {
    x = x > 89.0f ? 89.0f : x;
    x = x < -104.0f ? -104.0f : x;
    float n = x * 0x1.715476p+0f + ROUNDING - ROUNDING;
    float half = n * 0.5f + ROUNDING;
    float r = x - n * 0x1.63p-1f - n * -0x1.bd0106p-13f;
    float p = 0x1.6bebd6p-10f;
    p = p * r + 0x1.122886p-7f;
    p = p * r + 0x1.555676p-5f;
    p = p * r + 0x1.5554aep-3f;
    p = p * r + 0x1.fffffep-2f;
    return (exp_parts_t) {
        .fraction = p * (r * r) + r,
        .scale1 = power_of_two(half),
        .scale2 = power_of_two(n - (half - ROUNDING) + ROUNDING),
    };
}

// exp(x) - 1 below a limit, where the 1 matters, and exp(x) above it.
static void exp_or_expm1(float *to, const float *from, size_t n, float limit) {
    n -= n % KERNEL_GROUP;
    #pragma GCC ivdep
    for (size_t i = 0; i < n; i++) {
        float x = from[i];
        exp_parts_t parts = exp_parts(x);
        float scale = parts.scale1 * parts.scale2;
        float below = with_sign_of(parts.fraction * scale + (scale - 1.0f), x);
        float above = (parts.fraction + 1.0f) * parts.scale1 * parts.scale2;
        to[i] = x < limit ? below : above;
    }
}

void exp_f32(void *out, const void *in, size_t n) {
    exp_or_expm1(out, in, n, -INFINITY);
}

void expm1_f32(void *out, const void *in, size_t n) {
    exp_or_expm1(out, in, n, 20.0f);
}

void tanh_f32(void *out, const void *in, size_t n) {
    float *to = out;
    const float *from = in;
    for (size_t count; n >= KERNEL_GROUP; n -= count, to += count, from += count) {
        float twice[CHUNK];
        count = n < CHUNK ? n - n % KERNEL_GROUP : CHUNK;
        #pragma GCC ivdep
        for (size_t i = 0; i < count; i++) {
            float size = 2.0f * fabsf(from[i]);
            twice[i] = size > 20.0f ? 20.0f : size;
        }
        expm1_f32(twice, twice, count);
        #pragma GCC ivdep
        for (size_t i = 0; i < count; i++) {
            float x = from[i];
            float z = x * x;
            float p = -0x1.9b3056p-8f;
            p = p * z + 0x1.593d0ap-6f;
            p = p * z + -0x1.b9287cp-5f;
            p = p * z + 0x1.110d26p-3f;
            p = p * z + -0x1.55554ap-2f;
            float small = p * (z * x) + x;
            float large = twice[i] / (twice[i] + 2.0f);
            to[i] = with_sign_of(z < 0.3f ? small : large, x);
        }
    }
}

// The logarithm of 2**e * (1 + f) is e * high + (log(1 + f) * scale + e * low).
typedef struct {
    float scale;
    float high; // so few bits that e * high is exact
    float low;
} base_t;

#define ROOT_HALF (0x3f3504f3)

static inline float log_of(float x, const base_t *base) {
    // Subnormals are scaled up.
    float tiny = 0x1p-126f;
    uint32_t shifted = bits_of(x < tiny ? x * 0x1p23f : x) - ROOT_HALF;
    float e = (float)((int32_t)shifted >> EXPONENT_BITS) - (x < tiny ? 23.0f : 0.0f);
    float f = with_bits((shifted & 0x7fffff) + ROOT_HALF) - 1.0f;
    float p = 0x1.145774p-4f;
    p = p * f + -0x1.de4010p-4f;
    p = p * f + 0x1.e6f296p-4f;
    p = p * f + -0x1.fc2190p-4f;
    p = p * f + 0x1.23373ep-3f;
    p = p * f + -0x1.555c50p-3f;
    p = p * f + 0x1.99a4b8p-3f;
    p = p * f + -0x1.000006p-2f;
    p = p * f + 0x1.555548p-2f;
    float y = f - (0.5f - p * f) * (f * f);
    y = e * base->high + (y * base->scale + e * base->low);
    y = x == INFINITY ? x : y;
    y = x > 0.0f ? y : NAN;
    return x == 0.0f ? -INFINITY : y;
}

static void log_in_base(float *to, const float *from, size_t n, const base_t *base) {
    n -= n % KERNEL_GROUP;
    #pragma GCC ivdep
    for (size_t i = 0; i < n; i++) {
        to[i] = log_of(from[i], base);
    }
}

void log_f32(void *out, const void *in, size_t n) {
    static const base_t base = { 1.0f, 0x1.63p-1f, -0x1.bd0106p-13f };
    log_in_base(out, in, n, &base);
}

void log2_f32(void *out, const void *in, size_t n) {
    static const base_t base = { 0x1.715476p+0f, 1.0f, 0.0f };
    log_in_base(out, in, n, &base);
}

void log10_f32(void *out, const void *in, size_t n) {
    static const base_t base = { 0x1.bcb7b2p-2f, 0x1.344p-2f, 0x1.3509f8p-18f };
    log_in_base(out, in, n, &base);
}

// Angles beyond this lose too much in the reduction to a quarter turn.
#define LARGE_ANGLE (0x1p27f)

typedef struct {
    float sine;
    float cosine;
} sine_cosine_t;

// Of the angle r in the quarter turn that is nearest to 0.
static inline sine_cosine_t near_zero(float r) {
    float z = r * r;
    float s = -0x1.994dd6p-13f;
    s = s * z + 0x1.11075ep-7f;
    s = s * z + -0x1.555546p-3f;
    float c = 0x1.9a0194p-16f;
    c = c * z + -0x1.6c0c8ap-10f;
    c = c * z + 0x1.55554ap-5f;
    return (sine_cosine_t) { .sine = s * (z * r) + r, .cosine = c * (z * z) + (1.0f - 0.5f * z) };
}

static inline float sine_in_quarter(float r, uint32_t quarter) {
    sine_cosine_t parts = near_zero(r);
    float size = quarter & 1 ? parts.cosine : with_sign_of(parts.sine, r);
    return with_bits(bits_of(size) ^ (quarter & 2) << 30);
}

// Which quarter turn, and the rest, which needs the precision of a double.
static void reduce_angles(float *rest, uint32_t *quarter, const float *angle, size_t n) {
    #pragma GCC ivdep
    for (size_t i = 0; i < n; i++) {
        double x = (double)angle[i];
        double turns = x * 0x1.45f306dc9c883p-1 + 0x1.8p52;
        double whole = turns - 0x1.8p52;
        rest[i] = (float)(x - whole * 0x1.921fb5p+0 - whole * 0x1.110b4611a6263p-26);
        uint64_t bits;
        memcpy(&bits, &turns, sizeof(bits));
        quarter[i] = (uint32_t)bits;
    }
}

static void sine(float *to, const float *from, size_t n, uint32_t from_quarter, double (*of_large)(double)) {
    for (size_t count; n >= KERNEL_GROUP; n -= count, to += count, from += count) {
        float angle[CHUNK], rest[CHUNK];
        uint32_t quarter[CHUNK];
        count = n < CHUNK ? n - n % KERNEL_GROUP : CHUNK;
        memcpy(angle, from, count * sizeof(float));
        reduce_angles(rest, quarter, angle, count);
        #pragma GCC ivdep
        for (size_t i = 0; i < count; i++) {
            to[i] = sine_in_quarter(rest[i], quarter[i] + from_quarter);
        }
        for (size_t i = 0; i < count; i++) {
            if (fabsf(angle[i]) > LARGE_ANGLE) {
                to[i] = (float)of_large((double)angle[i]);
            }
        }
    }
}

void sin_f32(void *out, const void *in, size_t n) {
    sine(out, in, n, 0, sin);
}

void cos_f32(void *out, const void *in, size_t n) {
    sine(out, in, n, 1, cos);
}

void sqrt_f32(void *out, const void *in, size_t n) {
    float *to = out;
    const float *from = in;
    n -= n % KERNEL_GROUP;
    #pragma GCC ivdep
    for (size_t i = 0; i < n; i++) {
        to[i] = sqrtf(from[i]);
    }
}

// Whether the bits without the sign lie so far from `least`, or nearer.
__attribute__((noinline)) static void sizes_between(uint8_t *to, const float *from, size_t n, uint32_t least, uint32_t far) {
    n -= n % KERNEL_GROUP;
    #pragma GCC ivdep
    for (size_t i = 0; i < n; i++) {
        to[i] = (bits_of(from[i]) & 0x7fffffff) - least <= far;
    }
}

void isfinite_f32(void *out, const void *in, size_t n) {
    sizes_between(out, in, n, 0, 0x7f7fffff);
}

void isinf_f32(void *out, const void *in, size_t n) {
    sizes_between(out, in, n, 0x7f800000, 0);
}

void isnan_f32(void *out, const void *in, size_t n) {
    sizes_between(out, in, n, 0x7f800001, 0x7fffff);
}
