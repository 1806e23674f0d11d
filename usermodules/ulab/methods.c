// Attributes and methods of arrays that have to do with shape and storage.

#include <string.h>

#include "py/objstr.h"
#include "py/runtime.h"

#include "array.h"
#include "convert.h"
#include "numpy.h"

static mp_obj_t strides_to_obj(const ndarray_obj_t *self) {
    mp_obj_t strides[NDARRAY_MAX_DIMS];
    for (size_t axis = 0; axis < self->view->ndim; axis++) {
        strides[axis] = mp_obj_new_int(self->view->strides[axis]);
    }
    return mp_obj_new_tuple(self->view->ndim, strides);
}

// A shape of as many items; one size may be left open with -1.
static strided_t reshaped(const ndarray_obj_t *self, mp_obj_t sizes) {
    strided_t view = ndarray_strided(self);
    size_t *unknown = NULL;
    view.ndim = shape_from_obj(sizes, view.shape, &unknown);
    size_t len = 1;
    bool possible = true;
    for (size_t axis = 0; axis < view.ndim && possible; axis++) {
        possible = !__builtin_mul_overflow(len, view.shape[axis], &len);
    }
    if (unknown != NULL && possible) {
        possible = len != 0 && ndarray_len(self) % len == 0;
        *unknown = possible ? ndarray_len(self) / len : 0;
    } else {
        possible = possible && len == ndarray_len(self);
    }
    if (!possible) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("cannot reshape array of size " UINT_FMT),
            (mp_uint_t)ndarray_len(self));
    }
    strided_set_dense(&view);
    return view;
}

static mp_obj_t transposed(const ndarray_obj_t *self) {
    strided_t view = ndarray_strided(self);
    for (size_t axis = 0; axis < view.ndim; axis++) {
        view.shape[axis] = self->view->shape[view.ndim - 1 - axis];
        view.strides[axis] = self->view->strides[view.ndim - 1 - axis];
    }
    return ndarray_new_view_of(self, &view);
}

static void set_shape(ndarray_obj_t *self, mp_obj_t sizes) {
    strided_t view = reshaped(self, sizes);
    if (!ndarray_is_dense(self)) {
        mp_raise_ValueError(MP_ERROR_TEXT("cannot assign new shape to an array with gaps"));
    }
    *self->view = view;
}

void ndarray_attr(mp_obj_t self_in, qstr attribute, mp_obj_t *dest) {
    ndarray_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] != MP_OBJ_NULL) {
        if (attribute == MP_QSTR_shape && dest[1] != MP_OBJ_NULL) {
            set_shape(self, dest[1]);
            dest[0] = MP_OBJ_NULL;
        }
        return;
    }
    switch (attribute) {
        case MP_QSTR_shape:
            dest[0] = shape_to_obj(self->view->ndim, self->view->shape);
            break;
        case MP_QSTR_strides:
            dest[0] = strides_to_obj(self);
            break;
        case MP_QSTR_ndim:
            dest[0] = MP_OBJ_NEW_SMALL_INT(self->view->ndim);
            break;
        case MP_QSTR_size:
            dest[0] = mp_obj_new_int_from_uint(ndarray_len(self));
            break;
        case MP_QSTR_itemsize:
            dest[0] = MP_OBJ_NEW_SMALL_INT(ndarray_dtype_itemsize(self->view->dtype));
            break;
        case MP_QSTR_dtype:
            // Bool counts as uint8 with a mark, so that is its type code.
            dest[0] = MP_OBJ_NEW_SMALL_INT(self->view->dtype == NDARRAY_BOOL ? NDARRAY_UINT8 : self->view->dtype);
            break;
        case MP_QSTR_T:
            dest[0] = self->view->ndim == 1 ? self_in : transposed(self);
            break;
        default:
            dest[1] = MP_OBJ_SENTINEL; // look among the methods
            break;
    }
}

static mp_obj_t method_copy(mp_obj_t self_in) {
    strided_t from = ndarray_strided(ndarray_from_obj(self_in));
    return MP_OBJ_FROM_PTR(ndarray_new_copy(&from, from.dtype));
}
static MP_DEFINE_CONST_FUN_OBJ_1(method_copy_obj, method_copy);

static mp_obj_t method_astype(mp_obj_t self_in, mp_obj_t dtype_in) {
    strided_t from = ndarray_strided(ndarray_from_obj(self_in));
    ndarray_dtype_t dtype = dtype_from_obj(dtype_in);
    if (from.dtype == NDARRAY_COMPLEX && dtype != NDARRAY_COMPLEX && dtype != NDARRAY_BOOL) {
        mp_raise_TypeError(MP_ERROR_TEXT("cannot convert complex type"));
    }
    return MP_OBJ_FROM_PTR(ndarray_new_copy(&from, dtype));
}
static MP_DEFINE_CONST_FUN_OBJ_2(method_astype_obj, method_astype);

// The positional arguments after self as one shape: (2, 3), ((2, 3),) or (6,).
static mp_obj_t sizes_argument(size_t n_args, const mp_obj_t *args) {
    return n_args == 2 ? args[1] : mp_obj_new_tuple(n_args - 1, args + 1);
}

static mp_obj_t method_reshape(size_t n_args, const mp_obj_t *args) {
    ndarray_obj_t *self = ndarray_from_obj(args[0]);
    strided_t view = reshaped(self, sizes_argument(n_args, args));
    ndarray_from_obj(args[0]); // the sizes may be objects that run code
    if (!ndarray_is_dense(self)) {
        strided_t from = ndarray_strided(self);
        self = ndarray_new_copy(&from, from.dtype);
        view.data = self->view->data;
    }
    return ndarray_new_view_of(self, &view);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(method_reshape_obj, 2, 5, method_reshape);

static mp_obj_t method_transpose(size_t n_args, const mp_obj_t *args) {
    const ndarray_obj_t *self = ndarray_from_obj(args[0]);
    if (n_args == 1 || (n_args == 2 && args[1] == mp_const_none)) {
        return transposed(self);
    }
    size_t count;
    mp_obj_t *axes;
    mp_obj_t given = n_args == 2 && !mp_obj_is_int(args[1]) ? args[1] : mp_obj_new_tuple(n_args - 1, args + 1);
    mp_obj_get_array(given, &count, &axes);
    if (count != self->view->ndim) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("need %d axes, not %d"), (int)self->view->ndim, (int)count);
    }
    strided_t view = ndarray_strided(self);
    unsigned int seen = 0;
    for (size_t i = 0; i < count; i++) {
        mp_int_t axis = mp_obj_get_int(axes[i]);
        axis += axis < 0 ? (mp_int_t)count : 0;
        if (axis < 0 || axis >= (mp_int_t)count || (seen >> axis & 1)) {
            mp_raise_ValueError(MP_ERROR_TEXT("an axis is out of bounds or repeated"));
        }
        seen |= 1u << axis;
        view.shape[i] = self->view->shape[axis];
        view.strides[i] = self->view->strides[axis];
    }
    return ndarray_new_view_of(self, &view);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(method_transpose_obj, 1, 5, method_transpose);

static mp_obj_t method_flatten(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_order, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_QSTR(MP_QSTR_C) } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    const ndarray_obj_t *self = ndarray_from_obj(args[0].u_obj);
    const char *order = mp_obj_str_get_str(args[1].u_obj);
    if (strcmp(order, "C") != 0 && strcmp(order, "F") != 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("order must be 'C' or 'F'"));
    }
    if (order[0] == 'F') {
        self = MP_OBJ_TO_PTR(transposed(self));
    }
    strided_t from = ndarray_strided(self);
    ndarray_obj_t *flat = ndarray_new_copy(&from, from.dtype);
    ndarray_set_flat(flat);
    return MP_OBJ_FROM_PTR(flat);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(method_flatten_obj, 1, method_flatten);

static mp_obj_t method_tobytes(mp_obj_t self_in) {
    ndarray_obj_t *self = ndarray_from_obj(self_in);
    size_t bytes = ndarray_bytes(self);
    strided_t from = ndarray_strided(self);
    strided_t to = from;
    vstr_t text;
    vstr_init_len(&text, bytes);
    to.data = (uint8_t *)text.buf;
    strided_set_dense(&to);
    strided_copy(&to, &from);
    return mp_obj_new_bytearray_by_ref(bytes, text.buf);
}
static MP_DEFINE_CONST_FUN_OBJ_1(method_tobytes_obj, method_tobytes);

static mp_obj_t view_to_list(const strided_t *view) {
    if (view->ndim == 0) {
        return item_get(view->dtype, view->data);
    }
    strided_t row = *view;
    row.ndim--;
    memmove(row.shape, view->shape + 1, row.ndim * sizeof(row.shape[0]));
    memmove(row.strides, view->strides + 1, row.ndim * sizeof(row.strides[0]));
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (size_t i = 0; i < view->shape[0]; i++) {
        mp_obj_list_append(list, view_to_list(&row));
        row.data += view->strides[0];
    }
    return list;
}

static mp_obj_t method_tolist(mp_obj_t self_in) {
    strided_t view = ndarray_strided(ndarray_from_obj(self_in));
    return view_to_list(&view);
}
static MP_DEFINE_CONST_FUN_OBJ_1(method_tolist_obj, method_tolist);

static const mp_rom_map_elem_t ndarray_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&ndarray_del_obj) },
    { MP_ROM_QSTR(MP_QSTR_all), MP_ROM_PTR(&numpy_all_obj) },
    { MP_ROM_QSTR(MP_QSTR_any), MP_ROM_PTR(&numpy_any_obj) },
    { MP_ROM_QSTR(MP_QSTR_argmax), MP_ROM_PTR(&numpy_argmax_obj) },
    { MP_ROM_QSTR(MP_QSTR_argmin), MP_ROM_PTR(&numpy_argmin_obj) },
    { MP_ROM_QSTR(MP_QSTR_argsort), MP_ROM_PTR(&numpy_argsort_obj) },
    { MP_ROM_QSTR(MP_QSTR_astype), MP_ROM_PTR(&method_astype_obj) },
    { MP_ROM_QSTR(MP_QSTR_copy), MP_ROM_PTR(&method_copy_obj) },
    { MP_ROM_QSTR(MP_QSTR_dot), MP_ROM_PTR(&numpy_dot_obj) },
    { MP_ROM_QSTR(MP_QSTR_flatten), MP_ROM_PTR(&method_flatten_obj) },
    { MP_ROM_QSTR(MP_QSTR_max), MP_ROM_PTR(&numpy_max_obj) },
    { MP_ROM_QSTR(MP_QSTR_mean), MP_ROM_PTR(&numpy_mean_obj) },
    { MP_ROM_QSTR(MP_QSTR_min), MP_ROM_PTR(&numpy_min_obj) },
    { MP_ROM_QSTR(MP_QSTR_reshape), MP_ROM_PTR(&method_reshape_obj) },
    { MP_ROM_QSTR(MP_QSTR_sort), MP_ROM_PTR(&ndarray_sort_obj) },
    { MP_ROM_QSTR(MP_QSTR_std), MP_ROM_PTR(&numpy_std_obj) },
    { MP_ROM_QSTR(MP_QSTR_sum), MP_ROM_PTR(&numpy_sum_obj) },
    { MP_ROM_QSTR(MP_QSTR_tobytes), MP_ROM_PTR(&method_tobytes_obj) },
    { MP_ROM_QSTR(MP_QSTR_tolist), MP_ROM_PTR(&method_tolist_obj) },
    { MP_ROM_QSTR(MP_QSTR_transpose), MP_ROM_PTR(&method_transpose_obj) },
};
MP_DEFINE_CONST_DICT(ndarray_locals_dict, ndarray_locals_dict_table);
