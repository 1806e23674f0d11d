#include <string.h>

#include "py/runtime.h"

#include "array.h"
#include "convert.h"
#include "memory.h"

// The type's methods are in methods.c, its operators in operators.c.

static size_t checked_len(ndarray_dtype_t dtype, size_t ndim, const size_t *shape) {
    if (ndim < 1 || ndim > NDARRAY_MAX_DIMS) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("an array has 1 to %d dimensions, not %d"),
            NDARRAY_MAX_DIMS, (int)ndim);
    }
    // Without the zeros: an empty array's other axes are bounded too.
    size_t room = PTRDIFF_MAX / ndarray_dtype_itemsize(dtype);
    size_t len = 1;
    for (size_t axis = 0; axis < ndim; axis++) {
        if (shape[axis] != 0) {
            if (shape[axis] > room) {
                mp_raise_ValueError(MP_ERROR_TEXT("array is too big"));
            }
            room /= shape[axis];
        }
        len *= shape[axis];
    }
    return len;
}

static void set_layout(ndarray_obj_t *array, const strided_t *layout) {
    array->dtype = (uint8_t)layout->dtype;
    array->ndim = (uint8_t)layout->ndim;
    array->itemsize = (uint8_t)ndarray_dtype_itemsize(layout->dtype);
    array->len = strided_len(layout);
    memset(array->shape, 0, sizeof(array->shape));
    memset(array->strides, 0, sizeof(array->strides));
    memcpy(array->shape, layout->shape, layout->ndim * sizeof(layout->shape[0]));
    memcpy(array->strides, layout->strides, layout->ndim * sizeof(layout->strides[0]));
}

static ndarray_obj_t *new_array(ndarray_dtype_t dtype, size_t ndim, const size_t *shape, bool zeroed) {
    size_t bytes = checked_len(dtype, ndim, shape) * ndarray_dtype_itemsize(dtype);
    strided_t layout = { .dtype = dtype, .ndim = ndim };
    memcpy(layout.shape, shape, ndim * sizeof(shape[0]));
    strided_set_dense(&layout);

    ndarray_obj_t *array = mp_obj_malloc_with_finaliser(ndarray_obj_t, &ulab_ndarray_type);
    array->flags = 0;
    array->owner = MP_OBJ_NULL;
    array->data = NULL;
    set_layout(array, &layout);
    array->data = memory_take(bytes, zeroed);
    if (array->data == NULL) {
        memory_figures_t figures = memory_figures();
        mp_raise_msg_varg(&mp_type_MemoryError,
            MP_ERROR_TEXT("array needs " UINT_FMT " bytes, " UINT_FMT " of " UINT_FMT " are in use"),
            (mp_uint_t)bytes, (mp_uint_t)figures.used, (mp_uint_t)figures.limit);
    }
    return array;
}

ndarray_obj_t *ndarray_new(ndarray_dtype_t dtype, size_t ndim, const size_t *shape) {
    return new_array(dtype, ndim, shape, false);
}

ndarray_obj_t *ndarray_new_zeroed(ndarray_dtype_t dtype, size_t ndim, const size_t *shape) {
    return new_array(dtype, ndim, shape, true);
}

ndarray_obj_t *ndarray_new_like(ndarray_dtype_t dtype, const strided_t *shaped) {
    return new_array(dtype, shaped->ndim, shaped->shape, false);
}

ndarray_obj_t *ndarray_new_copy(const strided_t *from, ndarray_dtype_t dtype) {
    ndarray_obj_t *copy = ndarray_new_like(dtype, from);
    strided_t to = ndarray_strided(copy);
    strided_copy(&to, from);
    return copy;
}

ndarray_obj_t *ndarray_new_view(ndarray_dtype_t dtype, size_t ndim, const size_t *shape, const ptrdiff_t *strides,
    uint8_t *data, mp_obj_t owner) {
    checked_len(dtype, ndim, shape);
    strided_t layout = { .dtype = dtype, .ndim = ndim };
    memcpy(layout.shape, shape, ndim * sizeof(shape[0]));
    memcpy(layout.strides, strides, ndim * sizeof(strides[0]));
    ndarray_obj_t *view = mp_obj_malloc(ndarray_obj_t, &ulab_ndarray_type);
    view->flags = 0;
    view->data = data;
    // Never a chain: the array that owns the memory, or what that one borrows from.
    view->owner = owner;
    if (ndarray_check(owner)) {
        const ndarray_obj_t *other = MP_OBJ_TO_PTR(owner);
        view->flags = other->flags & (NDARRAY_READ_ONLY | NDARRAY_BORROWED);
        if (other->owner != MP_OBJ_NULL) {
            view->owner = other->owner;
        }
    }
    set_layout(view, &layout);
    return view;
}

mp_obj_t ndarray_new_view_of(const ndarray_obj_t *array, const strided_t *view) {
    return MP_OBJ_FROM_PTR(ndarray_new_view(view->dtype, view->ndim, view->shape, view->strides, view->data,
        MP_OBJ_FROM_PTR(array)));
}

strided_t ndarray_strided(const ndarray_obj_t *array) {
    strided_t strided = { .data = array->data, .dtype = array->dtype, .ndim = array->ndim };
    memcpy(strided.shape, array->shape, sizeof(strided.shape));
    memcpy(strided.strides, array->strides, sizeof(strided.strides));
    return strided;
}

// A bytearray that grows moves away from under its views.
static void check_borrowed(const ndarray_obj_t *array) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(array->owner, &buffer, MP_BUFFER_READ);
    strided_t strided = ndarray_strided(array);
    const uint8_t *low, *high;
    strided_extent(&strided, &low, &high);
    if (low < (uint8_t *)buffer.buf || high > (uint8_t *)buffer.buf + buffer.len) {
        mp_raise_ValueError(MP_ERROR_TEXT("the array's buffer was resized"));
    }
}

ndarray_obj_t *ndarray_from_obj(mp_obj_t object) {
    if (!ndarray_check(object)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("expected an ndarray, not %s"),
            mp_obj_get_type_str(object));
    }
    ndarray_obj_t *array = MP_OBJ_TO_PTR(object);
    // Nothing is read through an empty view, which may point anywhere.
    if ((array->flags & NDARRAY_BORROWED) && array->len != 0) {
        check_borrowed(array);
    }
    return array;
}

bool ndarray_is_dense(const ndarray_obj_t *array) {
    strided_t strided = ndarray_strided(array);
    return strided_is_dense(&strided);
}

void ndarray_set_flat(ndarray_obj_t *array) {
    array->ndim = 1;
    array->shape[0] = array->len;
    array->strides[0] = array->itemsize;
}

void ndarray_drop_axis(ndarray_obj_t *array, size_t axis) {
    strided_t layout = ndarray_strided(array);
    strided_axis_last(&layout, axis);
    layout.ndim--;
    set_layout(array, &layout);
}

void ndarray_check_writable(const ndarray_obj_t *array) {
    if (array->flags & NDARRAY_READ_ONLY) {
        mp_raise_ValueError(MP_ERROR_TEXT("array is read-only"));
    }
}

void ndarray_discard(ndarray_obj_t *array) {
    if (array->owner == MP_OBJ_NULL && array->data != NULL) {
        if (array->flags & NDARRAY_EXPORTED) {
            memory_give_exported(array->data);
        } else {
            memory_give(array->data);
        }
        // Nothing can be read through an array that was given back.
        array->data = NULL;
        array->len = 0;
        array->ndim = 1;
        array->shape[0] = 0;
    }
}

// The finaliser. A program that calls it by name does not free what views use.
static mp_obj_t ndarray_del(mp_obj_t self) {
    if (MP_STATE_THREAD(gc_lock_depth) & GC_COLLECT_FLAG) {
        ndarray_discard(MP_OBJ_TO_PTR(self));
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(ndarray_del_obj, ndarray_del);

static mp_int_t ndarray_get_buffer(mp_obj_t self_in, mp_buffer_info_t *buffer, mp_uint_t flags) {
    ndarray_obj_t *self = ndarray_from_obj(self_in);
    if (!ndarray_is_dense(self) || ((flags & MP_BUFFER_WRITE) && (self->flags & NDARRAY_READ_ONLY))) {
        return 1;
    }
    buffer->buf = self->data;
    buffer->len = self->len * self->itemsize;
    buffer->typecode = self->dtype == NDARRAY_BOOL ? NDARRAY_UINT8 : self->dtype;
    ndarray_obj_t *owner = self;
    if (self->owner != MP_OBJ_NULL && ndarray_check(self->owner)) {
        owner = MP_OBJ_TO_PTR(self->owner);
    }
    owner->flags |= NDARRAY_EXPORTED;
    return 0;
}

MP_DEFINE_CONST_OBJ_TYPE(
    ulab_ndarray_type, MP_QSTR_ndarray,
    MP_TYPE_FLAG_EQ_NOT_REFLEXIVE | MP_TYPE_FLAG_EQ_CHECKS_OTHER_TYPE | MP_TYPE_FLAG_EQ_HAS_NEQ_TEST,
    make_new, ndarray_make_new,
    print, ndarray_print,
    unary_op, ndarray_unary_op,
    binary_op, ndarray_binary_op,
    attr, ndarray_attr,
    subscr, ndarray_subscr,
    iter, ndarray_getiter,
    buffer, ndarray_get_buffer,
    locals_dict, &ndarray_locals_dict
    );
