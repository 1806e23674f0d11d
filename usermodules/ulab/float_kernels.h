// Functions of blocks of float32 or float64 values. All processors give the same
// bits, but for float32 values below 2**-126 on ARMv7, which are taken as zero.

#ifndef ULAB_FLOAT_KERNELS_H
#define ULAB_FLOAT_KERNELS_H

#include <stddef.h>

// Kernels work on whole groups of so many values. The output may be the input.
#define KERNEL_GROUP (4)

typedef void (*float_kernel_t)(void *out, const void *in, size_t n);

// At most 2 units in the last place from the exact result.
void exp_f32(void *out, const void *in, size_t n);
void exp_f64(void *out, const void *in, size_t n);
void expm1_f32(void *out, const void *in, size_t n);
void expm1_f64(void *out, const void *in, size_t n);
void log_f32(void *out, const void *in, size_t n);
void log_f64(void *out, const void *in, size_t n);
void log2_f32(void *out, const void *in, size_t n);
void log2_f64(void *out, const void *in, size_t n);
void log10_f32(void *out, const void *in, size_t n);
void log10_f64(void *out, const void *in, size_t n);
void tanh_f32(void *out, const void *in, size_t n);
void tanh_f64(void *out, const void *in, size_t n);
void sin_f32(void *out, const void *in, size_t n);
void cos_f32(void *out, const void *in, size_t n);

// Exact.
void sqrt_f32(void *out, const void *in, size_t n);
void sqrt_f64(void *out, const void *in, size_t n);

// The results are bytes, 1 where it is so.
void isfinite_f32(void *out, const void *in, size_t n);
void isfinite_f64(void *out, const void *in, size_t n);
void isinf_f32(void *out, const void *in, size_t n);
void isinf_f64(void *out, const void *in, size_t n);
void isnan_f32(void *out, const void *in, size_t n);
void isnan_f64(void *out, const void *in, size_t n);
void signbit_f64(void *out, const void *in, size_t n);

#endif // ULAB_FLOAT_KERNELS_H
