// The few vector operations that the kernels are made of, for NEON and SSE4.1.
// Each works on eight channels, and on integers gives the same on both.

#ifndef UNN_VECTOR_H
#define UNN_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "unn_step.h"

// Loops over vectors have to be unrolled, or the vectors live in memory.
#define UNROLL _Pragma("GCC unroll 8")

#if defined(__ARM_NEON)
#include <arm_neon.h>

typedef float32x4_t four_floats_t;
typedef int8x8_t eight_t;

typedef struct _sums_t {
    int32x4_t low, high;
} sums_t;

// Four weights of each channel: the first two of all, then the others.
typedef struct _weights_t {
    int8x16_t first, second;
} weights_t;

// Four values as the weights need them.
typedef struct _values_t {
    int8x8_t first, second;
} values_t;

typedef struct _requantise_t {
    sums_t multipliers, exponents;
    int16x8_t zero_point;
    int8x16_t low, high;
} requantise_t;

static inline sums_t load_sums(const uint8_t *from) {
    const int32_t *items = (const int32_t *)from;
    return (sums_t) { vld1q_s32(items), vld1q_s32(items + 4) };
}

static inline void store_sums(int32_t *to, sums_t sums) {
    vst1q_s32(to, sums.low);
    vst1q_s32(to + 4, sums.high);
}

static inline eight_t load_eight(const uint8_t *from) {
    return vld1_s8((const int8_t *)from);
}

static inline void store_eight(uint8_t *to, eight_t values) {
    vst1_s8((int8_t *)to, values);
}

static inline eight_t eight_of(int8_t value) {
    return vdup_n_s8(value);
}

static inline eight_t larger_of_eight(eight_t a, eight_t b) {
    return vmax_s8(a, b);
}

// These two go on behind what they load.
static inline weights_t load_weights(const uint8_t **from) {
    int8x16_t first = vld1q_s8((const int8_t *)*from);
    STEP(*from, 16);
    int8x16_t second = vld1q_s8((const int8_t *)*from);
    STEP(*from, 16);
    return (weights_t) { first, second };
}

static inline values_t load_values(const uint8_t **from) {
    int8x8_t first = vreinterpret_s8_s16(vld1_dup_s16((const int16_t *)(const void *)*from));
    STEP(*from, 2);
    int8x8_t second = vreinterpret_s8_s16(vld1_dup_s16((const int16_t *)(const void *)*from));
    STEP(*from, 2);
    return (values_t) { first, second };
}

// Two products with a weight, which is never -128, fit 16 bits.
static inline sums_t add_products(sums_t sums, values_t x, weights_t w) {
    int16x8_t low = vmull_s8(x.first, vget_low_s8(w.first));
    int16x8_t high = vmull_s8(x.first, vget_high_s8(w.first));
    low = vmlal_s8(low, x.second, vget_low_s8(w.second));
    high = vmlal_s8(high, x.second, vget_high_s8(w.second));
    return (sums_t) { vpadalq_s16(sums.low, low), vpadalq_s16(sums.high, high) };
}

// Each channel's value times its weight, twice.
static inline sums_t add_two_products(sums_t sums, eight_t a, eight_t v, eight_t b, eight_t w) {
    int16x8_t products = vmlal_s8(vmull_s8(a, v), b, w);
    return (sums_t) {
        vaddw_s16(sums.low, vget_low_s16(products)), vaddw_s16(sums.high, vget_high_s16(products))
    };
}

static inline sums_t add_product(sums_t sums, eight_t a, eight_t v) {
    int16x8_t products = vmull_s8(a, v);
    return (sums_t) {
        vaddw_s16(sums.low, vget_low_s16(products)), vaddw_s16(sums.high, vget_high_s16(products))
    };
}

static inline requantise_t load_requantise(const unn_step_t *step, const uint8_t *parameters) {
    return (requantise_t) {
        load_sums(parameters + 32), load_sums(parameters + 64), vdupq_n_s16(step->target->zero_point),
        vdupq_n_s8(step->layer->low), vdupq_n_s8(step->layer->high),
    };
}

// Again, because the sums' loop needs its registers.
static inline requantise_t reload_requantise(const requantise_t *how) {
    const int32_t *from = (const int32_t *)(const void *)how;
    requantise_t again;
    __asm__ volatile ("" : "+r" (from)); // not before the loop
    again.multipliers.low = vld1q_s32(from);
    STEP(from, 4);
    again.multipliers.high = vld1q_s32(from);
    STEP(from, 4);
    again.exponents.low = vld1q_s32(from);
    STEP(from, 4);
    again.exponents.high = vld1q_s32(from);
    STEP(from, 4);
    again.zero_point = vreinterpretq_s16_s32(vld1q_s32(from));
    STEP(from, 4);
    again.low = vreinterpretq_s8_s32(vld1q_s32(from));
    STEP(from, 4);
    again.high = vreinterpretq_s8_s32(vld1q_s32(from));
    return again;
}

static inline int16x8_t requantise_wide(sums_t sums, const requantise_t *how) {
    int32x4_t low = vrshlq_s32(vqrdmulhq_s32(sums.low, how->multipliers.low), how->exponents.low);
    int32x4_t high = vrshlq_s32(vqrdmulhq_s32(sums.high, how->multipliers.high), how->exponents.high);
#if defined(__aarch64__)
    int16x8_t both = vqmovn_high_s32(vqmovn_s32(low), high);
#else
    // the compiler would narrow elsewhere and then move both halves, here and below
    int16x8_t both;
    __asm__ ("vqmovn.s32 %e0, %q1\n\tvqmovn.s32 %f0, %q2" : "=&w" (both) : "w" (low), "w" (high));
#endif
    return vqaddq_s16(both, how->zero_point);
}

static inline void requantise(uint8_t *to, sums_t sums, const requantise_t *how) {
    int8x8_t narrow = vqmovn_s16(requantise_wide(sums, how));
    store_eight(to, vmax_s8(vmin_s8(narrow, vget_low_s8(how->high)), vget_low_s8(how->low)));
}

static inline void requantise_two(uint8_t *to, sums_t first, uint8_t *then, sums_t second, const requantise_t *how) {
    int16x8_t a = requantise_wide(first, how), b = requantise_wide(second, how);
#if defined(__aarch64__)
    int8x16_t both = vqmovn_high_s16(vqmovn_s16(a), b);
#else
    int8x16_t both;
    __asm__ ("vqmovn.s16 %e0, %q1\n\tvqmovn.s16 %f0, %q2" : "=&w" (both) : "w" (a), "w" (b));
#endif
    both = vmaxq_s8(vminq_s8(both, how->high), how->low);
    store_eight(to, vget_low_s8(both));
    store_eight(then, vget_high_s8(both));
}

static inline four_floats_t load_floats(const float *from) {
    return vld1q_f32(from);
}

static inline void store_floats(float *to, four_floats_t values) {
    vst1q_f32(to, values);
}

static inline four_floats_t floats_of(float value) {
    return vdupq_n_f32(value);
}

static inline void load_eight_pixels(const uint8_t *from, four_floats_t *low, four_floats_t *high) {
    uint16x8_t wide = vmovl_u8(vld1_u8(from));
    *low = vcvtq_f32_u32(vmovl_u16(vget_low_u16(wide)));
    *high = vcvtq_f32_u32(vmovl_u16(vget_high_u16(wide)));
}

static inline four_floats_t add_floats(four_floats_t a, four_floats_t b) {
    return vaddq_f32(a, b);
}

static inline four_floats_t multiply_floats(four_floats_t a, four_floats_t b) {
    return vmulq_f32(a, b);
}

static inline four_floats_t larger_floats(four_floats_t a, four_floats_t b) {
    return vmaxq_f32(a, b);
}

static inline four_floats_t smaller_floats(four_floats_t a, four_floats_t b) {
    return vminq_f32(a, b);
}

static inline four_floats_t add_float_products(four_floats_t sums, four_floats_t a, four_floats_t b) {
#if defined(__aarch64__)
    return vfmaq_f32(sums, a, b);
#else
    return vmlaq_f32(sums, a, b);
#endif
}

// `lane` is a constant.
static inline four_floats_t add_scaled_floats(four_floats_t sums, four_floats_t a, four_floats_t b, const int lane) {
    float32x2_t half = lane < 2 ? vget_low_f32(b) : vget_high_f32(b);
#if defined(__aarch64__)
    return lane % 2 ? vfmaq_lane_f32(sums, a, half, 1) : vfmaq_lane_f32(sums, a, half, 0);
#else
    return lane % 2 ? vmlaq_lane_f32(sums, a, half, 1) : vmlaq_lane_f32(sums, a, half, 0);
#endif
}

#elif defined(__SSE4_1__)
#include <smmintrin.h>

typedef __m128 four_floats_t;
typedef __m128i eight_t; // in the lower half

typedef struct _sums_t {
    __m128i low, high;
} sums_t;

typedef struct _weights_t {
    __m128i first_low, first_high, second_low, second_high; // widened to 16 bits
} weights_t;

typedef struct _values_t {
    __m128i first, second;
} values_t;

typedef struct _requantise_t {
    sums_t multipliers, factors; // 2 to the power of 30 + exponent
    __m128i zero_point, low, high;
} requantise_t;

static inline __m128i load_sixteen_bytes(const void *from) {
    return _mm_loadu_si128((const __m128i *)from);
}

static inline sums_t load_sums(const uint8_t *from) {
    return (sums_t) { load_sixteen_bytes(from), load_sixteen_bytes(from + 16) };
}

static inline void store_sums(int32_t *to, sums_t sums) {
    _mm_storeu_si128((__m128i *)(void *)to, sums.low);
    _mm_storeu_si128((__m128i *)(void *)(to + 4), sums.high);
}

static inline eight_t load_eight(const uint8_t *from) {
    return _mm_loadl_epi64((const __m128i *)(const void *)from);
}

static inline void store_eight(uint8_t *to, eight_t values) {
    _mm_storel_epi64((__m128i *)(void *)to, values);
}

static inline eight_t eight_of(int8_t value) {
    return _mm_set1_epi8(value);
}

static inline eight_t larger_of_eight(eight_t a, eight_t b) {
    return _mm_max_epi8(a, b);
}

static inline weights_t load_weights(const uint8_t **from) {
    const uint8_t *w = *from;
    *from += UNN_BLOCK * UNN_GROUP;
    return (weights_t) {
        _mm_cvtepi8_epi16(load_eight(w)), _mm_cvtepi8_epi16(load_eight(w + 8)),
        _mm_cvtepi8_epi16(load_eight(w + 16)), _mm_cvtepi8_epi16(load_eight(w + 24)),
    };
}

static inline values_t load_values(const uint8_t **from) {
    int32_t four;
    memcpy(&four, *from, sizeof(four));
    *from += UNN_GROUP;
    __m128i wide = _mm_cvtepi8_epi16(_mm_cvtsi32_si128(four));
    return (values_t) { _mm_shuffle_epi32(wide, 0x00), _mm_shuffle_epi32(wide, 0x55) };
}

static inline sums_t add_products(sums_t sums, values_t x, weights_t w) {
    sums.low = _mm_add_epi32(sums.low, _mm_madd_epi16(x.first, w.first_low));
    sums.high = _mm_add_epi32(sums.high, _mm_madd_epi16(x.first, w.first_high));
    sums.low = _mm_add_epi32(sums.low, _mm_madd_epi16(x.second, w.second_low));
    sums.high = _mm_add_epi32(sums.high, _mm_madd_epi16(x.second, w.second_high));
    return sums;
}

static inline sums_t add_two_products(sums_t sums, eight_t a, eight_t v, eight_t b, eight_t w) {
    __m128i values = _mm_cvtepi8_epi16(_mm_unpacklo_epi8(a, b)), weights = _mm_cvtepi8_epi16(_mm_unpacklo_epi8(v, w));
    sums.low = _mm_add_epi32(sums.low, _mm_madd_epi16(values, weights));
    values = _mm_cvtepi8_epi16(_mm_srli_si128(_mm_unpacklo_epi8(a, b), 8));
    weights = _mm_cvtepi8_epi16(_mm_srli_si128(_mm_unpacklo_epi8(v, w), 8));
    sums.high = _mm_add_epi32(sums.high, _mm_madd_epi16(values, weights));
    return sums;
}

static inline sums_t add_product(sums_t sums, eight_t a, eight_t v) {
    return add_two_products(sums, a, v, _mm_setzero_si128(), v);
}

static inline requantise_t load_requantise(const unn_step_t *step, const uint8_t *parameters) {
    int32_t factors[UNN_BLOCK];
    memcpy(factors, parameters + 64, sizeof(factors));
    for (int i = 0; i < UNN_BLOCK; i++) {
        factors[i] = 1 << (30 + factors[i]);
    }
    return (requantise_t) {
        load_sums(parameters + 32), load_sums((const uint8_t *)factors), _mm_set1_epi16(step->target->zero_point),
        _mm_set1_epi8(step->layer->low), _mm_set1_epi8(step->layer->high),
    };
}

static inline requantise_t reload_requantise(const requantise_t *how) {
    return *how;
}

// The product of four lanes, shifted to the right by a constant `bits`, halves going upward.
static inline __m128i multiply_high(__m128i a, __m128i b, const int bits) {
    __m128i half = _mm_set1_epi64x((int64_t)1 << (bits - 1));
    __m128i even = _mm_srli_epi64(_mm_add_epi64(_mm_mul_epi32(a, b), half), bits);
    __m128i odd = _mm_add_epi64(_mm_mul_epi32(_mm_srli_epi64(a, 32), _mm_srli_epi64(b, 32)), half);
    return _mm_blend_epi16(even, _mm_slli_epi64(_mm_srli_epi64(odd, bits), 32), 0xcc);
}

static inline void requantise(uint8_t *to, sums_t sums, const requantise_t *how) {
    __m128i low = multiply_high(multiply_high(sums.low, how->multipliers.low, 31), how->factors.low, 30);
    __m128i high = multiply_high(multiply_high(sums.high, how->multipliers.high, 31), how->factors.high, 30);
    __m128i values = _mm_adds_epi16(_mm_packs_epi32(low, high), how->zero_point);
    store_eight(to, _mm_max_epi8(_mm_min_epi8(_mm_packs_epi16(values, values), how->high), how->low));
}

static inline void requantise_two(uint8_t *to, sums_t first, uint8_t *then, sums_t second, const requantise_t *how) {
    requantise(to, first, how);
    requantise(then, second, how);
}

static inline four_floats_t load_floats(const float *from) {
    return _mm_loadu_ps(from);
}

static inline void store_floats(float *to, four_floats_t values) {
    _mm_storeu_ps(to, values);
}

static inline four_floats_t floats_of(float value) {
    return _mm_set1_ps(value);
}

static inline void load_eight_pixels(const uint8_t *from, four_floats_t *low, four_floats_t *high) {
    __m128i pixels = load_eight(from);
    *low = _mm_cvtepi32_ps(_mm_cvtepu8_epi32(pixels));
    *high = _mm_cvtepi32_ps(_mm_cvtepu8_epi32(_mm_srli_si128(pixels, 4)));
}

static inline four_floats_t add_floats(four_floats_t a, four_floats_t b) {
    return _mm_add_ps(a, b);
}

static inline four_floats_t multiply_floats(four_floats_t a, four_floats_t b) {
    return _mm_mul_ps(a, b);
}

// The second operand is what remains of not-a-number.
static inline four_floats_t larger_floats(four_floats_t a, four_floats_t b) {
    return _mm_max_ps(a, b);
}

static inline four_floats_t smaller_floats(four_floats_t a, four_floats_t b) {
    return _mm_min_ps(a, b);
}

static inline four_floats_t add_float_products(four_floats_t sums, four_floats_t a, four_floats_t b) {
    return _mm_add_ps(sums, _mm_mul_ps(a, b));
}

#define add_scaled_floats(sums, a, b, lane) \
    add_float_products(sums, a, _mm_shuffle_ps(b, b, (lane) * 0x55))

#else
#error "unn needs NEON or SSE4.1"
#endif

#endif // UNN_VECTOR_H
