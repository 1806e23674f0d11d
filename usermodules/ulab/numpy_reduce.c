// Functions of ulab.numpy that reduce items to fewer; also methods of arrays.

#include <math.h>
#include <string.h>

#include "py/runtime.h"

#include "arguments.h"
#include "elementwise.h"
#include "numpy.h"
#include "promote.h"
#include "reduce.h"
#include "scan.h"

typedef enum {
    FUNCTION_SUM,
    FUNCTION_MEAN,
    FUNCTION_VAR,
    FUNCTION_STD,
    FUNCTION_MAX,
    FUNCTION_MIN,
    FUNCTION_ARGMAX,
    FUNCTION_ARGMIN,
    FUNCTION_ALL,
    FUNCTION_ANY,
    FUNCTION_PROD,
} function_t;

typedef struct {
    bool integer; // else real
    int64_t whole;
    double real;
    double imaginary;
} result_t;

// What is to be done with an array: the axes that stay and those that go.
typedef struct {
    function_t function;
    mp_int_t ddof;
    ndarray_dtype_t dtype; // of the results
    strided_t kept;
    strided_t reduced;
} plan_t;

static bool is_real(ndarray_dtype_t dtype) {
    return kind_of_dtype(dtype) >= KIND_F32;
}

static bool is_truth(function_t function) {
    return function == FUNCTION_ALL || function == FUNCTION_ANY;
}

static bool is_extreme(function_t function) {
    return function >= FUNCTION_MAX && function <= FUNCTION_ARGMIN;
}

static result_t product(const strided_t *items) {
    double parts[2] = { 1.0, 0.0 };
    strided_t last = *items;
    last.dtype = items->dtype == NDARRAY_COMPLEX ? NDARRAY_COMPLEX : NDARRAY_FLOAT64;
    last.data = (uint8_t *)parts;
    memset(last.strides, 0, sizeof(last.strides));
    scan_items(true, &last, items);
    return (result_t) { .real = parts[0], .imaginary = parts[1] };
}

static result_t reduce(const plan_t *plan, const strided_t *items) {
    static const uint8_t reductions[] = {
        REDUCE_SUM, REDUCE_SUM, REDUCE_SUM, REDUCE_SUM, REDUCE_MAX, REDUCE_MIN, REDUCE_ARGMAX, REDUCE_ARGMIN,
        REDUCE_ALL, REDUCE_ANY,
    };
    function_t function = plan->function;
    if (function == FUNCTION_PROD) {
        return product(items);
    }
    reduce_t state;
    reduce_start(&state, reductions[function], 0.0);
    reduce_items(&state, items);
    result_t result = { .integer = is_truth(function) || !is_real(items->dtype), .whole = state.integer,
                        .real = state.real, .imaginary = state.imaginary };
    double sum = result.integer ? (double)state.integer : state.real;
    double count = (double)state.count;
    switch (function) {
        case FUNCTION_MEAN:
            result.integer = false;
            result.real = sum / count;
            result.imaginary = state.imaginary / count;
            break;
        case FUNCTION_VAR:
        case FUNCTION_STD:
            reduce_start(&state, REDUCE_SQUARES, sum / count);
            reduce_items(&state, items);
            result.integer = false;
            result.real = state.real / fmax(count - (double)plan->ddof, 0.0);
            if (function == FUNCTION_STD) {
                result.real = sqrt(result.real);
            }
            break;
        case FUNCTION_ARGMAX:
        case FUNCTION_ARGMIN:
            result.integer = true;
            result.whole = (int64_t)state.index;
            break;
        default:
            break;
    }
    return result;
}

static ndarray_dtype_t result_dtype(function_t function, ndarray_dtype_t dtype, size_t count) {
    switch (function) {
        case FUNCTION_SUM:
            return dtype == NDARRAY_BOOL ? NDARRAY_UINT8 : dtype;
        case FUNCTION_MEAN:
        case FUNCTION_VAR:
        case FUNCTION_STD:
        case FUNCTION_PROD:
            return promote_to_float(dtype);
        case FUNCTION_ARGMAX:
        case FUNCTION_ARGMIN:
            return count <= 32768 ? NDARRAY_INT16 : index_dtype(count - 1);
        case FUNCTION_ALL:
        case FUNCTION_ANY:
            return NDARRAY_BOOL;
        default:
            return dtype;
    }
}

static void result_to_item(const result_t *result, ndarray_dtype_t dtype, uint8_t *item) {
    block_t block;
    kind_t kind = KIND_I32;
    if (result->integer && !is_real(dtype)) {
        block.i32[0] = (int32_t)result->whole;
        kind = dtype == NDARRAY_UINT32 ? KIND_U32 : KIND_I32;
    } else {
        block.f64[0] = result->integer ? (double)result->whole : result->real;
        block.f64[1] = result->imaginary;
        kind = dtype == NDARRAY_COMPLEX ? KIND_COMPLEX : KIND_F64;
    }
    block_store(&block, kind, dtype, item, 0, 1);
}

// Of all items, in the number type that the items have; an integer of any size.
static mp_obj_t result_to_obj(function_t function, const result_t *result, ndarray_dtype_t dtype) {
    if (is_truth(function)) {
        return mp_obj_new_bool(result->whole != 0);
    }
    if (result->integer) {
        return mp_obj_new_int_from_ll(result->whole);
    }
    if (dtype == NDARRAY_COMPLEX) {
        return mp_obj_new_complex(result->real, result->imaginary);
    }
    return function == FUNCTION_PROD && !is_real(dtype) ? mp_obj_new_int_from_float(result->real)
           : mp_obj_new_float(result->real);
}

static void check_reducible(const plan_t *plan, ndarray_dtype_t dtype) {
    bool picks = is_extreme(plan->function);
    bool spreads = plan->function == FUNCTION_VAR || plan->function == FUNCTION_STD;
    if (dtype == NDARRAY_COMPLEX && (picks || spreads)) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("not implemented for complex dtype"));
    }
    if (picks && strided_len(&plan->reduced) == 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("attempt to get (arg)min/(arg)max of empty sequence"));
    }
}

static ptrdiff_t distance(ptrdiff_t stride) {
    return stride < 0 ? -stride : stride;
}

// Whether all results together are reached by arithmetic on whole rows of them,
// because neighbours lie along an axis that stays or because few items go into
// each result.
static bool is_by_rows(const plan_t *plan) {
    static const uint8_t possible = 1 << FUNCTION_SUM | 1 << FUNCTION_MEAN | 1 << FUNCTION_MAX | 1 << FUNCTION_MIN;
    size_t inner = plan->kept.ndim;
    if (plan->function > FUNCTION_MIN || !(possible >> plan->function & 1) || inner == 0
        || plan->kept.shape[inner - 1] < 16) {
        return false;
    }
    size_t count = strided_len(&plan->reduced);
    ptrdiff_t nearest = PTRDIFF_MAX;
    for (size_t axis = 0; axis < plan->reduced.ndim; axis++) {
        if (plan->reduced.shape[axis] > 1) {
            nearest = MIN(nearest, distance(plan->reduced.strides[axis]));
        }
    }
    return count > 0 && (count < 16 || distance(plan->kept.strides[inner - 1]) < nearest);
}

static void reduce_rows(const plan_t *plan, const strided_t *out) {
    strided_t items = plan->reduced, results = plan->reduced;
    for (size_t axis = 0; axis < plan->kept.ndim; axis++) {
        items.shape[items.ndim] = results.shape[items.ndim] = plan->kept.shape[axis];
        items.strides[items.ndim] = plan->kept.strides[axis];
        results.strides[items.ndim++] = out->strides[axis];
    }
    results.data = out->data;
    results.ndim = items.ndim;
    results.dtype = out->dtype;
    memset(results.strides, 0, plan->reduced.ndim * sizeof(results.strides[0]));
    bool extreme = is_extreme(plan->function);
    double zero = 0.0;
    strided_t start = { .data = (uint8_t *)&zero, .dtype = NDARRAY_FLOAT64 };
    if (extreme) {
        start = plan->kept;
    }
    strided_broadcast_to(&start, out->ndim, out->shape);
    strided_copy(out, &start);
    binary_t op = !extreme ? BINARY_ADD : plan->function == FUNCTION_MAX ? BINARY_MAXIMUM : BINARY_MINIMUM;
    elementwise_binary(op, &results, &results, &items);
    if (plan->function == FUNCTION_MEAN) {
        double count = (double)strided_len(&plan->reduced);
        strided_t divisor = { .data = (uint8_t *)&count, .dtype = NDARRAY_FLOAT64 };
        strided_broadcast_to(&divisor, out->ndim, out->shape);
        elementwise_binary(BINARY_DIVIDE, out, out, &divisor);
    }
}

static void reduce_each(const plan_t *plan, const strided_t *out) {
    strided_t items = plan->reduced;
    strided_loop_t loop;
    if (!strided_loop_start(&loop, 2, (const strided_t *const[]) { out, &plan->kept })) {
        return;
    }
    do {
        uint8_t *item = loop.data[0];
        items.data = loop.data[1];
        for (size_t i = 0; i < loop.run; i++, item += loop.step[0], items.data += loop.step[1]) {
            result_t result = reduce(plan, &items);
            result_to_item(&result, plan->dtype, item);
        }
    } while (strided_loop_next(&loop));
}

static void split_axes(plan_t *plan, const strided_t *array, unsigned int gone) {
    plan->kept = *array;
    plan->reduced = *array;
    plan->kept.ndim = plan->reduced.ndim = 0;
    for (size_t axis = 0; axis < array->ndim; axis++) {
        strided_t *part = gone >> axis & 1 ? &plan->reduced : &plan->kept;
        part->shape[part->ndim] = array->shape[axis];
        part->strides[part->ndim++] = array->strides[axis];
    }
}

// An array of the results, in which axes that go keep a single item if they are kept.
static ndarray_obj_t *reduce_to_array(const plan_t *plan, const strided_t *array, unsigned int gone, bool keepdims) {
    strided_t shaped = plan->kept;
    if (keepdims) {
        shaped = *array;
        for (size_t axis = 0; axis < array->ndim; axis++) {
            shaped.shape[axis] = gone >> axis & 1 ? 1 : array->shape[axis];
        }
    } else if (shaped.ndim == 0) {
        shaped.ndim = shaped.shape[0] = 1;
    }
    ndarray_obj_t *results = ndarray_new_like(plan->dtype, &shaped);
    strided_t out = plan->kept;
    out.data = results->view->data;
    out.dtype = plan->dtype;
    strided_set_dense(&out);
    if (is_by_rows(plan)) {
        reduce_rows(plan, &out);
    } else {
        reduce_each(plan, &out);
    }
    return results;
}

enum { ARG_a, ARG_axis, ARG_keepdims, ARG_out, ARG_dtype, ARG_ddof, ARG_COUNT };

static mp_obj_t reduce_operand(function_t function, const operand_t *operand, const mp_arg_val_t *args) {
    const strided_t *array = &operand->view;
    mp_obj_t axis = args[ARG_axis].u_obj;
    bool picks_place = function == FUNCTION_ARGMAX || function == FUNCTION_ARGMIN;
    if (picks_place && axis != mp_const_none) {
        axis_from_obj(axis, array->ndim);
    }
    unsigned int gone = axes_from_obj(axis, array->ndim);
    plan_t plan = { .function = function, .ddof = args[ARG_ddof].u_int };
    split_axes(&plan, array, gone);
    check_reducible(&plan, array->dtype);
    plan.dtype = result_dtype(function, array->dtype, strided_len(&plan.reduced));
    bool has_dtype = args[ARG_dtype].u_obj != mp_const_none;
    if (has_dtype) {
        ndarray_dtype_t dtype = dtype_from_obj(args[ARG_dtype].u_obj);
        check_cast(plan.dtype, dtype);
        plan.dtype = dtype;
    }
    bool keepdims = args[ARG_keepdims].u_bool && !operand->scalar;
    mp_obj_t out = args[ARG_out].u_obj;
    bool along_only_axis = is_truth(function) && mp_obj_is_int(axis);
    bool as_array = keepdims || out != mp_const_none || along_only_axis;
    if (plan.kept.ndim == 0 && !as_array) {
        result_t result = reduce(&plan, array);
        if (!has_dtype) {
            return result_to_obj(function, &result, array->dtype);
        }
        uint8_t item[ITEM_BYTES];
        result_to_item(&result, plan.dtype, item);
        return item_get(plan.dtype, item);
    }
    return ndarray_result(reduce_to_array(&plan, array, gone, keepdims), out);
}

static mp_obj_t reduction_call(mp_obj_t self_in, size_t n_args, size_t n_kw, const mp_obj_t *call_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_axis, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_keepdims, MP_ARG_BOOL, { .u_bool = false } },
        { MP_QSTR_out, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_dtype, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_ddof, MP_ARG_KW_ONLY | MP_ARG_INT, { .u_int = 0 } },
    };
    function_t function = (function_t)((const reduction_obj_t *)MP_OBJ_TO_PTR(self_in))->function;
    // The last arguments exist for functions of numbers, the very last for two of them.
    bool spreads = function == FUNCTION_VAR || function == FUNCTION_STD;
    bool picks = is_truth(function) || is_extreme(function);
    mp_arg_val_t args[ARG_COUNT] = { [ARG_dtype] = { .u_obj = mp_const_none } };
    size_t count = picks ? ARG_dtype : spreads ? ARG_COUNT : ARG_ddof;
    mp_arg_parse_all_kw_array(n_args, n_kw, call_args, count, allowed_args, args);

    mp_obj_t object = args[ARG_a].u_obj;
    operand_t operand;
    bool known = operand_from_obj(&operand, object);
    if (!known || (operand.scalar && !is_truth(function))) {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("input must be an array or a sequence, not %s"),
            mp_obj_get_type_str(object));
    }
    mp_obj_t result = reduce_operand(function, &operand, args);
    bool sequence = !operand.scalar && operand.array != object && operand.view.ndim == 1;
    if (sequence && (function == FUNCTION_MAX || function == FUNCTION_MIN) && mp_obj_is_float(result)) {
        // The item itself: an int from a list of ints.
        function_t place = function == FUNCTION_MAX ? FUNCTION_ARGMAX : FUNCTION_ARGMIN;
        result = mp_obj_subscr(object, reduce_operand(place, &operand, args), MP_OBJ_SENTINEL);
    }
    operand_discard(&operand, object);
    return result;
}

static MP_DEFINE_CONST_OBJ_TYPE(
    reduction_type, MP_QSTR_function, MP_TYPE_FLAG_BINDS_SELF | MP_TYPE_FLAG_BUILTIN_FUN,
    call, reduction_call
    );

#define REDUCTION(name, function) \
    const reduction_obj_t numpy_##name##_obj = { { &reduction_type }, function }

REDUCTION(all, FUNCTION_ALL);
REDUCTION(any, FUNCTION_ANY);
REDUCTION(argmax, FUNCTION_ARGMAX);
REDUCTION(argmin, FUNCTION_ARGMIN);
REDUCTION(max, FUNCTION_MAX);
REDUCTION(mean, FUNCTION_MEAN);
REDUCTION(min, FUNCTION_MIN);
REDUCTION(prod, FUNCTION_PROD);
REDUCTION(std, FUNCTION_STD);
REDUCTION(sum, FUNCTION_SUM);
REDUCTION(var, FUNCTION_VAR);
