#ifndef ULAB_PRODUCT_H
#define ULAB_PRODUCT_H

#include <stddef.h>
#include <stdint.h>

// A matrix of float32 or float64 items, which are aligned.
typedef struct {
    uint8_t *data;
    ptrdiff_t row_step; // bytes from one row to the next
    ptrdiff_t step;     // bytes from one item of a row to the next
} matrix_t;

// out[rows][columns] = left[rows][inner] times right[inner][columns]. The result
// shares no memory with the others. There are no gaps in its rows and in those of
// the left matrix. Takes 17 KB of the stack.
void product_f32(const matrix_t *out, const matrix_t *left, const matrix_t *right, size_t rows, size_t inner,
    size_t columns);
void product_f64(const matrix_t *out, const matrix_t *left, const matrix_t *right, size_t rows, size_t inner,
    size_t columns);

#endif // ULAB_PRODUCT_H
