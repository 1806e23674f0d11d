// Functions of each item of an array.

#ifndef ULAB_UNARY_H
#define ULAB_UNARY_H

#include "float_kernels.h"
#include "strided.h"

typedef struct {
    double (*real)(double);         // NULL where there are kernels
    float_kernel_t f32;             // NULL where float32 is computed as float64
    float_kernel_t f64;
    void (*complex)(double *parts); // NULL where there is none
    bool predicate;                 // the result is bool
} unary_t;

// The arrays have one shape; the output shares memory with the input only if
// it is the very same items. Complex input needs the complex function.
void unary_apply(const unary_t *function, const strided_t *out, const strided_t *in);

// The same with complex results of any input.
void unary_apply_complex(const unary_t *function, const strided_t *out, const strided_t *in);

// Of one number.
double unary_of_number(const unary_t *function, double x);

#endif // ULAB_UNARY_H
