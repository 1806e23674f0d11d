// How universal functions are called: of a number, or of each item of an array.

#include <string.h>

#include "py/runtime.h"

#include "array.h"
#include "promote.h"
#include "universal.h"

// With the shape that the input can be stretched to, in place of a new array.
static ndarray_obj_t *check_out(mp_obj_t object, ndarray_dtype_t dtype, strided_t *in) {
    if (!ndarray_check(object)) {
        mp_raise_ValueError(MP_ERROR_TEXT("out must be an ndarray"));
    }
    ndarray_obj_t *out = ndarray_from_obj(object);
    ndarray_check_writable(out);
    strided_t view = ndarray_strided(out);
    if (view.dtype != dtype && (promote_to_float(view.dtype) != view.dtype || view.dtype == NDARRAY_COMPLEX
        || (dtype != NDARRAY_FLOAT32 && dtype != NDARRAY_FLOAT64))) {
        mp_raise_ValueError(MP_ERROR_TEXT("out has another kind of items than the result"));
    }
    if (in->ndim > view.ndim || !strided_broadcast_to(in, view.ndim, view.shape)) {
        mp_raise_ValueError(MP_ERROR_TEXT("out and the input must have the same shape"));
    }
    return out;
}

static bool are_same_items(const strided_t *a, const strided_t *b) {
    return a->data == b->data && ndarray_dtype_itemsize(a->dtype) == ndarray_dtype_itemsize(b->dtype)
           && memcmp(a->strides, b->strides, a->ndim * sizeof(a->strides[0])) == 0;
}

static mp_obj_t call_array(const unary_t *function, strided_t in, mp_obj_t out_in, ndarray_dtype_t dtype) {
    ndarray_obj_t *result = out_in == mp_const_none ? ndarray_new_like(dtype, &in) : check_out(out_in, dtype, &in);
    strided_t out = ndarray_strided(result);
    ndarray_obj_t *copy = NULL;
    if (out_in != mp_const_none && strided_overlap(&out, &in) && !are_same_items(&out, &in)) {
        copy = ndarray_new_copy(&in, in.dtype);
        in = ndarray_strided(copy);
    }
    if (dtype == NDARRAY_COMPLEX) {
        unary_apply_complex(function, &out, &in);
    } else {
        unary_apply(function, &out, &in);
    }
    if (copy != NULL) {
        ndarray_discard(copy);
    }
    return MP_OBJ_FROM_PTR(result);
}

static ndarray_dtype_t result_dtype(const unary_t *function, ndarray_dtype_t in, mp_obj_t dtype_in) {
    if (in == NDARRAY_COMPLEX && function->complex == NULL) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("not implemented for complex dtype"));
    }
    if (function->predicate) {
        return NDARRAY_BOOL;
    }
    if (dtype_in == mp_const_none || in == NDARRAY_COMPLEX) {
        return promote_to_float(in);
    }
    ndarray_dtype_t dtype = dtype_from_obj(dtype_in);
    if (promote_to_float(dtype) != dtype || (dtype == NDARRAY_COMPLEX && function->complex == NULL)) {
        mp_raise_TypeError(MP_ERROR_TEXT("dtype must be float, or complex where the function has complex results"));
    }
    return dtype;
}

static mp_obj_t call_number(const unary_t *function, mp_obj_t number, ndarray_dtype_t dtype) {
    double parts[2];
    mp_obj_get_complex(number, &parts[0], &parts[1]);
    if (dtype == NDARRAY_COMPLEX || mp_obj_is_type(number, &mp_type_complex)) {
        function->complex(parts);
    } else {
        parts[0] = unary_of_number(function, parts[0]);
    }
    return dtype == NDARRAY_BOOL ? mp_obj_new_bool(parts[0] != 0.0)
        : dtype == NDARRAY_COMPLEX ? mp_obj_new_complex(parts[0], parts[1]) : mp_obj_new_float(parts[0]);
}

static mp_obj_t universal_call(mp_obj_t self, size_t n_args, size_t n_kw, const mp_obj_t *call_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_out, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_dtype, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all_kw_array(n_args, n_kw, call_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    mp_obj_t object = args[0].u_obj;
    const unary_t *function = &((const universal_t *)MP_OBJ_TO_PTR(self))->function;
    operand_t in;
    if (!operand_from_obj(&in, object)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("input must be a number, an array or a sequence, not %s"),
            mp_obj_get_type_str(object));
    }
    ndarray_dtype_t dtype = result_dtype(function, in.view.dtype, args[2].u_obj);
    if (in.scalar && args[1].u_obj == mp_const_none) {
        return call_number(function, object, dtype);
    }
    mp_obj_t result = call_array(function, in.view, args[1].u_obj, dtype);
    operand_discard(&in, object);
    return result;
}

MP_DEFINE_CONST_OBJ_TYPE(
    ulab_universal_type, MP_QSTR_function, MP_TYPE_FLAG_BUILTIN_FUN,
    call, universal_call
    );
