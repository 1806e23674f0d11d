// What an array is, for people and for the functions in Python.

#include "py/runtime.h"

#include "array.h"
#include "numpy.h"
#include "printing.h"

// The type code, which tells bool from uint8 as the attribute does not.
static mp_obj_t numpy_true_dtype(mp_obj_t array) {
    return MP_OBJ_NEW_SMALL_INT(ndarray_from_obj(array)->view->dtype);
}
MP_DEFINE_CONST_FUN_OBJ_1(numpy_true_dtype_obj, numpy_true_dtype);

static mp_obj_t numpy_ndinfo(mp_obj_t object) {
    const ndarray_obj_t *array = ndarray_from_obj(object);
    const mp_print_t *print = &mp_plat_print;
    mp_print_str(print, "class: ndarray\nshape: ");
    mp_obj_print_helper(print, mp_load_attr(object, MP_QSTR_shape), PRINT_REPR);
    mp_print_str(print, "\nstrides: ");
    mp_obj_print_helper(print, mp_load_attr(object, MP_QSTR_strides), PRINT_REPR);
    const char *type = array->view->dtype == NDARRAY_FLOAT64 ? "float" : dtype_name(array->view->dtype);
    int itemsize = (int)ndarray_dtype_itemsize(array->view->dtype);
    mp_printf(print, "\nitemsize: %d\ndata pointer: 0x%p\ntype: %s\n", itemsize, array->view->data, type);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(numpy_ndinfo_obj, numpy_ndinfo);
