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

static void reverse_axes(strided_t *view) {
    strided_t from = *view;
    for (size_t axis = 0; axis < view->ndim; axis++) {
        view->shape[axis] = from.shape[view->ndim - 1 - axis];
        view->strides[axis] = from.strides[view->ndim - 1 - axis];
    }
}

static mp_obj_t transposed(const ndarray_obj_t *self) {
    strided_t view = ndarray_strided(self);
    reverse_axes(&view);
    return ndarray_new_view_of(self, &view);
}

static void set_shape(ndarray_obj_t *self, mp_obj_t sizes) {
    strided_t view = reshaped(self, sizes);
    if (!ndarray_is_dense(self)) {
        mp_raise_ValueError(MP_ERROR_TEXT("cannot assign new shape to an array with gaps"));
    }
    *self->view = view;
}

// A copy of the real or imaginary parts.
static mp_obj_t part_of_complex(const ndarray_obj_t *self, bool imaginary) {
    strided_t view = ndarray_strided(self);
    if (view.dtype == NDARRAY_COMPLEX) {
        view.dtype = NDARRAY_FLOAT64;
        view.data += imaginary ? sizeof(double) : 0;
    } else {
        view.dtype = view.dtype == NDARRAY_BOOL ? NDARRAY_UINT8 : view.dtype;
        if (imaginary) {
            return MP_OBJ_FROM_PTR(ndarray_new_zeroed(view.dtype, view.ndim, view.shape));
        }
    }
    return MP_OBJ_FROM_PTR(ndarray_new_copy(&view, view.dtype));
}

// Methods that are functions of ulab.numpy with the array as first argument.
static const qstr_short_t functions[] = {
    MP_QSTR_all, MP_QSTR_any, MP_QSTR_argmax, MP_QSTR_argmin, MP_QSTR_argsort, MP_QSTR_clip, MP_QSTR_conj,
    MP_QSTR_conjugate, MP_QSTR_cumprod, MP_QSTR_cumsum, MP_QSTR_diagonal, MP_QSTR_dot, MP_QSTR_max, MP_QSTR_mean,
    MP_QSTR_min, MP_QSTR_nonzero, MP_QSTR_prod, MP_QSTR_ptp, MP_QSTR_ravel, MP_QSTR_repeat, MP_QSTR_round,
    MP_QSTR_searchsorted, MP_QSTR_squeeze, MP_QSTR_std, MP_QSTR_sum, MP_QSTR_swapaxes, MP_QSTR_take, MP_QSTR_trace,
    MP_QSTR_var,
};

static void load_function(mp_obj_t self, qstr attribute, mp_obj_t *dest) {
    dest[1] = MP_OBJ_SENTINEL; // look among the methods here
    for (size_t i = 0; i < MP_ARRAY_SIZE(functions); i++) {
        if (functions[i] == attribute) {
            dest[0] = mp_load_attr(MP_OBJ_FROM_PTR(&ulab_numpy_module), attribute);
            dest[1] = self;
        }
    }
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
        case MP_QSTR___del__:
            // What the collector asks of each array: not through a table.
            dest[0] = MP_OBJ_FROM_PTR(&ndarray_del_obj);
            dest[1] = self_in;
            break;
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
        case MP_QSTR_nbytes:
            dest[0] = mp_obj_new_int_from_uint(ndarray_bytes(self));
            break;
        case MP_QSTR_T:
            dest[0] = self->view->ndim == 1 ? self_in : transposed(self);
            break;
        case MP_QSTR_base:
            dest[0] = self->owner == MP_OBJ_NULL ? mp_const_none : self->owner;
            break;
        case MP_QSTR_flat:
            dest[0] = ndarray_flat(self_in);
            break;
        case MP_QSTR_real:
        case MP_QSTR_imag:
            dest[0] = part_of_complex(ndarray_from_obj(self_in), attribute == MP_QSTR_imag);
            break;
        default:
            load_function(self_in, attribute, dest);
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

// Whether an order= argument says that the first axis runs fastest.
static bool is_column_order(mp_obj_t order_in) {
    const char *order = mp_obj_str_get_str(order_in);
    if (strcmp(order, "C") != 0 && strcmp(order, "F") != 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("order must be 'C' or 'F'"));
    }
    return order[0] == 'F';
}

static mp_obj_t method_reshape(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_order, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_QSTR(MP_QSTR_C) } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(0, NULL, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    bool columns = is_column_order(args[0].u_obj);
    ndarray_obj_t *self = ndarray_from_obj(pos_args[0]);
    strided_t view = reshaped(self, sizes_argument(n_args, pos_args));
    ndarray_from_obj(pos_args[0]); // the sizes may be objects that run code
    if (columns) {
        // The same as the reversed shape of the transposed array, transposed again.
        self = MP_OBJ_TO_PTR(transposed(self));
        reverse_axes(&view);
        strided_set_dense(&view);
    }
    if (!ndarray_is_dense(self)) {
        strided_t from = ndarray_strided(self);
        self = ndarray_new_copy(&from, from.dtype);
        view.data = self->view->data;
    }
    if (columns) {
        reverse_axes(&view);
    }
    return ndarray_new_view_of(self, &view);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(method_reshape_obj, 2, method_reshape);

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
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("need %d axes, not %d"),
            (int)self->view->ndim, (int)count);
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
        { MP_QSTR_order, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_QSTR(MP_QSTR_C) } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    const ndarray_obj_t *self = ndarray_from_obj(args[0].u_obj);
    if (is_column_order(args[1].u_obj)) {
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

static mp_obj_t method_fill(mp_obj_t self_in, mp_obj_t value) {
    ndarray_obj_t *self = ndarray_from_obj(self_in);
    ndarray_check_writable(self);
    strided_t view = ndarray_strided(self);
    if (is_sequence(value)) {
        mp_raise_TypeError(MP_ERROR_TEXT("fill needs a number"));
    }
    ndarray_assign(&view, value);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(method_fill_obj, method_fill);

// The only item, that at a place in C order, or that at one index for each axis.
static mp_obj_t method_item(size_t n_args, const mp_obj_t *args) {
    const ndarray_obj_t *self = ndarray_from_obj(args[0]);
    mp_obj_t index = MP_OBJ_NEW_SMALL_INT(0);
    if (n_args == 1 && ndarray_len(self) != 1) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("need the index of one of " UINT_FMT " items"),
            (mp_uint_t)ndarray_len(self));
    }
    if (n_args > 1) {
        index = sizes_argument(n_args, args);
    }
    if (mp_obj_is_int(index)) {
        return mp_obj_subscr(ndarray_flat(args[0]), index, MP_OBJ_SENTINEL);
    }
    mp_obj_t item = mp_obj_subscr(args[0], index, MP_OBJ_SENTINEL);
    if (ndarray_check(item)) {
        mp_raise_ValueError(MP_ERROR_TEXT("an item has one index for each axis"));
    }
    return item;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(method_item_obj, 1, 5, method_item);

// The same memory, perhaps as items of another dtype.
static mp_obj_t method_view(size_t n_args, const mp_obj_t *args) {
    const ndarray_obj_t *self = ndarray_from_obj(args[0]);
    strided_t view = ndarray_strided(self);
    if (n_args == 2) {
        view.dtype = dtype_from_obj(args[1]);
        size_t before = ndarray_dtype_itemsize(self->view->dtype);
        size_t itemsize = ndarray_dtype_itemsize(view.dtype);
        size_t last = view.ndim - 1;
        if (itemsize != before) {
            size_t bytes = view.shape[last] * before;
            if ((view.strides[last] != (ptrdiff_t)before && view.shape[last] > 1) || bytes % itemsize != 0) {
                mp_raise_ValueError(MP_ERROR_TEXT("the last axis has gaps or is no multiple of the new items"));
            }
            view.shape[last] = bytes / itemsize;
            view.strides[last] = (ptrdiff_t)itemsize;
        }
    }
    return ndarray_new_view_of(self, &view);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(method_view_obj, 1, 2, method_view);

static mp_obj_t method_byteswap(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_inplace, MP_ARG_BOOL, { .u_bool = false } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    ndarray_obj_t *self = ndarray_from_obj(args[0].u_obj);
    strided_t view = ndarray_strided(self);
    if (args[1].u_bool) {
        ndarray_check_writable(self);
    } else {
        self = ndarray_new_copy(&view, view.dtype);
        view = ndarray_strided(self);
    }
    // The halves of a complex item are swapped each.
    size_t parts = view.dtype == NDARRAY_COMPLEX ? 2 : 1;
    size_t size = ndarray_dtype_itemsize(view.dtype) / parts;
    strided_loop_t loop;
    if (strided_loop_start(&loop, 1, (const strided_t *const[]) { &view })) {
        do {
            for (size_t i = 0; i < loop.run; i++) {
                uint8_t *item = loop.data[0] + (ptrdiff_t)i * loop.step[0];
                for (size_t part = 0; part < parts; part++, item += size) {
                    for (size_t byte = 0; byte < size / 2; byte++) {
                        uint8_t swapped = item[byte];
                        item[byte] = item[size - 1 - byte];
                        item[size - 1 - byte] = swapped;
                    }
                }
            }
        } while (strided_loop_next(&loop));
    }
    return MP_OBJ_FROM_PTR(self);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(method_byteswap_obj, 1, method_byteswap);

static const mp_rom_map_elem_t ndarray_locals_dict_table[] = {
    { MP_ROM_QSTR(MP_QSTR_astype), MP_ROM_PTR(&method_astype_obj) },
    { MP_ROM_QSTR(MP_QSTR_byteswap), MP_ROM_PTR(&method_byteswap_obj) },
    { MP_ROM_QSTR(MP_QSTR_copy), MP_ROM_PTR(&method_copy_obj) },
    { MP_ROM_QSTR(MP_QSTR_fill), MP_ROM_PTR(&method_fill_obj) },
    { MP_ROM_QSTR(MP_QSTR_flatten), MP_ROM_PTR(&method_flatten_obj) },
    { MP_ROM_QSTR(MP_QSTR_item), MP_ROM_PTR(&method_item_obj) },
    { MP_ROM_QSTR(MP_QSTR_reshape), MP_ROM_PTR(&method_reshape_obj) },
    { MP_ROM_QSTR(MP_QSTR_sort), MP_ROM_PTR(&ndarray_sort_obj) },
    { MP_ROM_QSTR(MP_QSTR_tobytes), MP_ROM_PTR(&method_tobytes_obj) },
    { MP_ROM_QSTR(MP_QSTR_tolist), MP_ROM_PTR(&method_tolist_obj) },
    { MP_ROM_QSTR(MP_QSTR_transpose), MP_ROM_PTR(&method_transpose_obj) },
    { MP_ROM_QSTR(MP_QSTR_view), MP_ROM_PTR(&method_view_obj) },
};
MP_DEFINE_CONST_DICT(ndarray_locals_dict, ndarray_locals_dict_table);
