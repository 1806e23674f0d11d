// Functions of ulab.numpy that reduce items to fewer; also methods of arrays.

#include <math.h>

#include "py/runtime.h"

#include "array.h"
#include "numpy.h"
#include "promote.h"
#include "reduce.h"

typedef enum {
    FUNCTION_SUM,
    FUNCTION_MEAN,
    FUNCTION_STD,
    FUNCTION_MAX,
    FUNCTION_MIN,
    FUNCTION_ARGMAX,
    FUNCTION_ARGMIN,
    FUNCTION_ALL,
    FUNCTION_ANY,
} function_t;

typedef struct {
    bool integer; // else real
    int64_t whole;
    double real;
    double imaginary;
} result_t;

static bool is_real(ndarray_dtype_t dtype) {
    return !kind_is_integer(kind_of_dtype(dtype));
}

static result_t reduce(function_t function, const strided_t *items, mp_int_t ddof) {
    static const uint8_t reductions[] = {
        REDUCE_SUM, REDUCE_SUM, REDUCE_SUM, REDUCE_MAX, REDUCE_MIN, REDUCE_MAX, REDUCE_MIN, REDUCE_ALL, REDUCE_ANY,
    };
    reduce_t state;
    reduce_start(&state, reductions[function], 0.0);
    reduce_items(&state, items);
    result_t result = { .integer = !is_real(items->dtype), .whole = state.integer, .real = state.real,
                        .imaginary = state.imaginary };
    double sum = result.integer ? (double)state.integer : state.real;
    double count = (double)state.count;
    switch (function) {
        case FUNCTION_MEAN:
            result.integer = false;
            result.real = sum / count;
            result.imaginary = state.imaginary / count;
            break;
        case FUNCTION_STD:
            reduce_start(&state, REDUCE_SQUARES, sum / count);
            reduce_items(&state, items);
            result.integer = false;
            result.real = sqrt(state.real / fmax(count - (double)ddof, 0.0));
            break;
        case FUNCTION_ARGMAX:
        case FUNCTION_ARGMIN:
            result.integer = true;
            result.whole = (int64_t)state.index;
            break;
        case FUNCTION_ALL:
        case FUNCTION_ANY:
            result.integer = true;
            break;
        default:
            break;
    }
    return result;
}

static ndarray_dtype_t result_dtype(function_t function, ndarray_dtype_t dtype, size_t axis_len) {
    switch (function) {
        case FUNCTION_SUM:
            return dtype == NDARRAY_BOOL ? NDARRAY_UINT8 : dtype;
        case FUNCTION_MEAN:
        case FUNCTION_STD:
            return promote_to_float(dtype);
        case FUNCTION_ARGMAX:
        case FUNCTION_ARGMIN:
            // The smallest that holds every index, from int16 on.
            return axis_len <= 32768 ? NDARRAY_INT16 : axis_len <= 65536 ? NDARRAY_UINT16 : NDARRAY_FLOAT64;
        case FUNCTION_ALL:
        case FUNCTION_ANY:
            return NDARRAY_BOOL;
        default:
            return dtype;
    }
}

static mp_obj_t result_to_obj(function_t function, const result_t *result, ndarray_dtype_t dtype) {
    if (function == FUNCTION_ALL || function == FUNCTION_ANY) {
        return mp_obj_new_bool(result->whole != 0);
    }
    if (result->integer) {
        return mp_obj_new_int_from_ll(result->whole);
    }
    if (dtype == NDARRAY_COMPLEX) {
        return mp_obj_new_complex(result->real, result->imaginary);
    }
    return mp_obj_new_float(result->real);
}

static void result_to_item(const result_t *result, ndarray_dtype_t dtype, uint8_t *item) {
    block_t block;
    if (result->integer && !is_real(dtype)) {
        block.i32[0] = (int32_t)result->whole;
        block_store(&block, KIND_I32, dtype, item, 0, 1);
    } else {
        block.f64[0] = result->integer ? (double)result->whole : result->real;
        block.f64[1] = result->imaginary;
        block_store(&block, dtype == NDARRAY_COMPLEX ? KIND_COMPLEX : KIND_F64, dtype, item, 0, 1);
    }
}

static void check_reducible(function_t function, const strided_t *array, size_t count) {
    bool picks = function >= FUNCTION_MAX && function <= FUNCTION_ARGMIN;
    if (array->dtype == NDARRAY_COMPLEX && (picks || function == FUNCTION_STD)) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("not implemented for complex dtype"));
    }
    if (picks && count == 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("attempt to get (arg)min/(arg)max of empty sequence"));
    }
}

static mp_obj_t reduce_axis(function_t function, const strided_t *array, size_t axis, bool keepdims, mp_int_t ddof) {
    size_t axis_len = array->shape[axis];
    strided_t items = { .data = array->data, .dtype = array->dtype, .ndim = 1, .shape = { axis_len },
                        .strides = { array->strides[axis] } };
    if (array->ndim == 1 && !keepdims) {
        result_t result = reduce(function, &items, ddof);
        return result_to_obj(function, &result, array->dtype);
    }
    strided_t positions = *array;
    positions.shape[axis] = 1;
    ndarray_dtype_t dtype = result_dtype(function, array->dtype, axis_len);
    ndarray_obj_t *results = ndarray_new_like(dtype, &positions);
    strided_t out = ndarray_strided(results);
    strided_loop_t loop;
    if (strided_loop_start(&loop, 2, (const strided_t *const[]) { &out, &positions })) {
        do {
            uint8_t *item = loop.data[0];
            items.data = loop.data[1];
            for (size_t i = 0; i < loop.run; i++, item += loop.step[0], items.data += loop.step[1]) {
                result_t result = reduce(function, &items, ddof);
                result_to_item(&result, dtype, item);
            }
        } while (strided_loop_next(&loop));
    }
    if (!keepdims) {
        ndarray_drop_axis(results, axis);
    }
    return MP_OBJ_FROM_PTR(results);
}

static mp_obj_t reduce_all(function_t function, const strided_t *array, bool keepdims, mp_int_t ddof) {
    result_t result = reduce(function, array, ddof);
    if (!keepdims) {
        return result_to_obj(function, &result, array->dtype);
    }
    strided_t ones = { .ndim = array->ndim, .shape = { 1, 1, 1, 1 } };
    ndarray_dtype_t dtype = result_dtype(function, array->dtype, strided_len(array));
    ndarray_obj_t *results = ndarray_new_like(dtype, &ones);
    result_to_item(&result, dtype, results->view->data);
    return MP_OBJ_FROM_PTR(results);
}

static mp_obj_t reduce_call(function_t function, mp_obj_t object, mp_obj_t axis_in, bool keepdims, mp_int_t ddof) {
    operand_t operand;
    bool known = operand_from_obj(&operand, object);
    bool scalars = function == FUNCTION_ALL || function == FUNCTION_ANY;
    if (!known || (operand.scalar && !scalars)) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("input must be an array or a sequence, not %s"),
            mp_obj_get_type_str(object));
    }
    if (axis_in != mp_const_none && !operand.scalar) {
        size_t axis = axis_from_obj(axis_in, operand.view.ndim);
        check_reducible(function, &operand.view, operand.view.shape[axis]);
        return reduce_axis(function, &operand.view, axis, keepdims, ddof);
    }
    check_reducible(function, &operand.view, strided_len(&operand.view));
    mp_obj_t result = reduce_all(function, &operand.view, keepdims && !operand.scalar, ddof);
    bool sequence = !operand.scalar && operand.array != object && operand.view.ndim == 1;
    if (sequence && (function == FUNCTION_MAX || function == FUNCTION_MIN) && mp_obj_is_float(result)) {
        // The item itself: an int from a list of ints.
        function_t place = function == FUNCTION_MAX ? FUNCTION_ARGMAX : FUNCTION_ARGMIN;
        mp_obj_t index = reduce_all(place, &operand.view, false, 0);
        result = mp_obj_subscr(object, index, MP_OBJ_SENTINEL);
    }
    operand_discard(&operand, object);
    return result;
}

static mp_obj_t reduce_parsed(function_t function, size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_axis, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_keepdims, MP_ARG_BOOL, { .u_bool = false } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    return reduce_call(function, args[0].u_obj, args[1].u_obj, args[2].u_bool, 0);
}

#define REDUCTION(name, function) \
    static mp_obj_t numpy_##name(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) { \
        return reduce_parsed(function, n_args, pos_args, kw_args); \
    } \
    MP_DEFINE_CONST_FUN_OBJ_KW(numpy_##name##_obj, 1, numpy_##name)

REDUCTION(sum, FUNCTION_SUM);
REDUCTION(mean, FUNCTION_MEAN);
REDUCTION(max, FUNCTION_MAX);
REDUCTION(min, FUNCTION_MIN);
REDUCTION(argmax, FUNCTION_ARGMAX);
REDUCTION(argmin, FUNCTION_ARGMIN);
REDUCTION(all, FUNCTION_ALL);
REDUCTION(any, FUNCTION_ANY);

static mp_obj_t numpy_std(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_axis, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_ddof, MP_ARG_KW_ONLY | MP_ARG_INT, { .u_int = 0 } },
        { MP_QSTR_keepdims, MP_ARG_KW_ONLY | MP_ARG_BOOL, { .u_bool = false } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    return reduce_call(FUNCTION_STD, args[0].u_obj, args[1].u_obj, args[3].u_bool, args[2].u_int);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_std_obj, 1, numpy_std);
