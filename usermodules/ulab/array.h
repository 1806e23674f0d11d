// What ulab's own files share about the array type, beyond ndarray.h.

#ifndef ULAB_ARRAY_H
#define ULAB_ARRAY_H

#include "ndarray.h"
#include "strided.h"

enum {
    NDARRAY_EXPORTED = 1, // the buffer protocol gave the address away
    NDARRAY_READ_ONLY = 2,
    NDARRAY_BORROWED = 4, // the data belong to a buffer that may be resized
};

#define ITEM_BYTES (16) // of the largest item

// The shape and strides that the algorithms work on.
strided_t ndarray_strided(const ndarray_obj_t *array);
mp_obj_t ndarray_new_view_of(const ndarray_obj_t *array, const strided_t *view);
ndarray_obj_t *ndarray_new_like(ndarray_dtype_t dtype, const strided_t *shaped);

// A dense copy with another dtype.
ndarray_obj_t *ndarray_new_copy(const strided_t *from, ndarray_dtype_t dtype);

// Give the memory of a temporary array back without waiting for the collector.
void ndarray_discard(ndarray_obj_t *array);

// Change the shape of a new dense array: one axis of all items, or one axis of
// a single item less.
void ndarray_set_flat(ndarray_obj_t *array);
void ndarray_drop_axis(ndarray_obj_t *array, size_t axis);

// Raises where an array must not be written to.
void ndarray_check_writable(const ndarray_obj_t *array);

// Items as Python objects, at any alignment.
mp_obj_t item_get(ndarray_dtype_t dtype, const uint8_t *item);
// Integers wrap; TypeError for a float into an integer.
void item_set(ndarray_dtype_t dtype, uint8_t *item, mp_obj_t value);

// The tuple of ints that shows a shape.
mp_obj_t shape_to_obj(size_t ndim, const size_t *shape);
NORETURN void raise_broadcast_error(const strided_t *a, const strided_t *b);
// An int, or a tuple or list of them; one -1 is taken
// as 1 and pointed to where `unknown` is not NULL.
size_t shape_from_obj(mp_obj_t object, size_t *shape, size_t **unknown);

// The value of an axis= argument, counted from the end where it is negative.
size_t axis_from_obj(mp_obj_t object, size_t ndim);

// The value of a dtype= argument, or TypeError.
ndarray_dtype_t dtype_from_obj(mp_obj_t object);

// Whether it has a length and is no string; an array is one too.
bool is_sequence(mp_obj_t object);

// An array from nested sequences, buffers or arrays; always a copy.
ndarray_obj_t *ndarray_from_sequence(mp_obj_t object, ndarray_dtype_t dtype);

// A value as an operand without an array around it: an array's items, a scalar
// or, for any other sequence, a temporary float array.
typedef struct {
    strided_t view;         // points to `item` for a scalar
    bool scalar;
    mp_obj_t array;         // what keeps the items alive, or MP_OBJ_NULL
    uint8_t item[ITEM_BYTES];
} operand_t;

// False where the object is nothing of that.
bool operand_from_obj(operand_t *operand, mp_obj_t object);
// Again, after code of the program may have run.
void operand_check(const operand_t *operand);
void operand_discard(operand_t *operand, mp_obj_t object);
// What is to be written into items of a dtype. TypeError for what does not fit.
void operand_for_assignment(operand_t *operand, ndarray_dtype_t dtype, mp_obj_t value);

// Write a value into a view with broadcasting and conversion.
void ndarray_assign(const strided_t *target, mp_obj_t value);

// The slots of the type and its attributes.
void ndarray_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind);
mp_obj_t ndarray_subscr(mp_obj_t self, mp_obj_t index, mp_obj_t value);
mp_obj_t ndarray_unary_op(mp_unary_op_t op, mp_obj_t self);
mp_obj_t ndarray_binary_op(mp_binary_op_t op, mp_obj_t left, mp_obj_t right);
mp_obj_t ndarray_flat(mp_obj_t self);
mp_obj_t ndarray_getiter(mp_obj_t self, mp_obj_iter_buf_t *buffer);
mp_obj_t ndarray_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);
void ndarray_attr(mp_obj_t self, qstr attribute, mp_obj_t *dest);
extern const mp_obj_dict_t ndarray_locals_dict;
MP_DECLARE_CONST_FUN_OBJ_1(ndarray_del_obj);

#endif // ULAB_ARRAY_H
