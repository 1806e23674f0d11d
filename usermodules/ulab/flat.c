// array.flat: the items of any array in C order, with a length and places.

#include "py/runtime.h"

#include "array.h"

typedef struct {
    mp_obj_base_t base;
    mp_obj_t array;
    size_t next;
} flat_t;

extern const mp_obj_type_t flat_type;

mp_obj_t ndarray_flat(mp_obj_t array) {
    flat_t *self = mp_obj_malloc(flat_t, &flat_type);
    self->array = array;
    self->next = 0;
    return MP_OBJ_FROM_PTR(self);
}

static uint8_t *item_at(const strided_t *view, size_t place) {
    uint8_t *item = view->data;
    for (size_t axis = view->ndim; axis-- > 0;) {
        item += (ptrdiff_t)(place % view->shape[axis]) * view->strides[axis];
        place /= view->shape[axis];
    }
    return item;
}

static mp_obj_t flat_iternext(mp_obj_t self_in) {
    flat_t *self = MP_OBJ_TO_PTR(self_in);
    const ndarray_obj_t *array = ndarray_from_obj(self->array);
    if (self->next >= ndarray_len(array)) {
        return MP_OBJ_STOP_ITERATION;
    }
    return item_get(array->view->dtype, item_at(array->view, self->next++));
}

static mp_obj_t flat_unary_op(mp_unary_op_t op, mp_obj_t self_in) {
    flat_t *self = MP_OBJ_TO_PTR(self_in);
    const ndarray_obj_t *array = ndarray_from_obj(self->array);
    switch (op) {
        case MP_UNARY_OP_LEN:
            return mp_obj_new_int_from_uint(ndarray_len(array));
        default:
            return MP_OBJ_NULL;
    }
}

static mp_obj_t flat_subscr(mp_obj_t self_in, mp_obj_t index, mp_obj_t value) {
    flat_t *self = MP_OBJ_TO_PTR(self_in);
    ndarray_obj_t *array = ndarray_from_obj(self->array);
    size_t place = mp_get_index(&flat_type, ndarray_len(array), index, false);
    strided_t item = { .dtype = array->view->dtype, .data = item_at(array->view, place) };
    if (value == MP_OBJ_SENTINEL) {
        return item_get(item.dtype, item.data);
    }
    if (value == MP_OBJ_NULL || is_sequence(value)) {
        return MP_OBJ_NULL; // not supported
    }
    ndarray_check_writable(array);
    ndarray_assign(&item, value);
    return mp_const_none;
}

MP_DEFINE_CONST_OBJ_TYPE(
    flat_type, MP_QSTR_flatiter, MP_TYPE_FLAG_ITER_IS_ITERNEXT,
    unary_op, flat_unary_op,
    subscr, flat_subscr,
    iter, flat_iternext
    );
