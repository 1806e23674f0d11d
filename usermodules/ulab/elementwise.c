#include <string.h>

#include "elementwise.h"

static kind_t higher(kind_t a, kind_t b) {
    return a > b ? a : b;
}

static bool wraps(binary_t op) {
    return op <= BINARY_MULTIPLY || (op >= BINARY_AND && op <= BINARY_XOR);
}

// The lowest kind that holds operands and result and has the operation.
static bool find_kind(binary_t op, ndarray_dtype_t out, const strided_t *left, const strided_t *right, kind_t *kind) {
    if (op >= BINARY_LOGICAL_AND) {
        *kind = KIND_U8;
        return true;
    }
    *kind = kind_of_both(left->dtype, right->dtype);
    if (op < BINARY_EQUAL) {
        *kind = higher(*kind, kind_of_dtype(out));
    }
    if (wraps(op) && kind_is_integer(kind_of_dtype(out)) && *kind == KIND_F64) {
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
    bool truth;           // only whether the values are not zero is of interest
    bool direct;          // the items can be used where they lie
    const uint8_t *data;
    ptrdiff_t step;
    block_t block;
    uint8_t flags[BLOCK_ITEMS];
} side_t;

static void side_init(side_t *side, ndarray_dtype_t dtype, kind_t kind, bool truth) {
    side->dtype = dtype;
    side->truth = truth && dtype != NDARRAY_BOOL;
    side->kind = side->truth ? kind_of_dtype(dtype) : kind;
}

static const void *side_flags(side_t *side, const void *values, size_t n) {
    if (!side->truth) {
        return values;
    }
    block_store(values, side->kind, NDARRAY_BOOL, side->flags, 1, n);
    return side->flags;
}

static void side_start(side_t *side, const uint8_t *data, ptrdiff_t step, size_t run) {
    side->direct = block_is_direct(side->kind, side->dtype, data, step);
    side->data = data;
    side->step = step;
    if (step == 0) {
        // A scalar is loaded once for all blocks of the run.
        size_t n = run < BLOCK_ITEMS ? run : BLOCK_ITEMS;
        block_load(&side->block, side->kind, side->dtype, data, step, n);
        side_flags(side, &side->block, n);
    }
}

static const void *side_values(side_t *side, size_t n) {
    const uint8_t *data = side->data;
    if (side->step == 0) {
        return side->truth ? (void *)side->flags : (void *)&side->block;
    }
    side->data += (ptrdiff_t)n * side->step;
    if (side->direct && n % BLOCK_GROUP == 0) {
        return side_flags(side, data, n);
    }
    block_load(&side->block, side->kind, side->dtype, data, side->step, n);
    return side_flags(side, &side->block, n);
}

static void store_as(block_t *block, kind_t kind, ndarray_dtype_t dtype, ndarray_dtype_t out, uint8_t *data,
    ptrdiff_t step, size_t n) {
    size_t itemsize = ndarray_dtype_itemsize(dtype);
    if (out != dtype && itemsize < kind_size(kind)) {
        // Cut to the dtype of the result before it becomes that of the output.
        block_t items;
        block_store(block, kind, dtype, items.u8, (ptrdiff_t)itemsize, n);
        block_load(block, kind, dtype, items.u8, (ptrdiff_t)itemsize, n);
    }
    block_store(block, kind, out, data, step, n);
}

bool elementwise_binary_as(binary_t op, ndarray_dtype_t dtype, const strided_t *out, const strided_t *left,
    const strided_t *right) {
    kind_t kind;
    if (!find_kind(op, dtype, left, right, &kind)) {
        return false;
    }
    strided_loop_t loop;
    if (!strided_loop_start(&loop, 3, (const strided_t *const[]) { out, left, right })) {
        return true;
    }
    bool logical = op >= BINARY_LOGICAL_AND;
    kind_t out_kind = op < BINARY_EQUAL ? kind : KIND_U8;
    block_t out_block;
    side_t a, b;
    side_init(&a, left->dtype, kind, logical);
    side_init(&b, right->dtype, kind, logical);
    do {
        size_t run = loop.run;
        uint8_t *out_data = loop.data[0];
        ptrdiff_t out_step = loop.step[0];
        bool out_direct = out->dtype == dtype && block_is_direct(out_kind, dtype, out_data, out_step);
        side_start(&a, loop.data[1], loop.step[1], run);
        side_start(&b, loop.data[2], loop.step[2], run);
        bool squares = op == BINARY_POWER && kind == KIND_F64 && b.step == 0 && b.block.f64[0] == 2.0;
        binary_kernel_t kernel = binary_kernels[squares ? BINARY_MULTIPLY : op][kind];
        bool direct = out_direct && a.direct && b.direct && !a.truth && !b.truth;
        size_t most = direct ? run - run % BLOCK_GROUP : BLOCK_ITEMS;
        while (run > 0) {
            size_t n = run < most || most == 0 ? run : most;
            const void *x = side_values(&a, n);
            const void *y = squares ? x : side_values(&b, n);
            if (out_direct && n % BLOCK_GROUP == 0) {
                kernel(out_data, x, y, n);
            } else {
                kernel(&out_block, x, y, whole_groups(n));
                store_as(&out_block, out_kind, dtype, out->dtype, out_data, out_step, n);
            }
            out_data += (ptrdiff_t)n * out_step;
            run -= n;
        }
    } while (strided_loop_next(&loop));
    return true;
}

bool elementwise_binary(binary_t op, const strided_t *out, const strided_t *left, const strided_t *right) {
    return elementwise_binary_as(op, out->dtype, out, left, right);
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
    size_t size = kind_size(kind);
    selection_t select = size == 1 ? select_8 : size == 4 ? select_32 : size == 8 ? select_64 : select_128;
    strided_loop_t loop;
    if (!strided_loop_start(&loop, 4, (const strided_t *const[]) { out, condition, yes, no })) {
        return;
    }
    side_t truth, a, b;
    side_init(&truth, condition->dtype, KIND_U8, condition->dtype != NDARRAY_UINT8);
    side_init(&a, yes->dtype, kind, false);
    side_init(&b, no->dtype, kind, false);
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
