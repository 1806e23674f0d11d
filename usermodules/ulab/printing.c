// repr(array), the same text as str(array).

#include <string.h>

#include "py/formatfloat.h"
#include "py/runtime.h"

#include "array.h"
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

static void print_float32(const mp_print_t *print, float value) {
    // Seven significant digits, where a float object would show sixteen.
    char text[16];
    mp_format_float((mp_float_t)value, text, sizeof(text), 'g', 7, '\0');
    mp_print_str(print, text);
    if (strpbrk(text, ".en") == NULL) {
        mp_print_str(print, ".0");
    }
}

static void print_item(const mp_print_t *print, ndarray_dtype_t dtype, const uint8_t *item) {
    if (dtype == NDARRAY_FLOAT32) {
        float value;
        memcpy(&value, item, sizeof(value));
        print_float32(print, value);
    } else if (dtype == NDARRAY_COMPLEX) {
        double parts[2];
        memcpy(parts, item, sizeof(parts));
        mp_obj_print_helper(print, mp_obj_new_float(parts[0]), PRINT_REPR);
        if (parts[1] >= 0.0 || parts[1] != parts[1]) {
            mp_print_str(print, "+");
        }
        mp_obj_print_helper(print, mp_obj_new_float(parts[1]), PRINT_REPR);
        mp_print_str(print, "j");
    } else {
        mp_obj_print_helper(print, item_get(dtype, item), PRINT_REPR);
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
            mp_print_str(print, "..., ");
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
