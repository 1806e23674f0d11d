// dot and @.

#include <string.h>

#include "py/runtime.h"

#include "convert.h"
#include "numpy.h"
#include "operators.h"
#include "product.h"

// The matrix as dense items of `dtype`, where it lies if that is how it is.
static const uint8_t *dense_items(const ndarray_obj_t *array, ndarray_dtype_t dtype, ndarray_obj_t **copy) {
    *copy = NULL;
    bool aligned = (uintptr_t)array->view->data % ndarray_dtype_itemsize(dtype) == 0;
    if (array->view->dtype == dtype && aligned && ndarray_is_dense(array)) {
        return array->view->data;
    }
    strided_t from = ndarray_strided(array);
    *copy = ndarray_new_copy(&from, dtype);
    return (*copy)->view->data;
}

mp_obj_t matrix_product(mp_obj_t left_in, mp_obj_t right_in) {
    const ndarray_obj_t *left = ndarray_from_obj(left_in);
    const ndarray_obj_t *right = ndarray_from_obj(right_in);
    if (left->view->dtype == NDARRAY_COMPLEX || right->view->dtype == NDARRAY_COMPLEX) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("not implemented for complex dtype"));
    }
    if (left->view->ndim > 2 || right->view->ndim > 2) {
        mp_raise_TypeError(MP_ERROR_TEXT("dot needs arrays of 1 or 2 dimensions"));
    }
    size_t rows = left->view->ndim == 2 ? left->view->shape[0] : 1;
    size_t inner = left->view->shape[left->view->ndim - 1];
    size_t columns = right->view->ndim == 2 ? right->view->shape[1] : 1;
    if (right->view->shape[0] != inner) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("dimensions do not match: " UINT_FMT " columns, " UINT_FMT " rows"),
            (mp_uint_t)inner, (mp_uint_t)right->view->shape[0]);
    }
    ndarray_dtype_t dtype = promote(PROMOTE_FLOAT, left->view->dtype, right->view->dtype);
    size_t shape[2] = { 1 }; // two vectors make one number
    size_t ndim = 0;
    if (left->view->ndim == 2) {
        shape[ndim++] = rows;
    }
    if (right->view->ndim == 2) {
        shape[ndim++] = columns;
    }
    ndarray_obj_t *result = ndarray_new(dtype, ndim == 0 ? 1 : ndim, shape);
    ndarray_obj_t *left_copy, *right_copy;
    const void *a = dense_items(left, dtype, &left_copy);
    const void *b = dense_items(right, dtype, &right_copy);
    if (dtype == NDARRAY_FLOAT32) {
        product_f32((void *)result->view->data, a, b, rows, inner, columns);
    } else {
        product_f64((void *)result->view->data, a, b, rows, inner, columns);
    }
    if (left_copy != NULL) {
        ndarray_discard(left_copy);
    }
    if (right_copy != NULL) {
        ndarray_discard(right_copy);
    }
    return ndim == 0 ? item_get(dtype, result->view->data) : MP_OBJ_FROM_PTR(result);
}
MP_DEFINE_CONST_FUN_OBJ_2(numpy_dot_obj, matrix_product);
