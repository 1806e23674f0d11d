#include <string.h>

#include "py/runtime.h"

#include "arguments.h"
#include "convert.h"

ndarray_dtype_t index_dtype(size_t greatest) {
    return greatest <= UINT16_MAX ? NDARRAY_UINT16 : NDARRAY_UINT32;
}

void check_cast(ndarray_dtype_t from, ndarray_dtype_t to) {
    if (from == NDARRAY_COMPLEX && to != NDARRAY_COMPLEX) {
        mp_raise_TypeError(MP_ERROR_TEXT("cannot convert complex type"));
    }
}

unsigned int axes_from_obj(mp_obj_t object, size_t ndim) {
    if (object == mp_const_none) {
        return (1u << ndim) - 1;
    }
    size_t count = 1;
    mp_obj_t *axes = &object;
    if (mp_obj_is_type(object, &mp_type_tuple)) {
        mp_obj_tuple_get(object, &count, &axes);
    }
    unsigned int bits = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned int bit = 1u << axis_from_obj(axes[i], ndim);
        if (bits & bit) {
            mp_raise_ValueError(MP_ERROR_TEXT("duplicate axis"));
        }
        bits |= bit;
    }
    return bits;
}

ndarray_obj_t *array_from_obj(mp_obj_t object) {
    operand_t operand;
    if (!operand_from_obj(&operand, object)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("input must be a number, an array or a sequence, not %s"),
            mp_obj_get_type_str(object));
    }
    if (!operand.scalar) {
        return MP_OBJ_TO_PTR(operand.array);
    }
    operand.view.ndim = 1;
    operand.view.shape[0] = 1;
    operand.view.strides[0] = 0;
    return ndarray_new_copy(&operand.view, operand.view.dtype);
}

vector_t vector_from_array(ndarray_obj_t *array) {
    if (array->view->dtype == NDARRAY_COMPLEX) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("not implemented for complex dtype"));
    }
    if (array->view->ndim != 1) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("need an array of 1 dimension, not %d"),
            (int)array->view->ndim);
    }
    vector_t vector = { .array = array, .len = ndarray_len(array) };
    const ndarray_obj_t *lying = array;
    if (!block_is_direct(KIND_F64, array->view->dtype, array->view->data, array->view->strides[0])) {
        strided_t from = ndarray_strided(array);
        lying = vector.copy = ndarray_new_copy(&from, NDARRAY_FLOAT64);
    }
    vector.items = (const double *)(const void *)lying->view->data;
    return vector;
}

void vector_discard(vector_t *vector) {
    if (vector->copy != NULL) {
        ndarray_discard(vector->copy);
    }
}

mp_obj_t ndarray_result(ndarray_obj_t *result, mp_obj_t out_in) {
    if (out_in == mp_const_none) {
        return MP_OBJ_FROM_PTR(result);
    }
    if (!ndarray_check(out_in)) {
        mp_raise_TypeError(MP_ERROR_TEXT("out must be an ndarray"));
    }
    ndarray_obj_t *out = ndarray_from_obj(out_in);
    ndarray_check_writable(out);
    if (out->view->ndim != result->view->ndim
        || memcmp(out->view->shape, result->view->shape, out->view->ndim * sizeof(out->view->shape[0])) != 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("out must have the shape of the result"));
    }
    check_cast(result->view->dtype, out->view->dtype);
    strided_t to = ndarray_strided(out), from = ndarray_strided(result);
    strided_copy(&to, &from);
    ndarray_discard(result);
    return out_in;
}
