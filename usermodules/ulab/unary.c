#include <string.h>

#include "convert.h"
#include "unary.h"

#define GROUP_START(n) ((n) - (n) % KERNEL_GROUP)

// A kernel computes whole groups: the last one is filled up with zeros.
static void call_kernel(float_kernel_t kernel, block_t *block, size_t value_size, size_t n) {
    size_t padded = GROUP_START(n + KERNEL_GROUP - 1);
    memset(block->u8 + n * value_size, 0, (padded - n) * value_size);
    kernel(block, block, padded);
}

static void apply_real(const unary_t *function, block_t *block, size_t n) {
    if (function->f64 != NULL) {
        call_kernel(function->f64, block, sizeof(double), n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        block->f64[i] = function->real(block->f64[i]);
    }
}

void unary_apply(const unary_t *function, const strided_t *out, const strided_t *in) {
    if (in->dtype == NDARRAY_COMPLEX) {
        unary_apply_complex(function, out, in);
        return;
    }
    bool single = in->dtype == NDARRAY_FLOAT32 && function->f32 != NULL;
    kind_t kind = single ? KIND_F32 : KIND_F64;
    float_kernel_t kernel = single ? function->f32 : function->f64;
    kind_t out_kind = function->predicate ? KIND_U8 : kind;
    strided_loop_t loop;
    if (!strided_loop_start(&loop, 2, (const strided_t *const[]) { out, in })) {
        return;
    }
    block_t block;
    do {
        size_t done = 0;
        if (kernel != NULL && block_is_direct(kind, in->dtype, loop.data[1], loop.step[1])
            && (block_is_direct(out_kind, out->dtype, loop.data[0], loop.step[0])
                || (function->predicate && out->dtype == NDARRAY_BOOL && loop.step[0] == 1))) {
            done = GROUP_START(loop.run);
            kernel(loop.data[0], loop.data[1], done);
        }
        while (done < loop.run) {
            size_t n = loop.run - done < BLOCK_ITEMS ? loop.run - done : BLOCK_ITEMS;
            block_load(&block, kind, in->dtype, loop.data[1] + (ptrdiff_t)done * loop.step[1], loop.step[1], n);
            if (single) {
                call_kernel(kernel, &block, sizeof(float), n);
            } else {
                apply_real(function, &block, n);
            }
            block_store(&block, out_kind, out->dtype, loop.data[0] + (ptrdiff_t)done * loop.step[0], loop.step[0], n);
            done += n;
        }
    } while (strided_loop_next(&loop));
}

void unary_apply_complex(const unary_t *function, const strided_t *out, const strided_t *in) {
    strided_loop_t loop;
    if (!strided_loop_start(&loop, 2, (const strided_t *const[]) { out, in })) {
        return;
    }
    block_t block;
    do {
        for (size_t done = 0, n; done < loop.run; done += n) {
            n = loop.run - done < BLOCK_ITEMS ? loop.run - done : BLOCK_ITEMS;
            block_load(&block, KIND_COMPLEX, in->dtype, loop.data[1] + (ptrdiff_t)done * loop.step[1], loop.step[1], n);
            for (size_t i = 0; i < n; i++) {
                function->complex(block.f64 + 2 * i);
            }
            block_store(&block, KIND_COMPLEX, out->dtype, loop.data[0] + (ptrdiff_t)done * loop.step[0], loop.step[0],
                n);
        }
    } while (strided_loop_next(&loop));
}

double unary_of_number(const unary_t *function, double x) {
    if (function->f64 == NULL) {
        return function->real(x);
    }
    block_t block = { .f64 = { x } };
    apply_real(function, &block, 1);
    return function->predicate ? block.u8[0] : block.f64[0];
}
