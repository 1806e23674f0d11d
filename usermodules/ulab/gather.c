#include <string.h>

#include "convert.h"
#include "gather.h"

size_t flags_count(const strided_t *flags) {
    size_t count = 0;
    strided_loop_t loop;
    if (strided_loop_start(&loop, 1, (const strided_t *const[]) { flags })) {
        do {
            const uint8_t *flag = loop.data[0];
            size_t left = loop.run;
            if (loop.step[0] == 1) {
                for (; left >= sizeof(uint32_t); left -= sizeof(uint32_t), flag += sizeof(uint32_t)) {
                    uint32_t four;
                    memcpy(&four, flag, sizeof(four));
                    // The high bit of each byte that is not zero; the product adds the four up.
                    four = (((four & 0x7f7f7f7f) + 0x7f7f7f7f) | four) & 0x80808080;
                    count += ((four >> 7) * 0x01010101) >> 24;
                }
            }
            for (; left > 0; left--, flag += loop.step[0]) {
                count += *flag != 0;
            }
        } while (strided_loop_next(&loop));
    }
    return count;
}

void offsets_of_flags(ptrdiff_t *offsets, const strided_t *flags, const strided_t *array) {
    strided_loop_t loop;
    if (!strided_loop_start(&loop, 2, (const strided_t *const[]) { flags, array })) {
        return;
    }
    do {
        const uint8_t *flag = loop.data[0];
        ptrdiff_t place = loop.data[1] - array->data;
        for (size_t left = loop.run; left > 0;) {
            // Most masks are mostly false.
            uint32_t four;
            size_t n = 1;
            if (loop.step[0] == 1 && left >= sizeof(four)) {
                n = sizeof(four);
                memcpy(&four, flag, sizeof(four));
                if (four == 0) {
                    flag += sizeof(four);
                    place += (ptrdiff_t)sizeof(four) * loop.step[1];
                    left -= sizeof(four);
                    continue;
                }
            }
            left -= n;
            for (; n > 0; n--, flag += loop.step[0], place += loop.step[1]) {
                if (*flag != 0) {
                    *offsets++ = place;
                }
            }
        }
    } while (strided_loop_next(&loop));
}

bool offsets_of_integers(ptrdiff_t *offsets, const strided_t *integers, size_t size, ptrdiff_t stride,
    int32_t *wrong) {
    strided_loop_t loop;
    if (!strided_loop_start(&loop, 1, (const strided_t *const[]) { integers })) {
        return true;
    }
    // Integers that 32 bits do not hold come as floats, and are outside.
    bool wide = integers->dtype == NDARRAY_UINT32 || integers->dtype == NDARRAY_FLOAT64;
    do {
        const uint8_t *data = loop.data[0];
        for (size_t left = loop.run; left > 0;) {
            block_t block;
            size_t n = left < BLOCK_ITEMS ? left : BLOCK_ITEMS;
            block_load(&block, wide ? KIND_F64 : KIND_I32, integers->dtype, data, loop.step[0], n);
            for (size_t i = 0; i < n; i++) {
                int32_t index = block.i32[i];
                if (wide) {
                    double place = block.f64[i];
                    index = place >= 0x1p31 ? INT32_MAX : place < -0x1p31 ? INT32_MIN : (int32_t)place;
                }
                ptrdiff_t place = index < 0 ? index + (ptrdiff_t)size : index;
                if ((size_t)place >= size) {
                    *wrong = index;
                    return false;
                }
                *offsets++ = place * stride;
            }
            data += (ptrdiff_t)n * loop.step[0];
            left -= n;
        }
    } while (strided_loop_next(&loop));
    return true;
}

void offsets_add(const strided_t *sum, const strided_t *more) {
    strided_loop_t loop;
    if (strided_loop_start(&loop, 2, (const strided_t *const[]) { sum, more })) {
        do {
            ptrdiff_t *total = (void *)loop.data[0];
            const uint8_t *part = loop.data[1];
            for (size_t i = 0; i < loop.run; i++, part += loop.step[1]) {
                *total++ += *(const ptrdiff_t *)part;
            }
        } while (strided_loop_next(&loop));
    }
}

// One piece of memory at each of the offsets, which are in a run.
static void copy_pieces(uint8_t *first, const ptrdiff_t *offsets, uint8_t *other, ptrdiff_t step, size_t bytes,
    size_t n, bool write) {
    #define COPY_PIECES(size) \
    for (size_t i = 0; i < n; i++, other += step) { \
        memcpy(write ? first + offsets[i] : other, write ? other : first + offsets[i], size); \
    } \
    break
    switch (bytes) {
        case 1:
            COPY_PIECES(1);
        case 2:
            COPY_PIECES(2);
        case 4:
            COPY_PIECES(4);
        case 8:
            COPY_PIECES(8);
        default:
            COPY_PIECES(bytes);
    }
    #undef COPY_PIECES
}

static void copy(const strided_t *sub_in, const strided_t *other_in, size_t axis, const strided_t *offsets, bool write) {
    strided_t sub = *sub_in, other = *other_in, rows = *other_in;
    rows.ndim = offsets->ndim;
    memcpy(rows.shape, other.shape + axis, rows.ndim * sizeof(rows.shape[0]));
    memcpy(rows.strides, other.strides + axis, rows.ndim * sizeof(rows.strides[0]));
    other.ndim -= rows.ndim;
    for (size_t i = axis; i < other.ndim; i++) {
        other.shape[i] = other.shape[i + rows.ndim];
        other.strides[i] = other.strides[i + rows.ndim];
    }
    strided_loop_t loop;
    ptrdiff_t itemsize = (ptrdiff_t)ndarray_dtype_itemsize(sub.dtype);
    if (!strided_loop_start(&loop, 2, (const strided_t *const[]) { &sub, &other })) {
        return;
    }
    bool pieces = loop.outer == 0 && (loop.run == 1 || (loop.step[0] == itemsize && loop.step[1] == itemsize));
    size_t bytes = loop.run * (size_t)itemsize;
    if (!strided_loop_start(&loop, 2, (const strided_t *const[]) { offsets, &rows })) {
        return;
    }
    do {
        const ptrdiff_t *offset = (const void *)loop.data[0];
        if (pieces) {
            copy_pieces(sub_in->data, offset, loop.data[1], loop.step[1], bytes, loop.run, write);
            continue;
        }
        other.data = loop.data[1];
        for (size_t i = 0; i < loop.run; i++, other.data += loop.step[1]) {
            sub.data = sub_in->data + offset[i];
            strided_copy(write ? &sub : &other, write ? &other : &sub);
        }
    } while (strided_loop_next(&loop));
}

void offsets_read(const strided_t *sub, const strided_t *other, size_t axis, const strided_t *offsets) {
    copy(sub, other, axis, offsets, false);
}

void offsets_write(const strided_t *sub, const strided_t *other, size_t axis, const strided_t *offsets) {
    copy(sub, other, axis, offsets, true);
}
