// Vectors of 16 bytes, which all of our processors have: NEON or SSE2 through
// the compiler's vector types, whose operators work on each lane. On ARMv7 the
// compiler uses NEON for integers only, since its floats lose subnormals, which
// is accepted here: float32 lanes therefore need these functions.

#ifndef ULAB_VECTOR_H
#define ULAB_VECTOR_H

#include <stdint.h>
#include <string.h>

#define VECTOR_BYTES (16)

typedef float f32x4 __attribute__((vector_size(VECTOR_BYTES)));
typedef double f64x2 __attribute__((vector_size(VECTOR_BYTES)));
typedef int8_t i8x16 __attribute__((vector_size(VECTOR_BYTES)));
typedef uint8_t u8x16 __attribute__((vector_size(VECTOR_BYTES)));
typedef int16_t i16x8 __attribute__((vector_size(VECTOR_BYTES)));
typedef uint16_t u16x8 __attribute__((vector_size(VECTOR_BYTES)));
typedef int32_t i32x4 __attribute__((vector_size(VECTOR_BYTES)));
typedef uint32_t u32x4 __attribute__((vector_size(VECTOR_BYTES)));

// At any alignment.
#define VECTOR_ACCESS(vector, lane) \
    static inline vector vector##_load(const void *from) { \
        vector value; \
        memcpy(&value, from, sizeof(value)); \
        return value; \
    } \
    static inline void vector##_store(void *to, vector value) { \
        memcpy(to, &value, sizeof(value)); \
    } \
    static inline vector vector##_splat(lane value) { \
        return value - (vector) { 0 }; \
    }

VECTOR_ACCESS(f32x4, float)
VECTOR_ACCESS(f64x2, double)
VECTOR_ACCESS(u8x16, uint8_t)
VECTOR_ACCESS(i32x4, int32_t)
VECTOR_ACCESS(u32x4, uint32_t)

#if defined(__ARM_NEON) && !defined(__aarch64__)
#define VECTOR_ARMV7 (1)
#include <arm_neon.h>
#else
#define VECTOR_ARMV7 (0)
#endif

#if VECTOR_ARMV7
#define F32X4_ARITHMETIC(name, operator, intrinsic) \
    static inline f32x4 f32x4_##name(f32x4 a, f32x4 b) { \
        return (f32x4)intrinsic((float32x4_t)a, (float32x4_t)b); \
    }
// The compiler makes four scalar comparisons of the intrinsic ones.
#define F32X4_COMPARISON(name, operator, instruction, first, second) \
    static inline i32x4 f32x4_##name(f32x4 a, f32x4 b) { \
        i32x4 mask; \
        __asm__ (instruction " %q0, %q1, %q2" : "=w" (mask) : "w" (first), "w" (second)); \
        return mask; \
    }
#else
#define F32X4_ARITHMETIC(name, operator, intrinsic) \
    static inline f32x4 f32x4_##name(f32x4 a, f32x4 b) { \
        return a operator b; \
    }
#define F32X4_COMPARISON(name, operator, instruction, first, second) \
    static inline i32x4 f32x4_##name(f32x4 a, f32x4 b) { \
        return a operator b; \
    }
#endif

F32X4_ARITHMETIC(add, +, vaddq_f32)
F32X4_ARITHMETIC(subtract, -, vsubq_f32)
F32X4_ARITHMETIC(multiply, *, vmulq_f32)

// Lanes of all ones where it is so, else zeros.
F32X4_COMPARISON(equal, ==, "vceq.f32", a, b)
F32X4_COMPARISON(less, <, "vcgt.f32", b, a)
F32X4_COMPARISON(less_equal, <=, "vcge.f32", b, a)

// The next lanes of a run at any alignment; moves the pointer behind them. For
// ARMv7 the compiler would count offsets, which its loads of vectors have not:
// they move the pointer by themselves.
static inline f32x4 f32x4_read(const float **from) {
    f32x4 value;
    #if VECTOR_ARMV7
    __asm__ ("vld1.8 {%e0, %f0}, [%1]!" : "=w" (value), "+r" (*from) : "m" (*(const float (*)[4])*from));
    #else
    value = f32x4_load(*from);
    *from += 4;
    #endif
    return value;
}

static inline void f32x4_write(float **to, f32x4 value) {
    #if VECTOR_ARMV7
    __asm__ ("vst1.8 {%e2, %f2}, [%1]!" : "=m" (*(float (*)[4])*to), "+r" (*to) : "w" (value));
    #else
    f32x4_store(*to, value);
    *to += 4;
    #endif
}

// sum + a * b, rounded twice on every processor.
static inline f32x4 f32x4_multiply_add(f32x4 sum, f32x4 a, f32x4 b) {
    #if VECTOR_ARMV7
    return (f32x4)vmlaq_f32((float32x4_t)sum, (float32x4_t)a, (float32x4_t)b);
    #else
    return sum + a * b;
    #endif
}

static inline f32x4 f32x4_from_i32x4(i32x4 a) {
    #if VECTOR_ARMV7
    return (f32x4)vcvtq_f32_s32((int32x4_t)a);
    #else
    return __builtin_convertvector(a, f32x4);
    #endif
}

// Without the fraction; what does not fit into a lane differs by processor.
static inline i32x4 i32x4_from_f32x4(f32x4 a) {
    #if VECTOR_ARMV7
    return (i32x4)vcvtq_s32_f32((float32x4_t)a);
    #else
    return __builtin_convertvector(a, i32x4);
    #endif
}

// The lanes of `a` where the mask is set, else those of `b`.
static inline i32x4 i32x4_select(i32x4 mask, i32x4 a, i32x4 b) {
    #if VECTOR_ARMV7
    return (i32x4)vbslq_s32((uint32x4_t)mask, (int32x4_t)a, (int32x4_t)b);
    #else
    return (a & mask) | (b & ~mask);
    #endif
}

static inline f32x4 f32x4_select(i32x4 mask, f32x4 a, f32x4 b) {
    return (f32x4)i32x4_select(mask, (i32x4)a, (i32x4)b);
}

#endif // ULAB_VECTOR_H
