#include "py/runtime.h"

#include "array.h"

mp_obj_t ndarray_unary_op(mp_unary_op_t op, mp_obj_t self_in) {
    ndarray_obj_t *self = ndarray_from_obj(self_in);
    switch (op) {
        case MP_UNARY_OP_BOOL:
            return mp_obj_new_bool(self->len != 0);
        case MP_UNARY_OP_LEN:
            return mp_obj_new_int_from_uint(self->shape[0]);
        default:
            return MP_OBJ_NULL;
    }
}

mp_obj_t ndarray_binary_op(mp_binary_op_t op, mp_obj_t left, mp_obj_t right) {
    return MP_OBJ_NULL;
}
