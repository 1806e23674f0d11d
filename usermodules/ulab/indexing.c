// a[index] and a[index] = value.

#include <string.h>

#include "py/runtime.h"

#include "array.h"
#include "convert.h"

#define ELLIPSIS MP_OBJ_FROM_PTR(&mp_const_ellipsis_obj)

static void index_int(strided_t *view, size_t axis, mp_int_t index) {
    mp_int_t size = (mp_int_t)view->shape[axis];
    if (index < -size || index >= size) {
        mp_raise_msg_varg(&mp_type_IndexError, MP_ERROR_TEXT("index %d is out of bounds for axis %d with size %d"),
            (int)index, (int)axis, (int)size);
    }
    view->data += (index < 0 ? index + size : index) * view->strides[axis];
    strided_axis_last(view, axis);
    view->ndim--;
}

static void index_slice(strided_t *view, size_t axis, mp_obj_t slice) {
    mp_int_t size = (mp_int_t)view->shape[axis];
    mp_bound_slice_t bound;
    mp_obj_slice_indices(slice, size, &bound);
    // A longer step takes the first item only.
    mp_int_t step = MAX(-size - 1, MIN(bound.step, size + 1));
    mp_int_t span = step > 0 ? bound.stop - bound.start : bound.start - bound.stop;
    mp_int_t stride = step > 0 ? step : -step;
    mp_int_t count = span > 0 ? (span + stride - 1) / stride : 0;
    if (count > 0) {
        view->data += bound.start * view->strides[axis];
    }
    if (count > 1) {
        view->strides[axis] *= step;
    }
    view->shape[axis] = (size_t)count;
}

static void index_new_axis(strided_t *view, size_t axis) {
    if (view->ndim == NDARRAY_MAX_DIMS) {
        mp_raise_msg(&mp_type_IndexError, MP_ERROR_TEXT("too many dimensions"));
    }
    memmove(view->shape + axis + 1, view->shape + axis, (view->ndim - axis) * sizeof(view->shape[0]));
    memmove(view->strides + axis + 1, view->strides + axis, (view->ndim - axis) * sizeof(view->strides[0]));
    view->shape[axis] = 1;
    view->strides[axis] = 0;
    view->ndim++;
}

static bool is_bool_array(mp_obj_t object) {
    return ndarray_check(object) && ndarray_from_obj(object)->dtype == NDARRAY_BOOL;
}

// Narrow the view by an int, slice, None, Ellipsis or a tuple of them.
static void index_basic(strided_t *view, mp_obj_t index) {
    size_t count = 1;
    mp_obj_t *parts = &index;
    if (mp_obj_is_type(index, &mp_type_tuple)) {
        mp_obj_tuple_get(index, &count, &parts);
    }
    size_t given = 0;
    for (size_t i = 0; i < count; i++) {
        given += parts[i] != mp_const_none && parts[i] != ELLIPSIS;
    }
    if (given > view->ndim) {
        mp_raise_msg_varg(&mp_type_IndexError, MP_ERROR_TEXT("too many indices: %d for %d dimensions"),
            (int)given, (int)view->ndim);
    }
    size_t skipped = view->ndim - given;
    size_t axis = 0;
    for (size_t i = 0; i < count; i++) {
        if (parts[i] == mp_const_none) {
            index_new_axis(view, axis++);
        } else if (parts[i] == ELLIPSIS) {
            axis += skipped;
            skipped = 0;
        } else if (mp_obj_is_type(parts[i], &mp_type_slice)) {
            index_slice(view, axis++, parts[i]);
        } else if (mp_obj_is_int(parts[i])) {
            index_int(view, axis, mp_obj_get_int(parts[i]));
        } else {
            mp_raise_msg_varg(&mp_type_IndexError,
                MP_ERROR_TEXT("an index is an int, a slice, None, Ellipsis or a bool array, not %s"),
                mp_obj_get_type_str(parts[i]));
        }
    }
}

// Indexing by a bool array takes the sub-arrays where it is true. The mask
// covers the first axes of the array.
typedef struct {
    strided_t sub;          // an item or sub-array of the array, at the first position
    strided_loop_t loop;    // over mask and positions
    bool any;               // whether there are positions at all
    size_t count;           // true items
} mask_t;

static void mask_restart(mask_t *mask, const strided_t *array, const strided_t *flags) {
    strided_t positions = *array;
    positions.ndim = flags->ndim;
    mask->any = strided_loop_start(&mask->loop, 2, (const strided_t *const[]) { flags, &positions });
}

static void mask_start(mask_t *mask, const strided_t *array, const strided_t *flags) {
    if (flags->ndim > array->ndim || memcmp(flags->shape, array->shape, flags->ndim * sizeof(flags->shape[0])) != 0) {
        mp_raise_msg(&mp_type_IndexError, MP_ERROR_TEXT("the bool array has another shape than what it indexes"));
    }
    mask->sub = *array;
    mask->sub.ndim -= flags->ndim;
    memmove(mask->sub.shape, array->shape + flags->ndim, mask->sub.ndim * sizeof(array->shape[0]));
    memmove(mask->sub.strides, array->strides + flags->ndim, mask->sub.ndim * sizeof(array->strides[0]));
    mask->count = 0;
    mask_restart(mask, array, flags);
    if (mask->any) {
        do {
            const uint8_t *flag = mask->loop.data[0];
            for (size_t i = 0; i < mask->loop.run; i++, flag += mask->loop.step[0]) {
                mask->count += *flag != 0;
            }
        } while (strided_loop_next(&mask->loop));
        mask_restart(mask, array, flags);
    }
}

// Copy between the marked sub-arrays and the rows of `rows`.
static void mask_copy(mask_t *mask, strided_t rows, bool write) {
    if (!mask->any) {
        return;
    }
    strided_t row = rows;
    row.ndim--;
    memmove(row.shape, rows.shape + 1, row.ndim * sizeof(row.shape[0]));
    memmove(row.strides, rows.strides + 1, row.ndim * sizeof(row.strides[0]));
    do {
        const uint8_t *flag = mask->loop.data[0];
        mask->sub.data = mask->loop.data[1];
        for (size_t i = 0; i < mask->loop.run; i++) {
            if (*flag != 0) {
                strided_copy(write ? &mask->sub : &row, write ? &row : &mask->sub);
                row.data += rows.strides[0];
            }
            flag += mask->loop.step[0];
            mask->sub.data += mask->loop.step[1];
        }
    } while (strided_loop_next(&mask->loop));
}

static ndarray_obj_t *new_rows(const mask_t *mask, ndarray_dtype_t dtype) {
    size_t shape[NDARRAY_MAX_DIMS] = { mask->count };
    memcpy(shape + 1, mask->sub.shape, mask->sub.ndim * sizeof(shape[0]));
    return ndarray_new(dtype, mask->sub.ndim + 1, shape);
}

static mp_obj_t index_mask(const strided_t *array, const strided_t *flags, mp_obj_t value) {
    mask_t mask;
    mask_start(&mask, array, flags);
    // The rows are converted and checked apart, so that nothing is written
    // where they do not fit, or where they are items of the array itself.
    ndarray_obj_t *rows = new_rows(&mask, array->dtype);
    strided_t all = ndarray_strided(rows);
    if (value == MP_OBJ_SENTINEL) {
        mask_copy(&mask, all, false);
        return MP_OBJ_FROM_PTR(rows);
    }
    ndarray_assign(&all, value);
    mask_copy(&mask, all, true);
    ndarray_discard(rows);
    return mp_const_none;
}

mp_obj_t ndarray_subscr(mp_obj_t self_in, mp_obj_t index, mp_obj_t value) {
    if (value == MP_OBJ_NULL) {
        mp_raise_ValueError(MP_ERROR_TEXT("cannot delete array items"));
    }
    ndarray_obj_t *sequence = NULL;
    if (value != MP_OBJ_SENTINEL) {
        ndarray_check_writable(MP_OBJ_TO_PTR(self_in));
        if (is_sequence(value) && !ndarray_check(value)) {
            sequence = ndarray_from_sequence(value, NDARRAY_FLOAT64);
            value = MP_OBJ_FROM_PTR(sequence);
        }
    }
    ndarray_obj_t *self = ndarray_from_obj(self_in);
    strided_t view = ndarray_strided(self);
    mp_obj_t result = mp_const_none;
    if (is_bool_array(index)) {
        strided_t flags = ndarray_strided(MP_OBJ_TO_PTR(index));
        result = index_mask(&view, &flags, value);
    } else {
        index_basic(&view, index);
        // The bounds of a slice may be objects that run code.
        ndarray_from_obj(self_in);
        if (value != MP_OBJ_SENTINEL) {
            ndarray_assign(&view, value);
        } else if (view.ndim == 0) {
            result = item_get(view.dtype, view.data);
        } else {
            result = ndarray_new_view_of(self, &view);
        }
    }
    if (sequence != NULL) {
        ndarray_discard(sequence);
    }
    return result;
}

// for item in array

typedef struct {
    mp_obj_base_t base;
    mp_fun_1_t iternext;
    mp_obj_t array;
    size_t index;
} ndarray_iterator_t;

static mp_obj_t ndarray_iternext(mp_obj_t self_in) {
    ndarray_iterator_t *self = MP_OBJ_TO_PTR(self_in);
    const ndarray_obj_t *array = ndarray_from_obj(self->array);
    if (self->index >= array->shape[0]) {
        return MP_OBJ_STOP_ITERATION;
    }
    strided_t view = ndarray_strided(array);
    index_int(&view, 0, (mp_int_t)self->index++);
    return view.ndim == 0 ? item_get(view.dtype, view.data) : ndarray_new_view_of(array, &view);
}

mp_obj_t ndarray_getiter(mp_obj_t self, mp_obj_iter_buf_t *buffer) {
    MP_STATIC_ASSERT(sizeof(ndarray_iterator_t) <= sizeof(mp_obj_iter_buf_t));
    ndarray_iterator_t *iterator = (ndarray_iterator_t *)buffer;
    iterator->base.type = &mp_type_polymorph_iter;
    iterator->iternext = ndarray_iternext;
    iterator->array = self;
    iterator->index = 0;
    return MP_OBJ_FROM_PTR(iterator);
}
