// a[index] and a[index] = value.

#include <math.h>
#include <string.h>

#include "py/cstack.h"
#include "py/runtime.h"

#include "array.h"
#include "elementwise.h"
#include "gather.h"

#define ELLIPSIS MP_OBJ_FROM_PTR(&mp_const_ellipsis_obj)

static NORETURN void raise_out_of_bounds(mp_int_t index, size_t axis, size_t size) {
    mp_raise_msg_varg(&mp_type_IndexError, MP_ERROR_TEXT("index %d is out of bounds for axis %d with size %d"),
        (int)index, (int)axis, (int)size);
}

static void drop_axes(strided_t *view, size_t axis, size_t count) {
    view->ndim -= count;
    for (; axis < view->ndim; axis++) {
        view->shape[axis] = view->shape[axis + count];
        view->strides[axis] = view->strides[axis + count];
    }
}

// `name` is the number of the axis in an error.
static void index_int(strided_t *view, size_t axis, mp_int_t index, size_t name) {
    mp_int_t size = (mp_int_t)view->shape[axis];
    if (index < -size || index >= size) {
        raise_out_of_bounds(index, name, view->shape[axis]);
    }
    view->data += (index < 0 ? index + size : index) * view->strides[axis];
    drop_axes(view, axis, 1);
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

static void index_new_axes(strided_t *view, size_t axis, size_t count, const size_t *shape) {
    if (view->ndim + count > NDARRAY_MAX_DIMS) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("an array has 1 to %d dimensions, not %d"),
            NDARRAY_MAX_DIMS, (int)(view->ndim + count));
    }
    memmove(view->shape + axis + count, view->shape + axis, (view->ndim - axis) * sizeof(view->shape[0]));
    memmove(view->strides + axis + count, view->strides + axis, (view->ndim - axis) * sizeof(view->strides[0]));
    memcpy(view->shape + axis, shape, count * sizeof(view->shape[0]));
    memset(view->strides + axis, 0, count * sizeof(view->strides[0]));
    view->ndim += count;
}

// Arrays as indices: each item is the place of a sub-array, counted in bytes
// from the first. These offsets are added up for all of the arrays.

#define OFFSET_DTYPE (sizeof(ptrdiff_t) == sizeof(double) ? NDARRAY_FLOAT64 : NDARRAY_FLOAT32) // for the size alone

typedef struct {
    strided_t array;     // integers for one axis, or flags for as many as it has
    strided_t indexed;   // these axes
    size_t name;         // the number of the first of them
} index_array_t;

static ndarray_obj_t *offsets_of(const index_array_t *index) {
    ndarray_obj_t *offsets;
    if (index->array.dtype == NDARRAY_BOOL) {
        size_t count = flags_count(&index->array);
        offsets = ndarray_new(OFFSET_DTYPE, 1, &count);
        offsets_of_flags((void *)offsets->view->data, &index->array, &index->indexed);
        return offsets;
    }
    offsets = ndarray_new_like(OFFSET_DTYPE, &index->array);
    size_t size = index->indexed.shape[0];
    int32_t wrong;
    if (!offsets_of_integers((void *)offsets->view->data, &index->array, size, index->indexed.strides[0], &wrong)) {
        raise_out_of_bounds(wrong, index->name, size);
    }
    return offsets;
}

// The offsets for all of the arrays together, in the shape that they broadcast to.
static ndarray_obj_t *all_offsets(const index_array_t *indices, size_t count) {
    ndarray_obj_t *parts[NDARRAY_MAX_DIMS];
    strided_t views[NDARRAY_MAX_DIMS];
    for (size_t i = 0; i < count; i++) {
        parts[i] = offsets_of(&indices[i]);
        views[i] = ndarray_strided(parts[i]);
    }
    if (count == 1) {
        return parts[0];
    }
    strided_t sum = views[0];
    for (size_t i = 1; i < count; i++) {
        strided_t so_far = sum;
        if (!strided_broadcast_shapes(&so_far, &views[i], &sum.ndim, sum.shape)) {
            mp_raise_msg(&mp_type_IndexError, MP_ERROR_TEXT("the shapes of the index arrays do not fit together"));
        }
    }
    ndarray_obj_t *offsets = ndarray_new_zeroed(OFFSET_DTYPE, sum.ndim, sum.shape);
    sum = ndarray_strided(offsets);
    for (size_t i = 0; i < count; i++) {
        strided_broadcast_to(&views[i], sum.ndim, sum.shape);
        offsets_add(&sum, &views[i]);
        ndarray_discard(parts[i]);
    }
    return offsets;
}

// An operand in the dtype of the target; floats become integers by truncation.
static ndarray_obj_t *converted(const strided_t *from, ndarray_dtype_t dtype) {
    ndarray_obj_t *whole = NULL;
    strided_t source = *from;
    bool truncate = (from->dtype == NDARRAY_FLOAT32 || from->dtype == NDARRAY_FLOAT64) && dtype != NDARRAY_BOOL;
    if (truncate && dtype != NDARRAY_FLOAT32 && dtype != NDARRAY_FLOAT64 && dtype != NDARRAY_COMPLEX) {
        whole = ndarray_new_like(NDARRAY_FLOAT64, from);
        source = ndarray_strided(whole);
        elementwise_apply(trunc, &source, from);
    }
    ndarray_obj_t *copy = ndarray_new_copy(&source, dtype);
    if (whole != NULL) {
        ndarray_discard(whole);
    }
    return copy;
}

// `array` is the whole array, `view` what the other indices leave of it.
static mp_obj_t index_with_offsets(const strided_t *array, const strided_t *view, size_t axis,
    const strided_t *offsets, mp_obj_t value) {
    strided_t whole = *view;
    index_new_axes(&whole, axis, offsets->ndim, offsets->shape);
    if (value == MP_OBJ_SENTINEL) {
        ndarray_obj_t *result = ndarray_new_like(view->dtype, &whole);
        offsets_read(view, result->view, axis, offsets);
        return MP_OBJ_FROM_PTR(result);
    }
    operand_t source;
    operand_for_assignment(&source, view->dtype, value);
    if (source.scalar) {
        source.view.ndim = 1;
        source.view.shape[0] = 1;
        source.view.strides[0] = 0;
    }
    ndarray_obj_t *copy = NULL;
    if (source.view.dtype != view->dtype || (!source.scalar && strided_overlap(array, &source.view))) {
        copy = converted(&source.view, view->dtype);
        source.view = ndarray_strided(copy);
    }
    strided_t given = source.view;
    if (!strided_broadcast_to(&source.view, whole.ndim, whole.shape)) {
        raise_broadcast_error(&given, &whole);
    }
    offsets_write(view, &source.view, axis, offsets);
    if (copy != NULL) {
        ndarray_discard(copy);
    }
    return mp_const_none;
}

enum { LEAF_BOOL = 1, LEAF_INT = 2, LEAF_OTHER = 4 };

// Which kinds of items a nested sequence has.
static unsigned int leaf_kinds(mp_obj_t object) {
    mp_cstack_check();
    if (mp_obj_is_bool(object)) {
        return LEAF_BOOL;
    }
    if (mp_obj_is_int(object)) {
        return LEAF_INT;
    }
    if (ndarray_check(object)) {
        ndarray_dtype_t dtype = ndarray_from_obj(object)->view->dtype;
        bool fraction = dtype == NDARRAY_FLOAT32 || dtype == NDARRAY_FLOAT64 || dtype == NDARRAY_COMPLEX;
        return dtype == NDARRAY_BOOL ? LEAF_BOOL : fraction ? LEAF_OTHER : LEAF_INT;
    }
    if (!is_sequence(object)) {
        return LEAF_OTHER;
    }
    unsigned int kinds = 0;
    mp_obj_iter_buf_t buffer;
    mp_obj_t iterator = mp_getiter(object, &buffer);
    mp_obj_t item;
    while ((item = mp_iternext(iterator)) != MP_OBJ_STOP_ITERATION) {
        kinds |= leaf_kinds(item);
    }
    return kinds;
}

// An array from what is no basic index.
static mp_obj_t index_array_from_obj(mp_obj_t object) {
    // First the array, which refuses what is too long or too deep to look through.
    mp_obj_t array = object;
    if (!ndarray_check(object) && is_sequence(object)) {
        // Big integers stay out of bounds as floats.
        array = MP_OBJ_FROM_PTR(ndarray_from_sequence(object, NDARRAY_FLOAT64));
    }
    unsigned int kinds = is_sequence(object) ? leaf_kinds(object) : LEAF_OTHER;
    if (kinds & LEAF_OTHER) {
        mp_raise_msg_varg(&mp_type_IndexError,
            MP_ERROR_TEXT("cannot index with %s: need int, slice, None, ..., int or bool array"),
            mp_obj_get_type_str(object));
    }
    if (array != object && kinds == LEAF_BOOL) {
        array = MP_OBJ_FROM_PTR(ndarray_new_copy(ndarray_from_obj(array)->view, NDARRAY_BOOL));
    }
    return array;
}

#define MAX_PARTS (2 * NDARRAY_MAX_DIMS + 1) // an index or None for each dimension, and Ellipsis

// With ints for bounds that only can be converted to ints.
static mp_obj_t plain_slice(mp_obj_t object) {
    const mp_obj_slice_t *slice = MP_OBJ_TO_PTR(object);
    mp_obj_t bounds[] = { slice->start, slice->stop, slice->step };
    bool plain = true;
    for (size_t i = 0; i < MP_ARRAY_SIZE(bounds); i++) {
        if (bounds[i] != mp_const_none && !mp_obj_is_int(bounds[i])) {
            bounds[i] = mp_obj_new_int(mp_obj_get_int(bounds[i]));
            plain = false;
        }
    }
    return plain ? object : mp_obj_new_slice(bounds[0], bounds[1], bounds[2]);
}

// The parts of an index: arrays stand for sequences. This runs code of the
// program where it has objects of its own classes; what follows does not.
static size_t index_parts(mp_obj_t index, mp_obj_t *parts) {
    size_t count = 1;
    mp_obj_t *given = &index;
    if (mp_obj_is_type(index, &mp_type_tuple)) {
        mp_obj_tuple_get(index, &count, &given);
    }
    if (count > MAX_PARTS) {
        mp_raise_msg_varg(&mp_type_IndexError, MP_ERROR_TEXT("too many indices: %d"), (int)count);
    }
    for (size_t i = 0; i < count; i++) {
        parts[i] = given[i];
        if (mp_obj_is_type(parts[i], &mp_type_slice)) {
            parts[i] = plain_slice(parts[i]);
        } else if (parts[i] != mp_const_none && parts[i] != ELLIPSIS && !mp_obj_is_int(parts[i])) {
            parts[i] = index_array_from_obj(parts[i]);
        }
    }
    return count;
}

// Axes of the array that a part uses up.
static size_t axes_of_part(mp_obj_t part) {
    if (part == mp_const_none || part == ELLIPSIS) {
        return 0;
    }
    if (ndarray_check(part)) {
        const ndarray_obj_t *array = ndarray_from_obj(part);
        return array->view->dtype == NDARRAY_BOOL ? array->view->ndim : 1;
    }
    return 1;
}

typedef struct {
    strided_t view;                             // what ints, slices and None leave of the array
    index_array_t arrays[NDARRAY_MAX_DIMS];
    size_t array_count;
    size_t arrays_axis;                         // where in the result the axes of the arrays go
} index_t;

static void take_array(index_t *index, size_t axis, size_t name, ndarray_obj_t *array) {
    index_array_t *part = &index->arrays[index->array_count++];
    strided_t *view = &index->view;
    part->array = ndarray_strided(array);
    part->name = name;
    part->indexed = *view;
    part->indexed.ndim = array->view->dtype == NDARRAY_BOOL ? array->view->ndim : 1;
    memcpy(part->indexed.shape, view->shape + axis, part->indexed.ndim * sizeof(view->shape[0]));
    memcpy(part->indexed.strides, view->strides + axis, part->indexed.ndim * sizeof(view->strides[0]));
    if (array->view->dtype == NDARRAY_BOOL
        && memcmp(part->indexed.shape, array->view->shape, array->view->ndim * sizeof(array->view->shape[0])) != 0) {
        mp_raise_msg(&mp_type_IndexError, MP_ERROR_TEXT("the bool array has another shape than what it indexes"));
    }
    drop_axes(view, axis, part->indexed.ndim);
}

static void take_parts(index_t *index, const mp_obj_t *parts, size_t count) {
    strided_t *view = &index->view;
    size_t given = 0, ellipses = 0;
    bool any_array = false;
    for (size_t i = 0; i < count; i++) {
        given += axes_of_part(parts[i]);
        ellipses += parts[i] == ELLIPSIS;
        any_array = any_array || ndarray_check(parts[i]);
    }
    if (given > view->ndim || ellipses > 1) {
        mp_raise_msg_varg(&mp_type_IndexError, MP_ERROR_TEXT("too many indices: %d and %d Ellipsis for %d dimensions"),
            (int)given, (int)ellipses, (int)view->ndim);
    }
    size_t skipped = view->ndim - given;
    size_t axis = 0;      // in the view so far
    size_t name = 0;      // of the whole array
    size_t new_axes[MAX_PARTS];
    size_t new_count = 0;
    // Ints beside arrays count as arrays. Their axes stay in place if nothing
    // else is between them, else they come first.
    enum { NONE_YET, ADJACENT, ENDED, SEPARATED } arrays = NONE_YET;
    index->array_count = 0;
    index->arrays_axis = 0;
    for (size_t i = 0; i < count; i++) {
        mp_obj_t part = parts[i];
        if (any_array && (mp_obj_is_int(part) || ndarray_check(part))) {
            if (arrays == NONE_YET) {
                arrays = ADJACENT;
                index->arrays_axis = axis + new_count;
            } else if (arrays == ENDED) {
                arrays = SEPARATED;
                index->arrays_axis = 0;
            }
        } else if (arrays == ADJACENT) {
            arrays = ENDED;
        }
        if (part == mp_const_none) {
            new_axes[new_count] = axis + new_count;
            new_count++;
        } else if (part == ELLIPSIS) {
            axis += skipped;
            name += skipped;
        } else if (mp_obj_is_type(part, &mp_type_slice)) {
            index_slice(view, axis++, part);
            name++;
        } else if (mp_obj_is_int(part)) {
            index_int(view, axis, mp_obj_get_int(part), name++);
        } else {
            take_array(index, axis, name, MP_OBJ_TO_PTR(part));
            name += axes_of_part(part);
        }
    }
    for (size_t i = 0; i < new_count; i++) {
        index_new_axes(view, new_axes[i], 1, (const size_t[]) { 1 });
    }
}

// The item or sub-array at an int, or at a tuple of no more ints than there are
// axes; NULL for any other index. `count` is how many axes they use up.
static uint8_t *find_item(const strided_t *view, mp_obj_t index, size_t *count) {
    mp_obj_t *ints = &index;
    *count = 1;
    if (mp_obj_is_type(index, &mp_type_tuple)) {
        mp_obj_tuple_get(index, count, &ints);
    }
    if (*count > view->ndim) {
        return NULL;
    }
    uint8_t *item = view->data;
    for (size_t axis = 0; axis < *count; axis++) {
        if (!mp_obj_is_small_int(ints[axis])) {
            return NULL;
        }
        mp_int_t place = MP_OBJ_SMALL_INT_VALUE(ints[axis]);
        mp_int_t size = (mp_int_t)view->shape[axis];
        place += place < 0 ? size : 0;
        if ((mp_uint_t)place >= (mp_uint_t)size) {
            raise_out_of_bounds(MP_OBJ_SMALL_INT_VALUE(ints[axis]), axis, view->shape[axis]);
        }
        item += place * view->strides[axis];
    }
    return item;
}

mp_obj_t ndarray_subscr(mp_obj_t self_in, mp_obj_t index_in, mp_obj_t value) {
    ndarray_obj_t *self = ndarray_from_obj(self_in);
    if (value == MP_OBJ_NULL) {
        mp_raise_ValueError(MP_ERROR_TEXT("cannot delete array items"));
    }
    if (value != MP_OBJ_SENTINEL) {
        ndarray_check_writable(self);
    }
    const strided_t *view = self->view;
    size_t count;
    uint8_t *item = find_item(view, index_in, &count);
    if (item != NULL && count == view->ndim) {
        if (value == MP_OBJ_SENTINEL) {
            return item_get(view->dtype, item);
        }
        if (mp_obj_is_small_int(value) || (mp_obj_is_float(value) && !kind_is_integer(kind_of_dtype(view->dtype)))) {
            item_set(view->dtype, item, value);
            return mp_const_none;
        }
    } else if (item != NULL && value == MP_OBJ_SENTINEL) {
        return MP_OBJ_FROM_PTR(ndarray_new_view(view->dtype, view->ndim - count, view->shape + count,
            view->strides + count, item, self_in));
    }
    mp_obj_t parts[MAX_PARTS];
    count = index_parts(index_in, parts);
    ndarray_obj_t *sequence = NULL;
    if (value != MP_OBJ_SENTINEL && is_sequence(value) && !ndarray_check(value)) {
        sequence = ndarray_from_sequence(value, NDARRAY_FLOAT64);
        value = MP_OBJ_FROM_PTR(sequence);
    }
    strided_t array = ndarray_strided(ndarray_from_obj(self_in));
    index_t index;
    index.view = array;
    take_parts(&index, parts, count);
    mp_obj_t result = mp_const_none;
    if (index.array_count > 0) {
        ndarray_obj_t *offsets = all_offsets(index.arrays, index.array_count);
        strided_t places = ndarray_strided(offsets);
        result = index_with_offsets(&array, &index.view, index.arrays_axis, &places, value);
        ndarray_discard(offsets);
    } else if (value != MP_OBJ_SENTINEL) {
        ndarray_assign(&index.view, value);
    } else if (index.view.ndim == 0) {
        result = item_get(index.view.dtype, index.view.data);
    } else {
        result = ndarray_new_view_of(self, &index.view);
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
    if (self->index >= array->view->shape[0]) {
        return MP_OBJ_STOP_ITERATION;
    }
    strided_t view = ndarray_strided(array);
    index_int(&view, 0, (mp_int_t)self->index++, 0);
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
