// Functions of ulab.numpy that move items to other places.

#include <string.h>

#include "py/runtime.h"

#include "convert.h"
#include "numpy.h"
#include "operators.h"

// Part of an axis: `count` items from `start`.
static strided_t part(const strided_t *array, size_t axis, size_t start, size_t count) {
    strided_t view = *array;
    view.shape[axis] = count;
    if (count > 0) {
        view.data += (ptrdiff_t)start * view.strides[axis];
    }
    return view;
}

static mp_obj_t numpy_concatenate(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_axis, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(0) } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    if (!mp_obj_is_type(args[0].u_obj, &mp_type_tuple)) {
        mp_raise_TypeError(MP_ERROR_TEXT("first argument must be a tuple of ndarrays"));
    }
    size_t count;
    mp_obj_t *arrays;
    mp_obj_tuple_get(args[0].u_obj, &count, &arrays);
    if (count == 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("need at least one array to concatenate"));
    }
    strided_t whole = { .ndim = 0 };
    size_t axis = 0;
    for (size_t i = 0; i < count; i++) {
        if (!ndarray_check(arrays[i])) {
            mp_raise_ValueError(MP_ERROR_TEXT("only ndarrays can be concatenated"));
        }
        strided_t next = ndarray_strided(ndarray_from_obj(arrays[i]));
        if (i == 0) {
            whole = next;
            axis = axis_from_obj(args[1].u_obj, whole.ndim);
            continue;
        }
        bool compatible = next.ndim == whole.ndim && next.dtype == whole.dtype
            && !__builtin_add_overflow(whole.shape[axis], next.shape[axis], &whole.shape[axis]);
        for (size_t other = 0; compatible && other < whole.ndim; other++) {
            compatible = other == axis || next.shape[other] == whole.shape[other];
        }
        if (!compatible) {
            mp_raise_ValueError(MP_ERROR_TEXT("input arrays are not compatible"));
        }
    }
    ndarray_obj_t *result = ndarray_new_like(whole.dtype, &whole);
    strided_t out = ndarray_strided(result);
    size_t start = 0;
    for (size_t i = 0; i < count; i++) {
        strided_t from = ndarray_strided(MP_OBJ_TO_PTR(arrays[i]));
        strided_t to = part(&out, axis, start, from.shape[axis]);
        strided_copy(&to, &from);
        start += from.shape[axis];
    }
    return MP_OBJ_FROM_PTR(result);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_concatenate_obj, 1, numpy_concatenate);

static strided_t reversed(const strided_t *array, size_t axis) {
    strided_t view = *array;
    if (view.shape[axis] > 0) {
        view.data += (ptrdiff_t)(view.shape[axis] - 1) * view.strides[axis];
    }
    view.strides[axis] = -view.strides[axis];
    return view;
}

static mp_obj_t numpy_flip(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_axis, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    const ndarray_obj_t *array = ndarray_from_obj(args[0].u_obj);
    strided_t view = ndarray_strided(array);
    if (args[1].u_obj != mp_const_none) {
        view = reversed(&view, axis_from_obj(args[1].u_obj, view.ndim));
        return ndarray_new_view_of(array, &view);
    }
    for (size_t axis = 0; axis < view.ndim; axis++) {
        view = reversed(&view, axis);
    }
    ndarray_obj_t *flat = ndarray_new_copy(&view, view.dtype);
    ndarray_set_flat(flat);
    return MP_OBJ_FROM_PTR(flat);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_flip_obj, 1, numpy_flip);

// By `shift` places along an axis, out at one end and in at the other.
static void roll_axis(const strided_t *out, const strided_t *from, size_t axis, mp_int_t shift) {
    size_t size = from->shape[axis];
    if (size == 0) {
        return;
    }
    mp_int_t first = shift % (mp_int_t)size;
    size_t split = (size_t)(first < 0 ? first + (mp_int_t)size : first);
    strided_t front = part(out, axis, 0, split);
    strided_t tail = part(from, axis, size - split, split);
    strided_copy(&front, &tail);
    front = part(out, axis, split, size - split);
    tail = part(from, axis, 0, size - split);
    strided_copy(&front, &tail);
}

static mp_obj_t numpy_roll(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_INT, { .u_int = 0 } },
        { MP_QSTR_axis, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    strided_t from = ndarray_strided(ndarray_from_obj(args[0].u_obj));
    bool flat = args[2].u_obj == mp_const_none;
    size_t axis = flat ? 0 : axis_from_obj(args[2].u_obj, from.ndim);
    ndarray_obj_t *result = ndarray_new_like(from.dtype, &from);
    strided_t out = ndarray_strided(result);
    ndarray_obj_t *copy = NULL;
    if (flat) {
        copy = ndarray_new_copy(&from, from.dtype);
        ndarray_set_flat(copy);
        from = ndarray_strided(copy);
        out.ndim = 1;
        out.shape[0] = from.shape[0];
        out.strides[0] = from.strides[0];
    }
    roll_axis(&out, &from, axis, args[1].u_int);
    if (copy != NULL) {
        ndarray_discard(copy);
    }
    return MP_OBJ_FROM_PTR(result);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_roll_obj, 2, numpy_roll);

static mp_obj_t numpy_diff(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_n, MP_ARG_KW_ONLY | MP_ARG_INT, { .u_int = 1 } },
        { MP_QSTR_axis, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(-1) } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    strided_t from = ndarray_strided(ndarray_from_obj(args[0].u_obj));
    size_t axis = axis_from_obj(args[2].u_obj, from.ndim);
    size_t size = from.shape[axis];
    if (args[1].u_int < 0 || args[1].u_int > 9 || (size_t)args[1].u_int > size) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("differentiation order %d is not in 0 to 9 or exceeds the axis"),
            (int)args[1].u_int);
    }
    ndarray_obj_t *result = ndarray_new_copy(&from, from.dtype);
    for (mp_int_t order = 0; order < args[1].u_int; order++) {
        strided_t items = ndarray_strided(result);
        size_t less = items.shape[axis] - 1;
        strided_t lower = part(&items, axis, 0, less);
        strided_t upper = part(&items, axis, 1, less);
        ndarray_obj_t *next = ndarray_new_like(items.dtype, &lower);
        strided_t out = ndarray_strided(next);
        elementwise_binary(BINARY_SUBTRACT, &out, &upper, &lower);
        ndarray_discard(result);
        result = next;
    }
    return MP_OBJ_FROM_PTR(result);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_diff_obj, 1, numpy_diff);
