#include <string.h>

#include "convert.h"

kind_t kind_of_dtype(ndarray_dtype_t dtype) {
    switch (dtype) {
        case NDARRAY_BOOL:
        case NDARRAY_UINT8:
            return KIND_U8;
        case NDARRAY_UINT32:
            return KIND_U32;
        case NDARRAY_FLOAT32:
            return KIND_F32;
        case NDARRAY_FLOAT64:
            return KIND_F64;
        case NDARRAY_COMPLEX:
            return KIND_COMPLEX;
        default:
            return KIND_I32;
    }
}

static bool is_signed(ndarray_dtype_t dtype) {
    return dtype == NDARRAY_INT8 || dtype == NDARRAY_INT16 || dtype == NDARRAY_INT32;
}

kind_t kind_of_both(ndarray_dtype_t a, ndarray_dtype_t b) {
    kind_t low = kind_of_dtype(a), high = kind_of_dtype(b);
    if (low > high) {
        kind_t kind = low;
        low = high;
        high = kind;
        ndarray_dtype_t dtype = a;
        a = b;
        b = dtype;
    }
    bool beyond = (high == KIND_U32 && is_signed(a))
        || (high == KIND_F32 && (a == NDARRAY_INT32 || a == NDARRAY_UINT32));
    return beyond ? KIND_F64 : high;
}

bool block_is_direct(kind_t kind, ndarray_dtype_t dtype, const uint8_t *data, ptrdiff_t step) {
    size_t itemsize = ndarray_dtype_itemsize(dtype);
    size_t alignment = itemsize < sizeof(double) ? itemsize : sizeof(double);
    return kind_of_dtype(dtype) == kind && (kind != KIND_I32 || itemsize == sizeof(int32_t))
           && step == (ptrdiff_t)itemsize && (uintptr_t)data % alignment == 0;
}

// Items of 1, 2, 4, 8 or 16 bytes, at any alignment.
static void copy_items(uint8_t *to, ptrdiff_t to_step, const uint8_t *from, ptrdiff_t from_step, size_t itemsize,
    size_t n) {
    if (to_step == (ptrdiff_t)itemsize && from_step == to_step) {
        memcpy(to, from, n * itemsize);
        return;
    }
    #define COPY_ITEMS(size) \
    case size: \
        for (; n > 0; n--, to += to_step, from += from_step) { \
            memcpy(to, from, size); \
        } \
        break
    switch (itemsize) {
        COPY_ITEMS(1);
        COPY_ITEMS(2);
        COPY_ITEMS(4);
        COPY_ITEMS(8);
        COPY_ITEMS(16);
    }
    #undef COPY_ITEMS
}

static int32_t round_large_to_int(double value) {
    if (!(value > -9223372036854775807.0 && value < 9223372036854775807.0)) {
        return 0;
    }
    int64_t whole = (int64_t)value;
    double fraction = value - (double)whole;
    return (int32_t)(uint32_t)(uint64_t)(whole + (fraction >= 0.5) - (fraction <= -0.5));
}

static inline int32_t round_to_int(double value) {
    if (!(value > -2147483647.0 && value < 2147483647.0)) {
        return round_large_to_int(value);
    }
    int32_t whole = (int32_t)value;
    double fraction = value - whole;
    return whole + (fraction >= 0.5) - (fraction <= -0.5);
}

// Wider values go in from the end, so that none is overwritten before it is read.
static void block_widen(block_t *block, kind_t from, kind_t to, size_t n) {
    if (from == KIND_U8 && to > KIND_U8) {
        for (size_t i = n; i-- > 0;) {
            block->i32[i] = block->u8[i];
        }
        from = KIND_I32;
    }
    if (from == KIND_I32 && to == KIND_F32) {
        for (size_t i = n; i-- > 0;) {
            block->f32[i] = (float)block->i32[i];
        }
        return;
    }
    if (from == KIND_U32 && to == KIND_F32) {
        for (size_t i = n; i-- > 0;) {
            block->f32[i] = (float)block->u32[i];
        }
        return;
    }
    if (from == KIND_I32 && to > KIND_F32) {
        for (size_t i = n; i-- > 0;) {
            block->f64[i] = block->i32[i];
        }
        from = KIND_F64;
    }
    if (from == KIND_U32 && to > KIND_F32) {
        for (size_t i = n; i-- > 0;) {
            block->f64[i] = block->u32[i];
        }
        from = KIND_F64;
    }
    if (from == KIND_F32 && to > KIND_F32) {
        for (size_t i = n; i-- > 0;) {
            block->f64[i] = (double)block->f32[i];
        }
        from = KIND_F64;
    }
    if (from == KIND_F64 && to == KIND_COMPLEX) {
        for (size_t i = n; i-- > 0;) {
            double real = block->f64[i];
            block->f64[2 * i] = real;
            block->f64[2 * i + 1] = 0.0;
        }
    }
}

static void block_narrow(block_t *block, kind_t from, kind_t to, size_t n) {
    if (from == KIND_COMPLEX && to < KIND_COMPLEX) {
        for (size_t i = 0; i < n; i++) {
            block->f64[i] = block->f64[2 * i];
        }
        from = KIND_F64;
    }
    if (from == KIND_F64 && to == KIND_F32) {
        for (size_t i = 0; i < n; i++) {
            block->f32[i] = (float)block->f64[i];
        }
        return;
    }
    if (from == KIND_F64 && to < KIND_F32) {
        for (size_t i = 0; i < n; i++) {
            block->i32[i] = round_to_int(block->f64[i]);
        }
    }
    if (from == KIND_F32 && to < KIND_F32) {
        for (size_t i = 0; i < n; i++) {
            block->i32[i] = round_to_int((double)block->f32[i]);
        }
    }
}

// Whether each value is not zero, as integers.
static void block_truth(block_t *block, kind_t kind, size_t n) {
    for (size_t i = 0; i < n; i++) {
        bool truth;
        switch (kind) {
            case KIND_U8:
                block->u8[i] = block->u8[i] != 0;
                continue;
            case KIND_I32:
            case KIND_U32:
                truth = block->i32[i] != 0;
                break;
            case KIND_F32:
                truth = block->f32[i] != 0.0f;
                break;
            case KIND_F64:
                truth = block->f64[i] != 0.0;
                break;
            default:
                truth = block->f64[2 * i] != 0.0 || block->f64[2 * i + 1] != 0.0;
                break;
        }
        block->i32[i] = truth;
    }
}

void block_load(block_t *block, kind_t kind, ndarray_dtype_t dtype, const uint8_t *data, ptrdiff_t step, size_t n) {
    kind_t natural = kind_of_dtype(dtype);
    #define LOAD_INTEGERS(code, type) \
    case code: \
        for (size_t i = 0; i < n; i++, data += step) { \
            type item; \
            memcpy(&item, data, sizeof(item)); \
            block->i32[i] = item; \
        } \
        natural = KIND_I32; \
        break
    switch (dtype) {
        LOAD_INTEGERS(NDARRAY_INT8, int8_t);
        LOAD_INTEGERS(NDARRAY_UINT16, uint16_t);
        LOAD_INTEGERS(NDARRAY_INT16, int16_t);
        default:
            if (natural == KIND_U8 && kind != KIND_U8) {
                for (size_t i = 0; i < n; i++, data += step) {
                    block->i32[i] = *data;
                }
                natural = KIND_I32;
            } else {
                size_t itemsize = ndarray_dtype_itemsize(dtype);
                copy_items(block->u8, (ptrdiff_t)itemsize, data, step, itemsize, n);
            }
            break;
    }
    #undef LOAD_INTEGERS
    block_widen(block, natural, kind, n);
}

void block_store(block_t *block, kind_t kind, ndarray_dtype_t dtype, uint8_t *data, ptrdiff_t step, size_t n) {
    kind_t natural = kind_of_dtype(dtype);
    if (dtype == NDARRAY_BOOL) {
        block_truth(block, kind, n);
        kind = kind == KIND_U8 ? KIND_U8 : KIND_I32;
    } else if (natural > kind) {
        block_widen(block, kind, natural, n);
        kind = natural;
    } else {
        block_narrow(block, kind, natural, n);
        kind = natural == KIND_U8 && kind != KIND_U8 ? KIND_I32 : natural;
    }
    if (!kind_is_integer(kind) || kind == KIND_U8 || ndarray_dtype_itemsize(dtype) == sizeof(int32_t)) {
        size_t itemsize = ndarray_dtype_itemsize(dtype);
        copy_items(data, step, block->u8, (ptrdiff_t)itemsize, itemsize, n);
    } else if (natural == KIND_U8 || dtype == NDARRAY_INT8) {
        for (size_t i = 0; i < n; i++, data += step) {
            *data = (uint8_t)block->i32[i];
        }
    } else {
        for (size_t i = 0; i < n; i++, data += step) {
            uint16_t item = (uint16_t)block->i32[i];
            memcpy(data, &item, sizeof(item));
        }
    }
}

void strided_copy(const strided_t *to, const strided_t *from) {
    strided_loop_t loop;
    if (!strided_loop_start(&loop, 2, (const strided_t *const[]) { to, from })) {
        return;
    }
    bool same = to->dtype == from->dtype || (to->dtype == NDARRAY_UINT8 && from->dtype == NDARRAY_BOOL);
    size_t itemsize = ndarray_dtype_itemsize(to->dtype);
    kind_t kind = kind_of_dtype(from->dtype);
    block_t block;
    do {
        if (same) {
            copy_items(loop.data[0], loop.step[0], loop.data[1], loop.step[1], itemsize, loop.run);
            continue;
        }
        uint8_t *target = loop.data[0];
        const uint8_t *source = loop.data[1];
        for (size_t left = loop.run; left > 0;) {
            size_t n = left < BLOCK_ITEMS ? left : BLOCK_ITEMS;
            block_load(&block, kind, from->dtype, source, loop.step[1], n);
            block_store(&block, kind, to->dtype, target, loop.step[0], n);
            target += (ptrdiff_t)n * loop.step[0];
            source += (ptrdiff_t)n * loop.step[1];
            left -= n;
        }
    } while (strided_loop_next(&loop));
}
