#include <string.h>

#include "elementwise.h"

static kind_t higher(kind_t a, kind_t b) {
    return a > b ? a : b;
}

static bool wraps(binary_t op) {
    return op <= BINARY_MULTIPLY || (op >= BINARY_AND && op <= BINARY_XOR);
}

// The lowest kind that holds operands and result and has the operation.
static bool find_kind(binary_t op, const strided_t *out, const strided_t *left, const strided_t *right, kind_t *kind) {
    *kind = kind_of_both(left->dtype, right->dtype);
    if (op < BINARY_EQUAL) {
        *kind = higher(*kind, kind_of_dtype(out->dtype));
    }
    if (wraps(op) && kind_is_integer(kind_of_dtype(out->dtype)) && *kind == KIND_F64) {
        // int32 and uint32: the lower 32 bits need no sign.
        *kind = KIND_U32;
    }
    while (binary_kernels[op][*kind] == NULL) {
        if (*kind >= KIND_F64) {
            return false;
        }
        ++*kind;
    }
    return true;
}

static const void *direct_or_load(block_t *block, kind_t kind, ndarray_dtype_t dtype, const uint8_t *data,
    ptrdiff_t step, size_t n) {
    if (block_is_direct(kind, dtype, data, step)) {
        return data;
    }
    block_load(block, kind, dtype, data, step, n);
    return block;
}

bool elementwise_binary(binary_t op, const strided_t *out, const strided_t *left, const strided_t *right) {
    kind_t kind;
    if (!find_kind(op, out, left, right, &kind)) {
        return false;
    }
    binary_kernel_t kernel = binary_kernels[op][kind];
    kind_t out_kind = op < BINARY_EQUAL ? kind : KIND_U8;
    strided_loop_t loop;
    if (!strided_loop_start(&loop, 3, (const strided_t *const[]) { out, left, right })) {
        return true;
    }
    block_t out_block, left_block, right_block;
    do {
        bool out_direct = block_is_direct(out_kind, out->dtype, loop.data[0], loop.step[0]);
        bool left_direct = block_is_direct(kind, left->dtype, loop.data[1], loop.step[1]);
        bool right_direct = block_is_direct(kind, right->dtype, loop.data[2], loop.step[2]);
        // A scalar is loaded once for all blocks of the run.
        bool left_constant = loop.step[1] == 0;
        bool right_constant = loop.step[2] == 0;
        bool whole = out_direct && left_direct && right_direct;
        for (size_t done = 0; done < loop.run;) {
            size_t n = loop.run - done;
            if (!whole && n > BLOCK_ITEMS) {
                n = BLOCK_ITEMS;
            }
            uint8_t *out_data = loop.data[0] + (ptrdiff_t)done * loop.step[0];
            const void *a = &left_block;
            const void *b = &right_block;
            if (left_direct || !left_constant || done == 0) {
                const uint8_t *data = loop.data[1] + (ptrdiff_t)done * loop.step[1];
                a = direct_or_load(&left_block, kind, left->dtype, data, loop.step[1], n);
            }
            if (right_direct || !right_constant || done == 0) {
                const uint8_t *data = loop.data[2] + (ptrdiff_t)done * loop.step[2];
                b = direct_or_load(&right_block, kind, right->dtype, data, loop.step[2], n);
            }
            if (out_direct) {
                kernel(out_data, a, b, n);
            } else {
                kernel(&out_block, a, b, n);
                block_store(&out_block, out_kind, out->dtype, out_data, loop.step[0], n);
            }
            done += n;
        }
    } while (strided_loop_next(&loop));
    return true;
}

// Both kinds of functions of one item go through blocks.
static void apply(void (*function)(const void *context, double *values, size_t n), const void *context, kind_t kind,
    const strided_t *out, const strided_t *in) {
    strided_loop_t loop;
    if (!strided_loop_start(&loop, 2, (const strided_t *const[]) { out, in })) {
        return;
    }
    block_t block;
    do {
        for (size_t done = 0; done < loop.run;) {
            size_t n = loop.run - done < BLOCK_ITEMS ? loop.run - done : BLOCK_ITEMS;
            block_load(&block, kind, in->dtype, loop.data[1] + (ptrdiff_t)done * loop.step[1], loop.step[1], n);
            function(context, block.f64, n);
            block_store(&block, kind, out->dtype, loop.data[0] + (ptrdiff_t)done * loop.step[0], loop.step[0], n);
            done += n;
        }
    } while (strided_loop_next(&loop));
}

typedef struct {
    double (*real)(double);
    void (*complex)(double *parts);
} function_t;

static void apply_real(const void *context, double *values, size_t n) {
    double (*function)(double) = ((const function_t *)context)->real;
    for (size_t i = 0; i < n; i++) {
        values[i] = function(values[i]);
    }
}

static void apply_complex(const void *context, double *values, size_t n) {
    for (size_t i = 0; i < n; i++) {
        ((const function_t *)context)->complex(values + 2 * i);
    }
}

void elementwise_apply(double (*function)(double), const strided_t *out, const strided_t *in) {
    apply(apply_real, &(function_t) { .real = function }, KIND_F64, out, in);
}

void elementwise_apply_complex(void (*function)(double *parts), const strided_t *out, const strided_t *in) {
    apply(apply_complex, &(function_t) { .complex = function }, KIND_COMPLEX, out, in);
}

void elementwise_select(const strided_t *out, const strided_t *condition, const strided_t *yes, const strided_t *no) {
    static const uint8_t sizes[] = { 1, sizeof(int32_t), sizeof(uint32_t), sizeof(float), sizeof(double), 2 * sizeof(double) };
    kind_t kind = higher(kind_of_dtype(out->dtype), kind_of_both(yes->dtype, no->dtype));
    kind_t condition_kind = kind_of_dtype(condition->dtype);
    size_t size = sizes[kind];
    strided_loop_t loop;
    if (!strided_loop_start(&loop, 4, (const strided_t *const[]) { out, condition, yes, no })) {
        return;
    }
    block_t chosen, other, truth;
    do {
        for (size_t done = 0; done < loop.run;) {
            size_t n = loop.run - done < BLOCK_ITEMS ? loop.run - done : BLOCK_ITEMS;
            uint8_t *data[STRIDED_LOOP_ARRAYS];
            for (size_t i = 0; i < STRIDED_LOOP_ARRAYS; i++) {
                data[i] = loop.data[i] + (ptrdiff_t)done * loop.step[i];
            }
            uint8_t flags[BLOCK_ITEMS];
            block_load(&truth, condition_kind, condition->dtype, data[1], loop.step[1], n);
            block_store(&truth, condition_kind, NDARRAY_BOOL, flags, 1, n);
            block_load(&chosen, kind, yes->dtype, data[2], loop.step[2], n);
            block_load(&other, kind, no->dtype, data[3], loop.step[3], n);
            for (size_t i = 0; i < n; i++) {
                if (!flags[i]) {
                    memcpy(chosen.u8 + i * size, other.u8 + i * size, size);
                }
            }
            block_store(&chosen, kind, out->dtype, data[0], loop.step[0], n);
            done += n;
        }
    } while (strided_loop_next(&loop));
}
