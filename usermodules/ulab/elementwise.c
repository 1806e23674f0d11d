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

// One side of an operation in the current run.
typedef struct {
    ndarray_dtype_t dtype;
    kind_t kind;
    bool direct;          // the items can be used where they lie
    const uint8_t *data;
    ptrdiff_t step;
    block_t block;
} side_t;

static void side_start(side_t *side, const uint8_t *data, ptrdiff_t step, size_t run) {
    side->direct = block_is_direct(side->kind, side->dtype, data, step);
    side->data = data;
    side->step = step;
    if (step == 0) {
        // A scalar is loaded once for all blocks of the run.
        block_load(&side->block, side->kind, side->dtype, data, step, run < BLOCK_ITEMS ? run : BLOCK_ITEMS);
    }
}

static const void *side_values(side_t *side, size_t n) {
    const uint8_t *data = side->data;
    if (side->step == 0) {
        return &side->block;
    }
    side->data += (ptrdiff_t)n * side->step;
    if (side->direct && n % BLOCK_GROUP == 0) {
        return data;
    }
    block_load(&side->block, side->kind, side->dtype, data, side->step, n);
    return &side->block;
}

bool elementwise_binary(binary_t op, const strided_t *out, const strided_t *left, const strided_t *right) {
    kind_t kind;
    if (!find_kind(op, out, left, right, &kind)) {
        return false;
    }
    strided_loop_t loop;
    if (!strided_loop_start(&loop, 3, (const strided_t *const[]) { out, left, right })) {
        return true;
    }
    binary_kernel_t kernel;
    kind_t out_kind = op < BINARY_EQUAL ? kind : KIND_U8;
    block_t out_block;
    side_t a, b;
    a.kind = b.kind = kind;
    a.dtype = left->dtype;
    b.dtype = right->dtype;
    do {
        size_t run = loop.run;
        uint8_t *out_data = loop.data[0];
        ptrdiff_t out_step = loop.step[0];
        bool out_direct = block_is_direct(out_kind, out->dtype, out_data, out_step);
        side_start(&a, loop.data[1], loop.step[1], run);
        side_start(&b, loop.data[2], loop.step[2], run);
        bool squares = op == BINARY_POWER && kind == KIND_F64 && b.step == 0 && b.block.f64[0] == 2.0;
        kernel = binary_kernels[squares ? BINARY_MULTIPLY : op][kind];
        size_t most = out_direct && a.direct && b.direct ? run - run % BLOCK_GROUP : BLOCK_ITEMS;
        while (run > 0) {
            size_t n = run < most || most == 0 ? run : most;
            const void *x = side_values(&a, n);
            const void *y = squares ? x : side_values(&b, n);
            if (out_direct && n % BLOCK_GROUP == 0) {
                kernel(out_data, x, y, n);
            } else {
                kernel(&out_block, x, y, whole_groups(n));
                block_store(&out_block, out_kind, out->dtype, out_data, out_step, n);
            }
            out_data += (ptrdiff_t)n * out_step;
            run -= n;
        }
    } while (strided_loop_next(&loop));
    return true;
}

void elementwise_apply(double (*function)(double), const strided_t *out, const strided_t *in) {
    strided_loop_t loop;
    if (!strided_loop_start(&loop, 2, (const strided_t *const[]) { out, in })) {
        return;
    }
    block_t block;
    do {
        for (size_t done = 0; done < loop.run;) {
            size_t n = loop.run - done < BLOCK_ITEMS ? loop.run - done : BLOCK_ITEMS;
            block_load(&block, KIND_F64, in->dtype, loop.data[1] + (ptrdiff_t)done * loop.step[1], loop.step[1], n);
            for (size_t i = 0; i < n; i++) {
                block.f64[i] = function(block.f64[i]);
            }
            block_store(&block, KIND_F64, out->dtype, loop.data[0] + (ptrdiff_t)done * loop.step[0], loop.step[0], n);
            done += n;
        }
    } while (strided_loop_next(&loop));
}

// The items of a dtype of that size are chosen without a look at them.
typedef void (*selection_t)(void *out, const uint8_t *flags, const void *yes, const void *no, size_t n);

#define SELECTION(name, type) \
    static void name(void *out, const uint8_t *flags, const void *yes, const void *no, size_t n) { \
        type *to = out; \
        const type *a = yes, *b = no; \
        n -= n % BLOCK_GROUP; \
        _Pragma("GCC ivdep") \
        for (size_t i = 0; i < n; i++) { \
            type x = a[i], y = b[i]; \
            to[i] = flags[i] ? x : y; \
        } \
    }

SELECTION(select_8, uint8_t)
SELECTION(select_32, uint32_t)
SELECTION(select_64, double)

static void select_128(void *out, const uint8_t *flags, const void *yes, const void *no, size_t n) {
    uint64_t *to = out;
    const uint64_t *a = yes, *b = no;
    for (size_t i = 0; i < 2 * n; i++) {
        to[i] = flags[i / 2] ? a[i] : b[i];
    }
}

void elementwise_select(const strided_t *out, const strided_t *condition, const strided_t *yes, const strided_t *no) {
    kind_t kind = higher(kind_of_dtype(out->dtype), kind_of_both(yes->dtype, no->dtype));
    kind_t condition_kind = kind_of_dtype(condition->dtype);
    size_t size = kind_size(kind);
    selection_t select = size == 1 ? select_8 : size == 4 ? select_32 : size == 8 ? select_64 : select_128;
    strided_loop_t loop;
    if (!strided_loop_start(&loop, 4, (const strided_t *const[]) { out, condition, yes, no })) {
        return;
    }
    side_t truth, a, b;
    truth.kind = condition_kind;
    truth.dtype = condition->dtype;
    a.kind = b.kind = kind;
    a.dtype = yes->dtype;
    b.dtype = no->dtype;
    block_t chosen;
    do {
        uint8_t *out_data = loop.data[0];
        ptrdiff_t out_step = loop.step[0];
        bool out_direct = block_is_direct(kind, out->dtype, out_data, out_step);
        side_start(&truth, loop.data[1], loop.step[1], loop.run);
        side_start(&a, loop.data[2], loop.step[2], loop.run);
        side_start(&b, loop.data[3], loop.step[3], loop.run);
        for (size_t run = loop.run; run > 0;) {
            size_t n = run < BLOCK_ITEMS ? run : BLOCK_ITEMS;
            const uint8_t *flags = side_values(&truth, n);
            const void *x = side_values(&a, n);
            const void *y = side_values(&b, n);
            uint8_t room[BLOCK_ITEMS];
            if (condition_kind != KIND_U8) {
                block_store(flags, condition_kind, NDARRAY_BOOL, room, 1, n);
                flags = room;
            }
            if (out_direct && n % BLOCK_GROUP == 0) {
                select(out_data, flags, x, y, n);
            } else {
                select(&chosen, flags, x, y, whole_groups(n));
                block_store(&chosen, kind, out->dtype, out_data, out_step, n);
            }
            out_data += (ptrdiff_t)n * out_step;
            run -= n;
        }
    } while (strided_loop_next(&loop));
}
