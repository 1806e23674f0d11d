#include <string.h>

#include "py/runtime.h"

#include "array.h"
#include "convert.h"
#include "memory.h"

// The type's methods are in methods.c, its operators in operators.c.

// Bytes of the items of a shape.
static size_t checked_bytes(ndarray_dtype_t dtype, size_t ndim, const size_t *shape) {
    if (ndim < 1 || ndim > NDARRAY_MAX_DIMS) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("an array has 1 to %d dimensions, not %d"),
            NDARRAY_MAX_DIMS, (int)ndim);
    }
    size_t bytes = ndarray_dtype_itemsize(dtype);
    bool empty = false;
    for (size_t axis = 0; axis < ndim; axis++) {
        // An empty array's other axes are bounded too.
        empty = empty || shape[axis] == 0;
        if (shape[axis] != 0 && (__builtin_mul_overflow(bytes, shape[axis], &bytes) || bytes > PTRDIFF_MAX)) {
            mp_raise_ValueError(MP_ERROR_TEXT("array is too big"));
        }
    }
    return empty ? 0 : bytes;
}

// The view of an array and, in the same memory behind it, items of its own.
#define VIEW_BYTES ((sizeof(strided_t) + ITEM_BYTES - 1) / ITEM_BYTES * ITEM_BYTES)

static ndarray_obj_t *new_object(size_t bytes, bool zeroed) {
    ndarray_obj_t *array = mp_obj_malloc_with_finaliser(ndarray_obj_t, &ulab_ndarray_type);
    array->flags = 0;
    array->owner = MP_OBJ_NULL;
    array->view = NULL;
    array->view = bytes > SIZE_MAX - VIEW_BYTES ? NULL : memory_take(VIEW_BYTES + bytes, zeroed);
    if (array->view == NULL) {
        memory_figures_t figures = memory_figures();
        mp_raise_msg_varg(&mp_type_MemoryError,
            MP_ERROR_TEXT("array needs " UINT_FMT " bytes, " UINT_FMT " of " UINT_FMT " are in use"),
            (mp_uint_t)bytes, (mp_uint_t)figures.used, (mp_uint_t)figures.limit);
    }
    return array;
}

static ndarray_obj_t *new_array(ndarray_dtype_t dtype, size_t ndim, const size_t *shape, bool zeroed) {
    ndarray_obj_t *array = new_object(checked_bytes(dtype, ndim, shape), zeroed);
    strided_t *view = array->view;
    view->data = (uint8_t *)view + VIEW_BYTES;
    view->dtype = dtype;
    view->ndim = ndim;
    for (size_t axis = 0; axis < ndim; axis++) {
        view->shape[axis] = shape[axis];
    }
    strided_set_dense(view);
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
    strided_copy(copy->view, from);
    return copy;
}

mp_obj_t ndarray_new_view_of(const ndarray_obj_t *array, const strided_t *view) {
    return MP_OBJ_FROM_PTR(ndarray_new_view(view->dtype, view->ndim, view->shape, view->strides, view->data,
        MP_OBJ_FROM_PTR(array)));
}

ndarray_obj_t *ndarray_new_view(ndarray_dtype_t dtype, size_t ndim, const size_t *shape, const ptrdiff_t *strides,
    uint8_t *data, mp_obj_t owner) {
    checked_bytes(dtype, ndim, shape);
    ndarray_obj_t *array = new_object(0, false);
    // Never a chain: the array that owns the memory, or what that one borrows from.
    array->owner = owner;
    if (ndarray_check(owner)) {
        const ndarray_obj_t *other = MP_OBJ_TO_PTR(owner);
        array->flags = other->flags & (NDARRAY_READ_ONLY | NDARRAY_BORROWED);
        if (other->owner != MP_OBJ_NULL) {
            array->owner = other->owner;
        }
    }
    *array->view = (strided_t) { .data = data, .dtype = dtype, .ndim = ndim };
    memcpy(array->view->shape, shape, ndim * sizeof(shape[0]));
    memcpy(array->view->strides, strides, ndim * sizeof(strides[0]));
    return array;
}

strided_t ndarray_strided(const ndarray_obj_t *array) {
    return *array->view;
}

// A bytearray that grows moves away from under its views.
static void check_borrowed(const ndarray_obj_t *array) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(array->owner, &buffer, MP_BUFFER_READ);
    const uint8_t *low, *high;
    strided_extent(array->view, &low, &high);
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
    if ((array->flags & NDARRAY_BORROWED) && ndarray_len(array) != 0) {
        check_borrowed(array);
    }
    return array;
}

bool ndarray_is_dense(const ndarray_obj_t *array) {
    return strided_is_dense(array->view);
}

void ndarray_set_flat(ndarray_obj_t *array) {
    array->view->shape[0] = ndarray_len(array);
    array->view->ndim = 1;
    strided_set_dense(array->view);
}

void ndarray_drop_axis(ndarray_obj_t *array, size_t axis) {
    strided_axis_last(array->view, axis);
    array->view->ndim--;
}

void ndarray_check_writable(const ndarray_obj_t *array) {
    if (array->flags & NDARRAY_READ_ONLY) {
        mp_raise_ValueError(MP_ERROR_TEXT("array is read-only"));
    }
}

void ndarray_discard(ndarray_obj_t *array) {
    // Nothing can be read through an array that was given back.
    static strided_t nothing = { .dtype = NDARRAY_UINT8, .ndim = 1 };
    if (array->flags & NDARRAY_EXPORTED) {
        memory_give_exported(array->view);
    } else if (array->view != &nothing) {
        memory_give(array->view);
    }
    array->flags = 0;
    array->view = &nothing;
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
    buffer->buf = self->view->data;
    buffer->len = ndarray_bytes(self);
    buffer->typecode = self->view->dtype == NDARRAY_BOOL ? NDARRAY_UINT8 : self->view->dtype;
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
