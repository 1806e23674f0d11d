// The functions of ulab.numpy, each defined in the file of its subject.

#ifndef ULAB_NUMPY_H
#define ULAB_NUMPY_H

#include "py/obj.h"

// creation.c
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_arange_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_array_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_asarray_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_eye_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_frombuffer_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_full_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_linspace_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_ones_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(numpy_zeros_obj);

#endif // ULAB_NUMPY_H
