// Functions of ulab.numpy that move items to other places.

#include <string.h>

#include "py/runtime.h"

#include "arguments.h"
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

// The shape and dtype that arrays have one after the other.
static strided_t joined(size_t count, const mp_obj_t *arrays, mp_obj_t axis_in, size_t *axis) {
    strided_t whole = { .ndim = 0 };
    for (size_t i = 0; i < count; i++) {
        if (!ndarray_check(arrays[i])) {
            mp_raise_ValueError(MP_ERROR_TEXT("only ndarrays can be concatenated"));
        }
        strided_t next = ndarray_strided(ndarray_from_obj(arrays[i]));
        if (i == 0) {
            whole = next;
            *axis = axis_from_obj(axis_in, whole.ndim);
            continue;
        }
        bool compatible = next.ndim == whole.ndim
            && !__builtin_add_overflow(whole.shape[*axis], next.shape[*axis], &whole.shape[*axis]);
        for (size_t other = 0; compatible && other < whole.ndim; other++) {
            compatible = other == *axis || next.shape[other] == whole.shape[other];
        }
        if (!compatible) {
            mp_raise_ValueError(MP_ERROR_TEXT("input arrays are not compatible"));
        }
        whole.dtype = promote(PROMOTE_COMMON, whole.dtype, next.dtype);
    }
    return whole;
}

static mp_obj_t join(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args, bool keep_bool) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_axis, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(0) } },
        { MP_QSTR_dtype, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_out, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    mp_obj_t list = args[0].u_obj;
    if (!mp_obj_is_type(list, &mp_type_tuple) && !mp_obj_is_type(list, &mp_type_list)) {
        mp_raise_TypeError(MP_ERROR_TEXT("first argument must be a tuple or list of ndarrays"));
    }
    size_t count;
    mp_obj_t *arrays;
    mp_obj_get_array(list, &count, &arrays);
    if (count == 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("need at least one array to concatenate"));
    }
    size_t axis;
    strided_t whole = joined(count, arrays, args[1].u_obj, &axis);
    ndarray_dtype_t dtype = whole.dtype == NDARRAY_BOOL && !keep_bool ? NDARRAY_UINT8 : whole.dtype;
    if (args[2].u_obj != mp_const_none) {
        dtype = dtype_from_obj(args[2].u_obj);
        check_cast(whole.dtype, dtype);
    }
    ndarray_obj_t *result = ndarray_new_like(dtype, &whole);
    strided_t out = ndarray_strided(result);
    size_t start = 0;
    for (size_t i = 0; i < count; i++) {
        strided_t from = ndarray_strided(MP_OBJ_TO_PTR(arrays[i]));
        strided_t to = part(&out, axis, start, from.shape[axis]);
        strided_copy(&to, &from);
        start += from.shape[axis];
    }
    return ndarray_result(result, args[3].u_obj);
}

static mp_obj_t numpy_concatenate(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    return join(n_args, pos_args, kw_args, false);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_concatenate_obj, 1, numpy_concatenate);

// The same, except that bool arrays stay bool: for the functions in Python.
static mp_obj_t numpy_join(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    return join(n_args, pos_args, kw_args, true);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_join_obj, 1, numpy_join);

static mp_obj_t numpy_broadcast_to(mp_obj_t array_in, mp_obj_t sizes) {
    const ndarray_obj_t *array = array_from_obj(array_in);
    strided_t view = ndarray_strided(array), target = view;
    target.ndim = shape_from_obj(sizes, target.shape, NULL);
    if (view.ndim > target.ndim || !strided_broadcast_to(&view, target.ndim, target.shape)) {
        raise_broadcast_error(&view, &target);
    }
    mp_obj_t result = ndarray_new_view_of(array, &view);
    // Its items share memory with each other.
    ((ndarray_obj_t *)MP_OBJ_TO_PTR(result))->flags |= NDARRAY_READ_ONLY;
    return result;
}
MP_DEFINE_CONST_FUN_OBJ_2(numpy_broadcast_to_obj, numpy_broadcast_to);

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
    unsigned int axes = axes_from_obj(args[1].u_obj, view.ndim);
    for (size_t axis = 0; axis < view.ndim; axis++) {
        if (axes >> axis & 1) {
            view = reversed(&view, axis);
        }
    }
    if (args[1].u_obj != mp_const_none) {
        return ndarray_new_view_of(array, &view);
    }
    ndarray_obj_t *flat = ndarray_new_copy(&view, view.dtype);
    ndarray_set_flat(flat);
    return MP_OBJ_FROM_PTR(flat);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_flip_obj, 1, numpy_flip);

// A copy moved by `shift` places along an axis, out at one end and in at the other.
static ndarray_obj_t *roll_axis(const strided_t *from, size_t axis, mp_int_t shift) {
    ndarray_obj_t *result = ndarray_new_like(from->dtype, from);
    strided_t out = ndarray_strided(result);
    size_t size = from->shape[axis];
    mp_int_t first = size == 0 ? 0 : shift % (mp_int_t)size;
    size_t split = (size_t)(first < 0 ? first + (mp_int_t)size : first);
    strided_t front = part(&out, axis, 0, split);
    strided_t tail = part(from, axis, size - split, split);
    strided_copy(&front, &tail);
    front = part(&out, axis, split, size - split);
    tail = part(from, axis, 0, size - split);
    strided_copy(&front, &tail);
    return result;
}

static ndarray_obj_t *roll_flat(const strided_t *from, mp_int_t shift) {
    strided_t flat = *from;
    ndarray_obj_t *copy = NULL;
    if (!strided_is_dense(from)) {
        copy = ndarray_new_copy(from, from->dtype);
        flat.data = copy->view->data;
    }
    flat.shape[0] = strided_len(from);
    flat.ndim = 1;
    strided_set_dense(&flat);
    ndarray_obj_t *result = roll_axis(&flat, 0, shift);
    if (copy != NULL) {
        ndarray_discard(copy);
    }
    result->view->ndim = from->ndim;
    memcpy(result->view->shape, from->shape, sizeof(from->shape));
    strided_set_dense(result->view);
    return result;
}

// One of the values of a tuple, or the only value.
static mp_obj_t nth_value(mp_obj_t values, size_t i) {
    return mp_obj_is_type(values, &mp_type_tuple)
           ? mp_obj_subscr(values, MP_OBJ_NEW_SMALL_INT(i), MP_OBJ_SENTINEL) : values;
}

static mp_obj_t numpy_roll(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_axis, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    mp_obj_t shifts = args[1].u_obj, axes = args[2].u_obj;
    strided_t from = ndarray_strided(ndarray_from_obj(args[0].u_obj));
    if (axes == mp_const_none) {
        return MP_OBJ_FROM_PTR(roll_flat(&from, mp_obj_get_int(shifts)));
    }
    size_t count = 1;
    if (mp_obj_is_type(axes, &mp_type_tuple) || mp_obj_is_type(shifts, &mp_type_tuple)) {
        mp_obj_t longer = mp_obj_is_type(axes, &mp_type_tuple) ? axes : shifts;
        count = (size_t)mp_obj_get_int(mp_obj_len(longer));
    }
    ndarray_obj_t *result = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t axis = axis_from_obj(nth_value(axes, i), from.ndim);
        ndarray_obj_t *next = roll_axis(&from, axis, mp_obj_get_int(nth_value(shifts, i)));
        if (result != NULL) {
            ndarray_discard(result);
        }
        result = next;
        from = ndarray_strided(result);
    }
    return MP_OBJ_FROM_PTR(result == NULL ? ndarray_new_copy(&from, from.dtype) : result);
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
