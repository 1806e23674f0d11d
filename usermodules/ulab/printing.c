// repr(array), the same text as str(array).

#include <string.h>

#include "py/formatfloat.h"
#include "py/runtime.h"

#include "array.h"
#include "convert.h"
#include "numpy.h"
#include "printing.h"

printing_options_t printing_options = { .threshold = 10, .edge_items = 3 };

const char *dtype_name(ndarray_dtype_t dtype) {
    switch (dtype) {
        case NDARRAY_BOOL:
            return "bool";
        case NDARRAY_UINT8:
            return "uint8";
        case NDARRAY_INT8:
            return "int8";
        case NDARRAY_UINT16:
            return "uint16";
        case NDARRAY_INT16:
            return "int16";
        case NDARRAY_UINT32:
            return "uint32";
        case NDARRAY_INT32:
            return "int32";
        case NDARRAY_FLOAT32:
            return "float32";
        case NDARRAY_FLOAT64:
            return "float64";
        default:
            return "complex";
    }
}

// As the interpreter prints float objects, without making any: these would lie
// in the way of the text that grows.
static void print_float(const mp_print_t *print, double value, int digits) {
    char text[32];
    mp_format_float(value, text, sizeof(text), 'g', digits, '\0');
    mp_print_str(print, text);
    if (strpbrk(text, ".en") == NULL) {
        mp_print_str(print, ".0");
    }
}

static void print_item(const mp_print_t *print, ndarray_dtype_t dtype, const uint8_t *item) {
    block_t block;
    switch (dtype) {
        case NDARRAY_BOOL:
            mp_print_str(print, *item ? "True" : "False");
            break;
        case NDARRAY_FLOAT32:
            block_load(&block, KIND_F64, dtype, item, 0, 1);
            print_float(print, block.f64[0], 7);
            break;
        case NDARRAY_FLOAT64:
        case NDARRAY_COMPLEX:
            block_load(&block, KIND_COMPLEX, dtype, item, 0, 1);
            print_float(print, block.f64[0], 16);
            if (dtype == NDARRAY_COMPLEX) {
                if (!(block.f64[1] < 0.0)) {
                    mp_print_str(print, "+");
                }
                print_float(print, block.f64[1], 16);
                mp_print_str(print, "j");
            }
            break;
        case NDARRAY_UINT32:
            block_load(&block, KIND_U32, dtype, item, 0, 1);
            mp_printf(print, "%u", (unsigned int)block.u32[0]);
            break;
        default:
            block_load(&block, KIND_I32, dtype, item, 0, 1);
            mp_printf(print, "%d", (int)block.i32[0]);
            break;
    }
}

static void print_row(const mp_print_t *print, mp_obj_t self, const strided_t *array, const uint8_t *row) {
    size_t count = array->shape[array->ndim - 1];
    ptrdiff_t stride = array->strides[array->ndim - 1];
    size_t edge = printing_options.edge_items;
    bool abbreviated = count > printing_options.threshold && count > 2 * edge;
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            mp_print_str(print, ", ");
        }
        if (abbreviated && i == edge) {
            mp_print_str(print, edge == 0 ? "..." : "..., ");
            i = count - edge;
        }
        if (i < count) {
            // The stream may be an object that runs code.
            ndarray_from_obj(self);
            print_item(print, array->dtype, row + (ptrdiff_t)i * stride);
        }
    }
}

static void print_axis(const mp_print_t *print, mp_obj_t self, const strided_t *array, size_t axis,
    const uint8_t *data) {
    mp_print_str(print, "[");
    if (axis + 1 == array->ndim) {
        print_row(print, self, array, data);
    } else {
        for (size_t i = 0; i < array->shape[axis]; i++) {
            if (i > 0) {
                mp_print_str(print, axis + 2 == array->ndim ? ",\n       " : ",\n\n       ");
            }
            print_axis(print, self, array, axis + 1, data + (ptrdiff_t)i * array->strides[axis]);
        }
    }
    mp_print_str(print, "]");
}

void ndarray_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind) {
    (void)kind;
    strided_t array = ndarray_strided(ndarray_from_obj(self));
    mp_print_str(print, "array(");
    if (strided_len(&array) > 0) {
        print_axis(print, self, &array, 0, array.data);
    } else {
        mp_print_str(print, "[]");
        if (array.ndim > 1) {
            mp_print_str(print, ", shape=(");
            for (size_t axis = 0; axis < array.ndim; axis++) {
                mp_printf(print, axis == 0 ? UINT_FMT : "," UINT_FMT, (mp_uint_t)array.shape[axis]);
            }
            mp_print_str(print, ")");
        }
    }
    mp_printf(print, ", dtype=%s)", dtype_name(array.dtype));
}

static mp_obj_t numpy_set_printoptions(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_threshold, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_edgeitems, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    size_t *options[] = { &printing_options.threshold, &printing_options.edge_items };
    for (size_t i = 0; i < MP_ARRAY_SIZE(options); i++) {
        if (args[i].u_obj != mp_const_none) {
            mp_int_t value = mp_obj_get_int(args[i].u_obj);
            if (value < 0) {
                mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%q must not be negative"), allowed_args[i].qst);
            }
            *options[i] = (size_t)value;
        }
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_set_printoptions_obj, 0, numpy_set_printoptions);

static mp_obj_t numpy_get_printoptions(void) {
    mp_obj_t options = mp_obj_new_dict(2);
    mp_obj_dict_store(options, MP_OBJ_NEW_QSTR(MP_QSTR_threshold), mp_obj_new_int_from_uint(printing_options.threshold));
    mp_obj_dict_store(options, MP_OBJ_NEW_QSTR(MP_QSTR_edgeitems), mp_obj_new_int_from_uint(printing_options.edge_items));
    return options;
}
MP_DEFINE_CONST_FUN_OBJ_0(numpy_get_printoptions_obj, numpy_get_printoptions);
