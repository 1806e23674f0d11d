#include <math.h>
#include <string.h>

#include "convert.h"
#include "vector.h"

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

size_t kind_size(kind_t kind) {
    static const uint8_t sizes[] = { 1, sizeof(int32_t), sizeof(uint32_t), sizeof(float), sizeof(double),
                                     2 * sizeof(double) };
    return sizes[kind];
}

static bool is_aligned(const uint8_t *data, size_t itemsize) {
    size_t alignment = itemsize < sizeof(double) ? itemsize : sizeof(double);
    return ((uintptr_t)data & (alignment - 1)) == 0;
}

bool block_is_direct(kind_t kind, ndarray_dtype_t dtype, const uint8_t *data, ptrdiff_t step) {
    size_t itemsize = ndarray_dtype_itemsize(dtype);
    return step == (ptrdiff_t)itemsize && kind_of_dtype(dtype) == kind && itemsize == kind_size(kind)
           && is_aligned(data, itemsize);
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

static int32_t round_to_int(double value) {
    if (!(value > -9223372036854775807.0 && value < 9223372036854775807.0)) {
        return 0;
    }
    int64_t whole = (int64_t)value;
    double fraction = value - (double)whole;
    return (int32_t)(uint32_t)(uint64_t)(whole + (fraction >= 0.5) - (fraction <= -0.5));
}

// Whole groups of values to those of another kind.
typedef void (*conversion_t)(void *out, const void *in, size_t n);

#define CONVERSION(name, from, to, expression) \
    static void name(void *out, const void *in, size_t n) { \
        to *restrict target = out; \
        const from *restrict source = in; \
        n -= n % BLOCK_GROUP; \
        for (size_t i = 0; i < n; i++) { \
            from x = source[i]; \
            target[i] = expression; \
        } \
    }

CONVERSION(i32_from_u8, uint8_t, int32_t, x)
CONVERSION(i32_from_i8, int8_t, int32_t, x)
CONVERSION(i32_from_u16, uint16_t, int32_t, x)
CONVERSION(i32_from_i16, int16_t, int32_t, x)
CONVERSION(f32_from_i32, int32_t, float, (float)x)
CONVERSION(f32_from_u32, uint32_t, float, (float)x)
CONVERSION(f64_from_i32, int32_t, double, x)
CONVERSION(f64_from_u32, uint32_t, double, x)
CONVERSION(f64_from_f32, float, double, (double)x)
CONVERSION(f32_from_f64, double, float, (float)x)
CONVERSION(u8_from_i32, int32_t, uint8_t, (uint8_t)x)
CONVERSION(u16_from_i32, int32_t, uint16_t, (uint16_t)x)
CONVERSION(truth_of_u8, uint8_t, uint8_t, x != 0)
CONVERSION(truth_of_i32, int32_t, uint8_t, x != 0)
CONVERSION(truth_of_f32, float, uint8_t, x != 0.0f)
CONVERSION(truth_of_f64, double, uint8_t, x != 0.0)

// Rounds half away from zero: what is added is just below a half, which makes
// a whole of a half but nothing of what is below. Values that no lane holds make
// the whole run slow.
static void round_slowly(int32_t *out, const void *in, kind_t kind, size_t n) {
    for (size_t i = 0; i < n; i++) {
        out[i] = round_to_int(kind == KIND_F32 ? (double)((const float *)in)[i] : ((const double *)in)[i]);
    }
}

static void i32_from_f32(void *out, const void *in, size_t n) {
    int32_t *target = out;
    const float *source = in;
    i32x4 fits = i32x4_splat(-1);
    for (size_t i = 0; i < n; i += 4) {
        f32x4 x = f32x4_read(&source);
        i32x4 sign = (i32x4)x & INT32_MIN;
        f32x4 half = (f32x4)((i32x4)f32x4_splat(0x1.fffffep-2f) | sign);
        fits &= f32x4_less((f32x4)((i32x4)x ^ sign), f32x4_splat(0x1p31f));
        i32x4_store(target + i, i32x4_from_f32x4(f32x4_add(x, half)));
    }
    if ((fits[0] & fits[1] & fits[2] & fits[3]) == 0) {
        round_slowly(out, in, KIND_F32, n);
    }
}

static void i32_from_f64(void *out, const void *in, size_t n) {
    int32_t *restrict target = out;
    const double *restrict source = in;
    int32_t beyond = 0;
    n -= n % BLOCK_GROUP;
    for (size_t i = 0; i < n; i++) {
        bool fits = fabs(source[i]) < 2147483647.0;
        double x = fits ? source[i] : 0.0;
        beyond |= !fits;
        target[i] = (int32_t)(x + copysign(0x1.fffffffffffffp-2, x));
    }
    if (beyond) {
        round_slowly(out, in, KIND_F64, n);
    }
}

static void complex_from_f64(void *out, const void *in, size_t n) {
    double *restrict target = out;
    const double *restrict source = in;
    for (size_t i = 0; i < n; i++) {
        target[2 * i] = source[i];
        target[2 * i + 1] = 0.0;
    }
}

static void f64_from_complex(void *out, const void *in, size_t n) {
    double *restrict target = out;
    const double *restrict source = in;
    for (size_t i = 0; i < n; i++) {
        target[i] = source[2 * i];
    }
}

static void truth_of_complex(void *out, const void *in, size_t n) {
    uint8_t *restrict target = out;
    const double *restrict source = in;
    for (size_t i = 0; i < n; i++) {
        target[i] = source[2 * i] != 0.0 || source[2 * i + 1] != 0.0;
    }
}

// Those that are missing go through float64; integers of 32 bits are the same bits.
static const conversion_t conversions[][KIND_COMPLEX + 1] = {
    [KIND_U8] = { [KIND_I32] = i32_from_u8, [KIND_U32] = i32_from_u8 },
    [KIND_I32] = { [KIND_F32] = f32_from_i32, [KIND_F64] = f64_from_i32 },
    [KIND_U32] = { [KIND_F32] = f32_from_u32, [KIND_F64] = f64_from_u32 },
    [KIND_F32] = { [KIND_I32] = i32_from_f32, [KIND_U32] = i32_from_f32, [KIND_F64] = f64_from_f32 },
    [KIND_F64] = { [KIND_I32] = i32_from_f64, [KIND_U32] = i32_from_f64, [KIND_F32] = f32_from_f64,
                   [KIND_COMPLEX] = complex_from_f64 },
    [KIND_COMPLEX] = { [KIND_F64] = f64_from_complex },
};

static bool same_bits(kind_t a, kind_t b) {
    return a == b || (a == KIND_I32 && b == KIND_U32) || (a == KIND_U32 && b == KIND_I32);
}

// At most a block; `room` is for what lies between.
static void convert(void *out, kind_t to, const void *in, kind_t from, block_t *room, size_t n) {
    if (from == KIND_U8 && to > KIND_U32) {
        i32_from_u8(room + 1, in, n);
        in = room + 1;
        from = KIND_I32;
    }
    if (conversions[from][to] == NULL) {
        conversions[from][KIND_F64](room, in, n);
        in = room;
        from = KIND_F64;
    }
    conversions[from][to](out, in, n);
}

// The values of small integers as they are loaded.
static conversion_t widening(ndarray_dtype_t dtype) {
    switch (dtype) {
        case NDARRAY_INT8:
            return i32_from_i8;
        case NDARRAY_UINT16:
            return i32_from_u16;
        case NDARRAY_INT16:
            return i32_from_i16;
        default:
            return NULL;
    }
}

void block_load(block_t *block, kind_t kind, ndarray_dtype_t dtype, const uint8_t *data, ptrdiff_t step, size_t n) {
    kind_t natural = kind_of_dtype(dtype);
    size_t itemsize = ndarray_dtype_itemsize(dtype);
    conversion_t widen = widening(dtype);
    if (widen == NULL && same_bits(natural, kind)) {
        copy_items(block->u8, (ptrdiff_t)itemsize, data, step, itemsize, n);
        return;
    }
    block_t items, room[2];
    const void *source = data;
    size_t whole = whole_groups(n);
    if (step != (ptrdiff_t)itemsize || whole != n || !is_aligned(data, itemsize)) {
        copy_items(items.u8, (ptrdiff_t)itemsize, data, step, itemsize, n);
        source = &items;
    }
    if (widen != NULL) {
        bool done = same_bits(kind, KIND_I32);
        block_t *values = done ? block : &room[1];
        widen(values, source, whole);
        if (done) {
            return;
        }
        source = values;
    }
    convert(block, kind, source, natural, room, whole);
}

void block_store(const void *values, kind_t kind, ndarray_dtype_t dtype, uint8_t *data, ptrdiff_t step, size_t n) {
    static const conversion_t truth[] = {
        truth_of_u8, truth_of_i32, truth_of_i32, truth_of_f32, truth_of_f64, truth_of_complex,
    };
    kind_t natural = kind_of_dtype(dtype);
    size_t itemsize = ndarray_dtype_itemsize(dtype);
    size_t whole = whole_groups(n);
    // The last conversion writes the items where they belong, if it can.
    block_t items, integers, room[2];
    bool direct = step == (ptrdiff_t)itemsize && whole == n && is_aligned(data, itemsize);
    void *target = direct ? (void *)data : &items;
    if (dtype == NDARRAY_BOOL) {
        truth[kind](target, values, whole);
    } else if (itemsize < sizeof(int32_t) && itemsize != kind_size(kind)) {
        if (!same_bits(kind, KIND_I32)) {
            convert(&integers, KIND_I32, values, kind, room, whole);
            values = &integers;
        }
        (itemsize == 1 ? u8_from_i32 : u16_from_i32)(target, values, whole);
    } else if (itemsize >= sizeof(int32_t) && !same_bits(kind, natural)) {
        convert(target, natural, values, kind, room, whole);
    } else {
        copy_items(data, step, values, (ptrdiff_t)itemsize, itemsize, n);
        return;
    }
    if (!direct) {
        copy_items(data, step, items.u8, (ptrdiff_t)itemsize, itemsize, n);
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
        bool direct = block_is_direct(kind, from->dtype, source, loop.step[1]);
        for (size_t left = loop.run; left > 0;) {
            size_t n = left < BLOCK_ITEMS ? left : BLOCK_ITEMS;
            const void *values = source;
            if (!direct || n % BLOCK_GROUP != 0) {
                block_load(&block, kind, from->dtype, source, loop.step[1], n);
                values = &block;
            }
            block_store(values, kind, to->dtype, target, loop.step[0], n);
            target += (ptrdiff_t)n * loop.step[0];
            source += (ptrdiff_t)n * loop.step[1];
            left -= n;
        }
    } while (strided_loop_next(&loop));
}
