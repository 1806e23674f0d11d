// The matrix product, compiled for speed. Four columns at a time stay in
// registers, so that an item of the left matrix is read once for all of them.

#include "product.h"

#define PRODUCT(name, value) \
    void name(value *out, const value *left, const value *right, size_t rows, size_t inner, size_t columns) { \
        for (size_t row = 0; row < rows; row++, left += inner, out += columns) { \
            size_t column = 0; \
            for (; column + 4 <= columns; column += 4) { \
                value s0 = 0, s1 = 0, s2 = 0, s3 = 0; \
                const value *b = right + column; \
                for (size_t k = 0; k < inner; k++, b += columns) { \
                    value a = left[k]; \
                    s0 += a * b[0]; \
                    s1 += a * b[1]; \
                    s2 += a * b[2]; \
                    s3 += a * b[3]; \
                } \
                out[column] = s0; \
                out[column + 1] = s1; \
                out[column + 2] = s2; \
                out[column + 3] = s3; \
            } \
            for (; column < columns; column++) { \
                value sum = 0; \
                const value *b = right + column; \
                for (size_t k = 0; k < inner; k++, b += columns) { \
                    sum += left[k] * *b; \
                } \
                out[column] = sum; \
            } \
        } \
    }

PRODUCT(product_f64, double)
PRODUCT(product_f32, float)
