// np.convolve.

#include "py/runtime.h"

#include "arguments.h"
#include "convolve.h"
#include "numpy.h"

static ndarray_obj_t *checked(mp_obj_t object) {
    ndarray_obj_t *array = ndarray_from_obj(object);
    if (array->view->ndim != 1) {
        mp_raise_TypeError(MP_ERROR_TEXT("convolve arguments must be linear arrays"));
    }
    if (array->view->shape[0] == 0) {
        mp_raise_TypeError(MP_ERROR_TEXT("convolve arguments must not be empty"));
    }
    return array;
}

// All of the sums of products, the longer vector first.
static ndarray_obj_t *convolve(ndarray_obj_t *left, ndarray_obj_t *right) {
    size_t n = left->view->shape[0], m = right->view->shape[0], len = n + m - 1;
    if (left->view->dtype != NDARRAY_COMPLEX && right->view->dtype != NDARRAY_COMPLEX) {
        ndarray_obj_t *result = ndarray_new_zeroed(NDARRAY_FLOAT64, 1, &len);
        vector_t a = vector_from_array(left), b = vector_from_array(right);
        convolve_add((double *)(void *)result->view->data, a.items, n, b.items, m);
        vector_discard(&a);
        vector_discard(&b);
        return result;
    }
    ndarray_obj_t *result = ndarray_new_zeroed(NDARRAY_COMPLEX, 1, &len);
    ndarray_obj_t *a = ndarray_new_copy(left->view, NDARRAY_COMPLEX);
    ndarray_obj_t *b = ndarray_new_copy(right->view, NDARRAY_COMPLEX);
    convolve_add_complex((double *)(void *)result->view->data, (double *)(void *)a->view->data, n,
        (double *)(void *)b->view->data, m);
    ndarray_discard(a);
    ndarray_discard(b);
    return result;
}

static mp_obj_t numpy_convolve(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_mode, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_QSTR(MP_QSTR_full) } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    ndarray_obj_t *left = checked(args[0].u_obj), *right = checked(args[1].u_obj);
    if (left->view->shape[0] < right->view->shape[0]) {
        ndarray_obj_t *longer = right;
        right = left;
        left = longer;
    }
    // Of the full result the modes leave out items at the ends.
    size_t first = 0, len = left->view->shape[0], less = right->view->shape[0] - 1;
    qstr mode = mp_obj_str_get_qstr(args[2].u_obj);
    if (mode == MP_QSTR_full) {
        len += less;
    } else if (mode == MP_QSTR_same) {
        first = less / 2;
    } else if (mode == MP_QSTR_valid) {
        first = less;
        len -= less;
    } else {
        mp_raise_ValueError(MP_ERROR_TEXT("mode must be 'full', 'same' or 'valid'"));
    }
    ndarray_obj_t *full = convolve(left, right);
    if (mode == MP_QSTR_full) {
        return MP_OBJ_FROM_PTR(full);
    }
    strided_t part = ndarray_strided(full);
    part.data += (ptrdiff_t)first * part.strides[0];
    part.shape[0] = len;
    return ndarray_new_view_of(full, &part);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_convolve_obj, 2, numpy_convolve);
