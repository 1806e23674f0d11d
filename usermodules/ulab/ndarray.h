// The array type that ulab, ujpeg and unn share. Everything another C module
// may use is declared here; everything else in ulab is its own affair.

#ifndef ULAB_NDARRAY_H
#define ULAB_NDARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "py/obj.h"

#include "strided.h"

// One block of the interpreter's heap, which is what its allocator finds at once.
typedef struct _ndarray_obj_t {
    mp_obj_base_t base;
    strided_t *view; // dtype, shape, strides and items; outside of the interpreter's heap
    mp_obj_t owner;  // what keeps the items alive: MP_OBJ_NULL for an array that owns them
    uint8_t flags;   // private to ulab
} ndarray_obj_t;

extern const mp_obj_type_t ulab_ndarray_type;

static inline bool ndarray_check(mp_obj_t object) {
    return mp_obj_is_type(object, &ulab_ndarray_type);
}

// A new dense array in C order, zeroed or not. Raises ValueError where the
// shape is not possible and MemoryError where the limit or the machine's memory
// does not suffice, both before anything is taken.
ndarray_obj_t *ndarray_new(ndarray_dtype_t dtype, size_t ndim, const size_t *shape);
ndarray_obj_t *ndarray_new_zeroed(ndarray_dtype_t dtype, size_t ndim, const size_t *shape);

// A view of memory that `owner` keeps alive: another array, or any object on
// the interpreter's heap.
ndarray_obj_t *ndarray_new_view(ndarray_dtype_t dtype, size_t ndim, const size_t *shape, const ptrdiff_t *strides,
    uint8_t *data, mp_obj_t owner);

// The array behind an argument, or TypeError.
ndarray_obj_t *ndarray_from_obj(mp_obj_t object);

static inline size_t ndarray_len(const ndarray_obj_t *array) {
    return strided_len(array->view);
}

static inline size_t ndarray_bytes(const ndarray_obj_t *array) {
    return strided_len(array->view) * ndarray_dtype_itemsize(array->view->dtype);
}

// Whether the items lie one after the other in C order.
bool ndarray_is_dense(const ndarray_obj_t *array);

// Counted memory outside of the interpreter's heap, for module objects that
// outgrow it (a decoder's buffers, a network's arena). Counted and limited with
// the arrays' data; NULL, not an exception, where it cannot be had.
void *ulab_memory_alloc(size_t bytes);
void ulab_memory_free(void *memory);

#endif // ULAB_NDARRAY_H
