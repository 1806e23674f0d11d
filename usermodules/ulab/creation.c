// Functions of ulab.numpy that make arrays.

#include <math.h>
#include <string.h>

#include "py/runtime.h"

#include "array.h"
#include "convert.h"
#include "numpy.h"

// (object, dtype=float)
static void parse_with_dtype(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args, mp_arg_val_t *args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_dtype, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(NDARRAY_FLOAT64) } },
    };
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
}

static mp_obj_t convert(mp_obj_t object, ndarray_dtype_t dtype) {
    if (!ndarray_check(object)) {
        return MP_OBJ_FROM_PTR(ndarray_from_sequence(object, dtype));
    }
    strided_t from = ndarray_strided(ndarray_from_obj(object));
    if (from.dtype == NDARRAY_COMPLEX && dtype != NDARRAY_COMPLEX && dtype != NDARRAY_BOOL) {
        mp_raise_TypeError(MP_ERROR_TEXT("cannot convert complex type"));
    }
    return MP_OBJ_FROM_PTR(ndarray_new_copy(&from, dtype));
}

static mp_obj_t numpy_array(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    mp_arg_val_t args[2];
    parse_with_dtype(n_args, pos_args, kw_args, args);
    return convert(args[0].u_obj, dtype_from_obj(args[1].u_obj));
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_array_obj, 1, numpy_array);

// An array over the memory of a buffer, which it keeps alive.
static mp_obj_t view_of_buffer(mp_obj_t exporter, const strided_t *view) {
    ndarray_obj_t *array = ndarray_new_view(view->dtype, view->ndim, view->shape, view->strides, view->data, exporter);
    if (!ndarray_check(exporter)) {
        mp_buffer_info_t buffer;
        bool writable = mp_get_buffer(exporter, &buffer, MP_BUFFER_WRITE);
        array->flags = NDARRAY_BORROWED | (writable ? 0 : NDARRAY_READ_ONLY);
    }
    return MP_OBJ_FROM_PTR(array);
}

static uint8_t *buffer_at(const mp_buffer_info_t *buffer, mp_int_t offset) {
    if (offset < 0 || (size_t)offset > buffer->len) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("offset %d is outside of a buffer of " UINT_FMT " bytes"),
            (int)offset, (mp_uint_t)buffer->len);
    }
    return (uint8_t *)buffer->buf + offset;
}

// Whether all items lie between two places.
static bool lies_within(const strided_t *view, const uint8_t *low, const uint8_t *high) {
    ptrdiff_t before = view->data - low;
    ptrdiff_t after = high - view->data - (ptrdiff_t)ndarray_dtype_itemsize(view->dtype);
    for (size_t axis = 0; axis < view->ndim; axis++) {
        ptrdiff_t span;
        if (view->shape[axis] == 0) {
            return true;
        }
        if (view->shape[axis] > PTRDIFF_MAX
            || __builtin_mul_overflow((ptrdiff_t)view->shape[axis] - 1, view->strides[axis], &span)
            || (span < 0 ? __builtin_add_overflow(before, span, &before) : __builtin_sub_overflow(after, span, &after))) {
            return false;
        }
    }
    return before >= 0 && after >= 0;
}

// NumPy's constructor for views of a buffer, (shape, dtype=float, buffer=, offset=0, strides=None).
static mp_obj_t ndarray_over_buffer(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { SHAPE, DTYPE, BUFFER, OFFSET, STRIDES };
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_shape, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_dtype, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(NDARRAY_FLOAT64) } },
        { MP_QSTR_buffer, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_offset, MP_ARG_INT, { .u_int = 0 } },
        { MP_QSTR_strides, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    strided_t view = { .dtype = dtype_from_obj(args[DTYPE].u_obj) };
    view.ndim = shape_from_obj(args[SHAPE].u_obj, view.shape, NULL);
    strided_set_dense(&view);
    if (args[STRIDES].u_obj != mp_const_none) {
        mp_obj_t *strides;
        mp_obj_get_array_fixed_n(args[STRIDES].u_obj, view.ndim, &strides);
        for (size_t axis = 0; axis < view.ndim; axis++) {
            view.strides[axis] = mp_obj_get_int(strides[axis]);
        }
    }
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(args[BUFFER].u_obj, &buffer, MP_BUFFER_READ);
    view.data = buffer_at(&buffer, args[OFFSET].u_int);
    if (!lies_within(&view, buffer.buf, (uint8_t *)buffer.buf + buffer.len)) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("shape and strides reach beyond a buffer of " UINT_FMT " bytes"), (mp_uint_t)buffer.len);
    }
    return view_of_buffer(args[BUFFER].u_obj, &view);
}

mp_obj_t ndarray_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)type;
    mp_map_t kw_args;
    mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
    bool over_buffer = n_args > 2 || mp_map_lookup(&kw_args, MP_OBJ_NEW_QSTR(MP_QSTR_buffer), MP_MAP_LOOKUP) != NULL;
    return (over_buffer ? ndarray_over_buffer : numpy_array)(n_args, args, &kw_args);
}

static mp_obj_t numpy_asarray(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_dtype, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    mp_obj_t object = args[0].u_obj;
    bool is_array = ndarray_check(object);
    ndarray_dtype_t dtype = is_array ? ndarray_from_obj(object)->view->dtype : NDARRAY_FLOAT64;
    if (args[1].u_obj != mp_const_none) {
        ndarray_dtype_t wanted = dtype_from_obj(args[1].u_obj);
        is_array = is_array && wanted == dtype;
        dtype = wanted;
    }
    if (is_array || mp_obj_is_integer(object) || mp_obj_is_float(object) || mp_obj_is_type(object, &mp_type_complex)) {
        return object;
    }
    return convert(object, dtype);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_asarray_obj, 1, numpy_asarray);

static mp_obj_t numpy_zeros(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    mp_arg_val_t args[2];
    parse_with_dtype(n_args, pos_args, kw_args, args);
    size_t shape[NDARRAY_MAX_DIMS];
    size_t ndim = shape_from_obj(args[0].u_obj, shape, NULL);
    return MP_OBJ_FROM_PTR(ndarray_new_zeroed(dtype_from_obj(args[1].u_obj), ndim, shape));
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_zeros_obj, 1, numpy_zeros);

static mp_obj_t filled(mp_obj_t sizes, mp_obj_t value, mp_obj_t dtype_in) {
    ndarray_dtype_t dtype = dtype_from_obj(dtype_in);
    size_t shape[NDARRAY_MAX_DIMS];
    size_t ndim = shape_from_obj(sizes, shape, NULL);
    uint8_t item[ITEM_BYTES];
    item_set(dtype, item, value);
    strided_t from = { .data = item, .dtype = dtype, .ndim = 0 };
    strided_broadcast_to(&from, ndim, shape);
    return MP_OBJ_FROM_PTR(ndarray_new_copy(&from, dtype));
}

static mp_obj_t numpy_ones(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    mp_arg_val_t args[2];
    parse_with_dtype(n_args, pos_args, kw_args, args);
    return filled(args[0].u_obj, MP_OBJ_NEW_SMALL_INT(1), args[1].u_obj);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_ones_obj, 1, numpy_ones);

static mp_obj_t numpy_full(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_dtype, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(NDARRAY_FLOAT64) } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    return filled(args[0].u_obj, args[1].u_obj, args[2].u_obj);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_full_obj, 2, numpy_full);

static mp_obj_t numpy_eye(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_INT, { .u_int = 0 } },
        { MP_QSTR_M, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_k, MP_ARG_KW_ONLY | MP_ARG_INT, { .u_int = 0 } },
        { MP_QSTR_dtype, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(NDARRAY_FLOAT64) } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    mp_obj_t sizes[2] = { mp_obj_new_int(args[0].u_int), args[1].u_obj };
    if (sizes[1] == mp_const_none) {
        sizes[1] = sizes[0];
    }
    size_t shape[NDARRAY_MAX_DIMS];
    shape_from_obj(mp_obj_new_tuple(2, sizes), shape, NULL);
    ndarray_dtype_t dtype = dtype_from_obj(args[3].u_obj);
    ndarray_obj_t *array = ndarray_new_zeroed(dtype, 2, shape);
    mp_int_t k = args[2].u_int;
    for (size_t row = k < 0 ? 0 - (size_t)k : 0; row < shape[0]; row++) {
        size_t column = row + (size_t)k;
        if (column >= shape[1]) {
            break;
        }
        size_t place = (row * shape[1] + column) * ndarray_dtype_itemsize(dtype);
        item_set(dtype, array->view->data + place, MP_OBJ_NEW_SMALL_INT(1));
    }
    return MP_OBJ_FROM_PTR(array);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_eye_obj, 1, numpy_eye);

// start + i * step, with all of the conversions of an assignment.
static void fill_sequence(ndarray_obj_t *array, double start, double step, bool truncate) {
    for (size_t done = 0; done < ndarray_len(array);) {
        block_t block;
        size_t n = MIN(ndarray_len(array) - done, BLOCK_ITEMS);
        for (size_t i = 0; i < n; i++) {
            double value = start + (double)(done + i) * step;
            block.f64[i] = truncate ? trunc(value) : value;
        }
        size_t itemsize = ndarray_dtype_itemsize(array->view->dtype);
        uint8_t *data = array->view->data + done * itemsize;
        block_store(&block, KIND_F64, array->view->dtype, data, (ptrdiff_t)itemsize, n);
        done += n;
    }
}

static mp_obj_t numpy_arange(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(1) } },
        { MP_QSTR_dtype, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    if (n_args == 1) {
        args[1].u_obj = args[0].u_obj;
        args[0].u_obj = MP_OBJ_NEW_SMALL_INT(0);
    }
    double bounds[3];
    bool integers = true;
    for (size_t i = 0; i < 3; i++) {
        bounds[i] = mp_obj_get_float(args[i].u_obj);
        integers = integers && mp_obj_is_integer(args[i].u_obj) && fabs(bounds[i]) <= 32768.0;
    }
    if (bounds[2] == 0.0) {
        mp_raise_msg(&mp_type_ZeroDivisionError, MP_ERROR_TEXT("divide by zero"));
    }
    double count = ceil((bounds[1] - bounds[0]) / bounds[2]);
    if (!(fabs(count) < 0x1p62)) {
        mp_raise_ValueError(MP_ERROR_TEXT("arange: cannot compute length"));
    }
    size_t len = count > 0.0 ? (size_t)MIN(count, (double)(PTRDIFF_MAX / 2)) : 0;
    ndarray_dtype_t dtype = integers ? NDARRAY_INT16 : NDARRAY_FLOAT64;
    if (args[3].u_obj != mp_const_none) {
        dtype = dtype_from_obj(args[3].u_obj);
    }
    ndarray_obj_t *array = ndarray_new(dtype, 1, &len);
    fill_sequence(array, bounds[0], bounds[2], false);
    return MP_OBJ_FROM_PTR(array);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_arange_obj, 1, numpy_arange);

static mp_obj_t numpy_linspace(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_num, MP_ARG_INT, { .u_int = 50 } },
        { MP_QSTR_endpoint, MP_ARG_KW_ONLY | MP_ARG_BOOL, { .u_bool = true } },
        { MP_QSTR_retstep, MP_ARG_KW_ONLY | MP_ARG_BOOL, { .u_bool = false } },
        { MP_QSTR_dtype, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(NDARRAY_FLOAT64) } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    double start = mp_obj_get_float(args[0].u_obj);
    double stop = mp_obj_get_float(args[1].u_obj);
    if (args[2].u_int < 2) {
        mp_raise_ValueError(MP_ERROR_TEXT("number of points must be at least 2"));
    }
    size_t len = (size_t)args[2].u_int;
    bool endpoint = args[3].u_bool;
    double step = (stop - start) / (double)(endpoint ? len - 1 : len);
    ndarray_dtype_t dtype = dtype_from_obj(args[5].u_obj);
    bool integer = kind_is_integer(kind_of_dtype(dtype));
    ndarray_obj_t *array = ndarray_new(dtype, 1, &len);
    fill_sequence(array, start, step, integer);
    if (endpoint) {
        // Rounding must not miss the end.
        block_t last = { .f64 = { integer ? trunc(stop) : stop } };
        block_store(&last, KIND_F64, dtype, array->view->data + (len - 1) * ndarray_dtype_itemsize(dtype), 0, 1);
    }
    if (!args[4].u_bool) {
        return MP_OBJ_FROM_PTR(array);
    }
    mp_obj_t both[2] = { MP_OBJ_FROM_PTR(array), mp_obj_new_float(step) };
    return mp_obj_new_tuple(2, both);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_linspace_obj, 2, numpy_linspace);

static mp_obj_t numpy_frombuffer(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_dtype, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(NDARRAY_FLOAT64) } },
        { MP_QSTR_count, MP_ARG_INT, { .u_int = -1 } },
        { MP_QSTR_offset, MP_ARG_INT, { .u_int = 0 } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    mp_obj_t exporter = args[0].u_obj;
    ndarray_dtype_t dtype = dtype_from_obj(args[1].u_obj);
    size_t itemsize = ndarray_dtype_itemsize(dtype);
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(exporter, &buffer, MP_BUFFER_READ);
    mp_int_t offset = args[3].u_int;
    mp_int_t count = args[2].u_int;
    strided_t view = { .data = buffer_at(&buffer, offset), .dtype = dtype, .ndim = 1 };
    size_t room = buffer.len - (size_t)offset;
    if (count < 0 && room % itemsize != 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("buffer size must be a multiple of element size"));
    }
    if (count >= 0 && (size_t)count > room / itemsize) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("buffer holds " UINT_FMT " items, not " UINT_FMT),
            (mp_uint_t)(room / itemsize), (mp_uint_t)count);
    }
    view.shape[0] = count < 0 ? room / itemsize : (size_t)count;
    view.strides[0] = (ptrdiff_t)itemsize;
    return view_of_buffer(exporter, &view);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_frombuffer_obj, 1, numpy_frombuffer);
