// Between Python objects and items of an array.

#include <string.h>

#include "py/binary.h"
#include "py/objlist.h"
#include "py/runtime.h"

#include "array.h"
#include "convert.h"

mp_obj_t item_get(ndarray_dtype_t dtype, const uint8_t *item) {
    double parts[2];
    float single;
    int32_t integer;
    switch (dtype) {
        case NDARRAY_BOOL:
            return mp_obj_new_bool(*item);
        case NDARRAY_FLOAT32:
            memcpy(&single, item, sizeof(single));
            return mp_obj_new_float((mp_float_t)single);
        case NDARRAY_FLOAT64:
            memcpy(parts, item, sizeof(parts[0]));
            return mp_obj_new_float(parts[0]);
        case NDARRAY_COMPLEX:
            memcpy(parts, item, sizeof(parts));
            return mp_obj_new_complex(parts[0], parts[1]);
        case NDARRAY_UINT8:
            return MP_OBJ_NEW_SMALL_INT(*item);
        case NDARRAY_INT8:
            return MP_OBJ_NEW_SMALL_INT((int8_t)*item);
        case NDARRAY_UINT16:
            return MP_OBJ_NEW_SMALL_INT(item[0] | item[1] << 8);
        case NDARRAY_INT16:
            return MP_OBJ_NEW_SMALL_INT((int16_t)(item[0] | item[1] << 8));
        default:
            memcpy(&integer, item, sizeof(integer));
            return dtype == NDARRAY_INT32 ? mp_obj_new_int(integer) : mp_obj_new_int_from_uint((uint32_t)integer);
    }
}

void item_set(ndarray_dtype_t dtype, uint8_t *item, mp_obj_t value) {
    double parts[2] = { 0.0, 0.0 };
    float single;
    uint32_t integer;
    switch (dtype) {
        case NDARRAY_BOOL:
            *item = mp_obj_is_true(value);
            break;
        case NDARRAY_FLOAT32:
            single = (float)mp_obj_get_float(value);
            memcpy(item, &single, sizeof(single));
            break;
        case NDARRAY_FLOAT64:
            parts[0] = mp_obj_get_float(value);
            memcpy(item, parts, sizeof(parts[0]));
            break;
        case NDARRAY_COMPLEX:
            mp_obj_get_complex(value, &parts[0], &parts[1]);
            memcpy(item, parts, sizeof(parts));
            break;
        default:
            // Both architectures are little-endian: the low bytes come first.
            integer = (uint32_t)mp_obj_get_int_truncated(value);
            memcpy(item, &integer, ndarray_dtype_itemsize(dtype));
            break;
    }
}

mp_obj_t shape_to_obj(size_t ndim, const size_t *shape) {
    mp_obj_t sizes[NDARRAY_MAX_DIMS];
    for (size_t axis = 0; axis < ndim; axis++) {
        sizes[axis] = mp_obj_new_int_from_uint(shape[axis]);
    }
    return mp_obj_new_tuple(ndim, sizes);
}

NORETURN void raise_broadcast_error(const strided_t *a, const strided_t *b) {
    vstr_t text;
    mp_print_t print;
    vstr_init_print(&text, 64, &print);
    mp_print_str(&print, "operands could not be broadcast together with shapes ");
    mp_obj_print_helper(&print, shape_to_obj(a->ndim, a->shape), PRINT_REPR);
    mp_print_str(&print, " and ");
    mp_obj_print_helper(&print, shape_to_obj(b->ndim, b->shape), PRINT_REPR);
    mp_raise_type_arg(&mp_type_ValueError, mp_obj_new_str_from_vstr(&text));
}

size_t shape_from_obj(mp_obj_t object, size_t *shape, size_t **unknown) {
    size_t ndim = 1;
    mp_obj_t *sizes = &object;
    if (!mp_obj_is_int(object)) {
        mp_obj_get_array(object, &ndim, &sizes);
    }
    if (ndim < 1 || ndim > NDARRAY_MAX_DIMS) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("an array has 1 to %d dimensions, not " UINT_FMT),
            NDARRAY_MAX_DIMS, (mp_uint_t)ndim);
    }
    for (size_t axis = 0; axis < ndim; axis++) {
        mp_int_t size = mp_obj_get_int(sizes[axis]);
        if (size < 0) {
            if (size != -1 || unknown == NULL || *unknown != NULL) {
                mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("negative size %d"), (int)size);
            }
            *unknown = &shape[axis];
            size = 1;
        }
        shape[axis] = (size_t)size;
    }
    return ndim;
}

size_t axis_from_obj(mp_obj_t object, size_t ndim) {
    if (!mp_obj_is_int(object)) {
        mp_raise_TypeError(MP_ERROR_TEXT("axis must be None, or an integer"));
    }
    mp_int_t axis = mp_obj_get_int(object);
    axis += axis < 0 ? (mp_int_t)ndim : 0;
    if (axis < 0 || axis >= (mp_int_t)ndim) {
        mp_raise_ValueError(MP_ERROR_TEXT("axis is out of bounds"));
    }
    return (size_t)axis;
}

ndarray_dtype_t dtype_from_obj(mp_obj_t object) {
    if (mp_obj_is_small_int(object)) {
        mp_int_t code = MP_OBJ_SMALL_INT_VALUE(object);
        if (code > 0 && code < 128 && ndarray_dtype_itemsize((ndarray_dtype_t)code) != 0) {
            return (ndarray_dtype_t)code;
        }
    }
    mp_raise_TypeError(MP_ERROR_TEXT("data type not understood"));
}

bool is_sequence(mp_obj_t object) {
    return !mp_obj_is_str(object) && !mp_obj_is_dict_or_ordereddict(object) && mp_obj_len_maybe(object) != MP_OBJ_NULL;
}

// The first items along the way down tell the shape; the others are checked
// against it when they are read.
static void find_shape(mp_obj_t object, size_t *ndim, size_t *shape) {
    while (is_sequence(object)) {
        if (ndarray_check(object)) {
            const ndarray_obj_t *array = ndarray_from_obj(object);
            if (*ndim + array->view->ndim > NDARRAY_MAX_DIMS) {
                mp_raise_ValueError(MP_ERROR_TEXT("too many dimensions"));
            }
            memcpy(shape + *ndim, array->view->shape, array->view->ndim * sizeof(shape[0]));
            *ndim += array->view->ndim;
            return;
        }
        if (*ndim == NDARRAY_MAX_DIMS) {
            mp_raise_ValueError(MP_ERROR_TEXT("too many dimensions"));
        }
        shape[*ndim] = (size_t)mp_obj_get_int(mp_obj_len(object));
        if (shape[(*ndim)++] == 0) {
            return;
        }
        mp_obj_iter_buf_t buffer;
        object = mp_iternext(mp_getiter(object, &buffer));
        if (object == MP_OBJ_STOP_ITERATION) {
            return;
        }
    }
}

static NORETURN void raise_ragged(size_t expected) {
    mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("ragged sequence: expected " UINT_FMT " items in each row"),
        (mp_uint_t)expected);
}

// `target` loses one axis per level of nesting.
static void read_nested(const strided_t *target, mp_obj_t object) {
    if (target->ndim == 0) {
        item_set(target->dtype, target->data, object);
        return;
    }
    if (ndarray_check(object)) {
        const ndarray_obj_t *array = ndarray_from_obj(object);
        strided_t from = ndarray_strided(array);
        if (from.ndim != target->ndim || memcmp(from.shape, target->shape, from.ndim * sizeof(from.shape[0])) != 0) {
            raise_ragged(target->shape[0]);
        }
        if (from.dtype == NDARRAY_COMPLEX && target->dtype != NDARRAY_COMPLEX) {
            mp_raise_TypeError(MP_ERROR_TEXT("cannot convert complex type"));
        }
        strided_copy(target, &from);
        return;
    }
    if (!is_sequence(object)) {
        raise_ragged(target->shape[0]);
    }
    strided_t row = *target;
    row.ndim--;
    memmove(row.shape, target->shape + 1, row.ndim * sizeof(row.shape[0]));
    memmove(row.strides, target->strides + 1, row.ndim * sizeof(row.strides[0]));
    mp_obj_iter_buf_t buffer;
    mp_obj_t iterator = mp_getiter(object, &buffer);
    mp_obj_t item;
    size_t count = 0;
    while ((item = mp_iternext(iterator)) != MP_OBJ_STOP_ITERATION) {
        if (count++ == target->shape[0]) {
            raise_ragged(target->shape[0]);
        }
        read_nested(&row, item);
        row.data += target->strides[0];
    }
    if (count != target->shape[0]) {
        raise_ragged(target->shape[0]);
    }
}

ndarray_obj_t *ndarray_from_sequence(mp_obj_t object, ndarray_dtype_t dtype) {
    if (!mp_obj_is_str(object) && !mp_obj_is_dict_or_ordereddict(object) && !is_sequence(object)) {
        // A generator, or no sequence at all, which raises TypeError.
        object = mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_list), object);
    }
    size_t ndim = 0;
    size_t shape[NDARRAY_MAX_DIMS];
    find_shape(object, &ndim, shape);
    if (ndim == 0) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("'%s' object isn't a sequence of numbers"),
            mp_obj_get_type_str(object));
    }
    ndarray_obj_t *array = ndarray_new_zeroed(dtype, ndim, shape);
    strided_t target = ndarray_strided(array);
    read_nested(&target, object);
    return array;
}

// The smallest dtype of an integer: that is what takes part in the promotion.
static ndarray_dtype_t dtype_of_int(mp_obj_t object) {
    if (mp_obj_is_small_int(object)) {
        mp_int_t value = MP_OBJ_SMALL_INT_VALUE(object);
        if (value >= 0 && value <= UINT16_MAX) {
            return value <= UINT8_MAX ? NDARRAY_UINT8 : NDARRAY_UINT16;
        }
        if (value < 0 && value >= INT16_MIN) {
            return value >= INT8_MIN ? NDARRAY_INT8 : NDARRAY_INT16;
        }
    }
    return NDARRAY_FLOAT64;
}

bool operand_from_obj(operand_t *operand, mp_obj_t object) {
    operand->array = MP_OBJ_NULL;
    operand->scalar = true;
    operand->view.ndim = 0;
    operand->view.data = operand->item;
    if (ndarray_check(object)) {
        operand->array = MP_OBJ_FROM_PTR(ndarray_from_obj(object));
    } else if (mp_obj_is_int(object)) {
        operand->view.dtype = dtype_of_int(object);
    } else if (mp_obj_is_float(object)) {
        operand->view.dtype = NDARRAY_FLOAT64;
    } else if (mp_obj_is_bool(object)) {
        operand->view.dtype = NDARRAY_BOOL;
    } else if (mp_obj_is_type(object, &mp_type_complex)) {
        operand->view.dtype = NDARRAY_COMPLEX;
    } else if (is_sequence(object)) {
        operand->array = MP_OBJ_FROM_PTR(ndarray_from_sequence(object, NDARRAY_FLOAT64));
    } else {
        return false;
    }
    if (operand->array != MP_OBJ_NULL) {
        operand->scalar = false;
        operand->view = ndarray_strided(MP_OBJ_TO_PTR(operand->array));
    } else {
        item_set(operand->view.dtype, operand->item, object);
    }
    return true;
}

void operand_check(const operand_t *operand) {
    if (operand->array != MP_OBJ_NULL) {
        ndarray_from_obj(operand->array);
    }
}

void operand_discard(operand_t *operand, mp_obj_t object) {
    if (operand->array != MP_OBJ_NULL && operand->array != object) {
        ndarray_discard(MP_OBJ_TO_PTR(operand->array));
    }
}

void operand_for_assignment(operand_t *source, ndarray_dtype_t dtype, mp_obj_t value) {
    if (!operand_from_obj(source, value)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("can't assign %s to items"), mp_obj_get_type_str(value));
    }
    if (source->scalar && mp_obj_is_int(value)) {
        // Straight to the target's type: integers of any size wrap.
        source->view.dtype = dtype;
        item_set(dtype, source->item, value);
    }
    if (source->view.dtype == NDARRAY_COMPLEX && dtype != NDARRAY_COMPLEX) {
        mp_raise_TypeError(MP_ERROR_TEXT("cannot convert complex type"));
    }
}

void ndarray_assign(const strided_t *target, mp_obj_t value) {
    operand_t source;
    operand_for_assignment(&source, target->dtype, value);
    strided_t given = source.view;
    if (!strided_broadcast_to(&source.view, target->ndim, target->shape)) {
        raise_broadcast_error(&given, target);
    }
    if (!source.scalar && strided_overlap(target, &source.view)) {
        ndarray_obj_t *copy = ndarray_new_copy(&given, given.dtype);
        source.view = ndarray_strided(copy);
        strided_broadcast_to(&source.view, target->ndim, target->shape);
        strided_copy(target, &source.view);
        ndarray_discard(copy);
    } else {
        strided_copy(target, &source.view);
    }
    operand_discard(&source, value);
}
