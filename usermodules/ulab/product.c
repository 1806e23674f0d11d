// The matrix product. Tiles of 4 rows and 2 vectors of columns stay in registers,
// so that each item that is loaded serves many multiplications. Products are
// added in the order of the inner index: all processors give the same bits.

#include <stdbool.h>
#include <string.h>

#include "product.h"
#include "vector.h"

#define TILE_ROWS (4)
// Rows of the right matrix that are packed at a time: 16 KB on the stack.
#define DEPTH (256)

// ARMv7 has no vectors of doubles.
#if VECTOR_ARMV7
typedef double f64s;
#define F64_LOAD(from) (*(from))
#define F64_STORE(to, value) (*(to) = (value))
#define F64_SPLAT(value) (value)
#else
typedef f64x2 f64s;
#define F64_LOAD(from) f64x2_load(from)
#define F64_STORE(to, value) f64x2_store(to, value)
#define F64_SPLAT(value) ((f64x2) { (value), (value) })
#endif
#define F64_LOAD_ONE(from) (*(from))
#define F64_MULTIPLY_ADD(sum, a, b) ((sum) + (a) * (b))

#define F32_SPLAT(value) ((f32x4) { (value), (value), (value), (value) })

// Sums of products of two vectors, of which as many as there are lanes in the
// accumulators are added in turn.
#define ACCUMULATORS(vector) (sizeof(vector) == sizeof(double) ? 8 : 4)
// Values that are copied where they are not one after the other.
#define CHUNK (64)

#define DOT(suffix, value, vector, LOAD, MULTIPLY_ADD) \
    enum { DOT_LANES_##suffix = sizeof(vector) / sizeof(value) }; \
    enum { DOT_STEP_##suffix = ACCUMULATORS(vector) * DOT_LANES_##suffix }; \
    \
    static void add_products_##suffix(value *sums, const value *a, const value *b, size_t n) { \
        vector lanes[ACCUMULATORS(vector)]; \
        memcpy(lanes, sums, sizeof(lanes)); \
        for (; n > 0; n -= DOT_STEP_##suffix, a += DOT_STEP_##suffix, b += DOT_STEP_##suffix) { \
            _Pragma("GCC unroll 8") \
            for (size_t i = 0; i < ACCUMULATORS(vector); i++) { \
                lanes[i] = MULTIPLY_ADD(lanes[i], LOAD(a + i * DOT_LANES_##suffix), LOAD(b + i * DOT_LANES_##suffix)); \
            } \
        } \
        memcpy(sums, lanes, sizeof(lanes)); \
    } \
    \
    static void gather_##suffix(value *to, const uint8_t *from, ptrdiff_t step, size_t n) { \
        for (size_t i = 0; i < n || i % DOT_STEP_##suffix != 0; i++, from += step) { \
            to[i] = i < n ? *(const value *)from : 0; \
        } \
    } \
    \
    static value dot_##suffix(const value *a, const uint8_t *b, ptrdiff_t b_step, size_t n) { \
        value sums[DOT_STEP_##suffix] = { 0 }; \
        bool dense = b_step == sizeof(value); \
        while (n > 0) { \
            size_t count = n < CHUNK ? n : CHUNK; \
            if (dense && n >= DOT_STEP_##suffix) { \
                count = n - n % DOT_STEP_##suffix; \
                add_products_##suffix(sums, a, (const value *)b, count); \
            } else { \
                value left[CHUNK], right[CHUNK]; \
                gather_##suffix(left, (const uint8_t *)a, sizeof(value), count); \
                gather_##suffix(right, b, b_step, count); \
                size_t padding = (DOT_STEP_##suffix - count % DOT_STEP_##suffix) % DOT_STEP_##suffix; \
                add_products_##suffix(sums, left, right, count + padding); \
            } \
            a += count; \
            b += (ptrdiff_t)count * b_step; \
            n -= count; \
        } \
        for (size_t half = DOT_STEP_##suffix / 2; half > 0; half /= 2) { \
            for (size_t i = 0; i < half; i++) { \
                sums[i] += sums[i + half]; \
            } \
        } \
        return sums[0]; \
    }

#define ADD_ROW(row, SPLAT, MULTIPLY_ADD) \
    a = SPLAT(*left##row); \
    left##row++; \
    s##row##0 = MULTIPLY_ADD(s##row##0, a, b0); \
    s##row##1 = MULTIPLY_ADD(s##row##1, a, b1)

#define LOAD_ROW(row, LOAD, lanes) \
    s##row##0 = LOAD(results[row]), s##row##1 = LOAD(results[row] + lanes)

#define STORE_ROW(row, STORE, lanes) \
    STORE(results[row], s##row##0); \
    STORE(results[row] + lanes, s##row##1)

#define PRODUCT(suffix, value, vector, LOAD, STORE, SPLAT, MULTIPLY_ADD) \
    enum { LANES_##suffix = sizeof(vector) / sizeof(value), WIDTH_##suffix = 2 * LANES_##suffix }; \
    \
    /* The products of 4 rows with packed columns, or these added to results. */ \
    static void tile_##suffix(value *const *results, bool add, const value *const *rows, \
        const value *packed, size_t depth) { \
        const value *left0 = rows[0], *left1 = rows[1], *left2 = rows[2], *left3 = rows[3]; \
        vector s00 = SPLAT(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00; \
        if (add) { \
            LOAD_ROW(0, LOAD, LANES_##suffix); \
            LOAD_ROW(1, LOAD, LANES_##suffix); \
            LOAD_ROW(2, LOAD, LANES_##suffix); \
            LOAD_ROW(3, LOAD, LANES_##suffix); \
        } \
        for (const value *end = packed + depth * WIDTH_##suffix; packed != end;) { \
            vector a, b0 = LOAD(packed); \
            packed += LANES_##suffix; \
            vector b1 = LOAD(packed); \
            packed += LANES_##suffix; \
            ADD_ROW(0, SPLAT, MULTIPLY_ADD); \
            ADD_ROW(1, SPLAT, MULTIPLY_ADD); \
            ADD_ROW(2, SPLAT, MULTIPLY_ADD); \
            ADD_ROW(3, SPLAT, MULTIPLY_ADD); \
        } \
        STORE_ROW(0, STORE, LANES_##suffix); \
        STORE_ROW(1, STORE, LANES_##suffix); \
        STORE_ROW(2, STORE, LANES_##suffix); \
        STORE_ROW(3, STORE, LANES_##suffix); \
    } \
    \
    /* Up to WIDTH columns of up to DEPTH rows, filled up with zeros. */ \
    static void pack_##suffix(value *packed, const matrix_t *right, const uint8_t *from, size_t depth, \
        size_t columns) { \
        for (; depth > 0; depth--, from += right->row_step, packed += WIDTH_##suffix) { \
            if (columns == WIDTH_##suffix && right->step == sizeof(value)) { \
                memcpy(packed, from, WIDTH_##suffix * sizeof(value)); \
                continue; \
            } \
            for (size_t i = 0; i < WIDTH_##suffix; i++) { \
                packed[i] = i < columns ? *(const value *)(from + (ptrdiff_t)i * right->step) : 0; \
            } \
        } \
    } \
    \
    /* All rows times packed columns. */ \
    static void panel_##suffix(const matrix_t *out, size_t column, const matrix_t *left, size_t from, \
        const value *packed, size_t rows, size_t depth, size_t columns) { \
        bool narrow = columns < WIDTH_##suffix; \
        for (size_t row = 0; row < rows; row += TILE_ROWS) { \
            value aside[TILE_ROWS * WIDTH_##suffix]; \
            const value *tile_rows[TILE_ROWS]; \
            value *results[TILE_ROWS]; \
            for (size_t i = 0; i < TILE_ROWS; i++) { \
                /* Beyond the last row it is computed again. */ \
                size_t tile_row = row + i < rows ? row + i : rows - 1; \
                tile_rows[i] = (const value *)(left->data + (ptrdiff_t)tile_row * left->row_step) + from; \
                results[i] = (value *)(out->data + (ptrdiff_t)tile_row * out->row_step) + column; \
                if (narrow) { \
                    value *kept = results[i]; \
                    results[i] = memcpy(aside + i * WIDTH_##suffix, kept, columns * sizeof(value)); \
                } \
            } \
            tile_##suffix(results, from > 0, tile_rows, packed, depth); \
            for (size_t i = 0; narrow && i < TILE_ROWS && row + i < rows; i++) { \
                memcpy((value *)(out->data + (ptrdiff_t)(row + i) * out->row_step) + column, results[i], \
                    columns * sizeof(value)); \
            } \
        } \
    } \
    \
    void product_##suffix(const matrix_t *out, const matrix_t *left, const matrix_t *right, size_t rows, \
        size_t inner, size_t columns) { \
        if (columns == 1) { \
            for (size_t row = 0; row < rows; row++) { \
                *(value *)(out->data + (ptrdiff_t)row * out->row_step) = dot_##suffix( \
                    (const value *)(left->data + (ptrdiff_t)row * left->row_step), right->data, right->row_step, inner); \
            } \
            return; \
        } \
        value packed[DEPTH * WIDTH_##suffix] __attribute__((aligned(16))); \
        for (size_t column = 0; column < columns; column += WIDTH_##suffix) { \
            size_t width = columns - column < WIDTH_##suffix ? columns - column : WIDTH_##suffix; \
            const uint8_t *first = right->data + (ptrdiff_t)column * right->step; \
            size_t from = 0; \
            do { \
                size_t depth = inner - from < DEPTH ? inner - from : DEPTH; \
                pack_##suffix(packed, right, first + (ptrdiff_t)from * right->row_step, depth, width); \
                panel_##suffix(out, column, left, from, packed, rows, depth, width); \
                from += depth; \
            } while (from < inner); \
        } \
    }

DOT(f32, float, f32x4, f32x4_load, f32x4_multiply_add)
DOT(f64, double, double, F64_LOAD_ONE, F64_MULTIPLY_ADD)
PRODUCT(f32, float, f32x4, f32x4_load, f32x4_store, F32_SPLAT, f32x4_multiply_add)
PRODUCT(f64, double, f64s, F64_LOAD, F64_STORE, F64_SPLAT, F64_MULTIPLY_ADD)
