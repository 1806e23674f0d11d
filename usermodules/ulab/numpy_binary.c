// Functions of ulab.numpy of two operands, or of one with a constant, item by item.

#include <string.h>

#include "py/runtime.h"

#include "numpy.h"
#include "operators.h"

typedef enum {
    FORM_BINARY,
    FORM_SWAPPED,        // the second operand is the left one
    FORM_SELF,           // of one operand, which is both sides
    FORM_CONSTANT_LEFT,  // of one operand, with a number in its dtype
    FORM_CONSTANT_RIGHT,
} form_t;

struct _binary_function_t {
    mp_obj_base_t base;
    uint8_t op;      // a binary_t
    uint8_t rule;    // a promotion_t
    uint8_t form;    // a form_t
    int8_t constant;
};

// The operator of the interpreter for two integers, which know no width.
static bool integer_operator(binary_t op, mp_obj_t right, mp_binary_op_t *number_op) {
    static const uint8_t operators[BINARY_COUNT] = {
        [BINARY_ADD] = MP_BINARY_OP_ADD,
        [BINARY_SUBTRACT] = MP_BINARY_OP_SUBTRACT,
        [BINARY_MULTIPLY] = MP_BINARY_OP_MULTIPLY,
        [BINARY_FLOOR_DIVIDE] = MP_BINARY_OP_FLOOR_DIVIDE,
        [BINARY_MODULO] = MP_BINARY_OP_MODULO,
        [BINARY_AND] = MP_BINARY_OP_AND,
        [BINARY_OR] = MP_BINARY_OP_OR,
        [BINARY_XOR] = MP_BINARY_OP_XOR,
    };
    bool divides = op == BINARY_FLOOR_DIVIDE || op == BINARY_MODULO;
    *number_op = operators[op];
    return *number_op != 0 && !(divides && right == MP_OBJ_NEW_SMALL_INT(0));
}

// The number beside an operand, in an array of the same dtype beside an array.
static mp_obj_t constant_for(const binary_function_t *self, const operand_t *operand) {
    mp_obj_t constant = MP_OBJ_NEW_SMALL_INT(self->constant);
    if (self->op == BINARY_SUBTRACT && !kind_is_integer(kind_of_dtype(operand->view.dtype))) {
        // -0.0 - x is -x, also for zeros.
        constant = mp_obj_new_float(-0.0);
    }
    if (operand->scalar) {
        return operand->view.dtype == NDARRAY_BOOL ? mp_obj_new_bool(self->constant) : constant;
    }
    ndarray_obj_t *array = ndarray_new(operand->view.dtype, 1, (size_t[]) { 1 });
    item_set(operand->view.dtype, array->view->data, constant);
    return MP_OBJ_FROM_PTR(array);
}

typedef struct {
    binary_t op;
    promotion_t rule;
    mp_obj_t left;
    mp_obj_t right;
    mp_obj_t sequence; // was read as an array
} call_t;

static NORETURN void raise_inputs(void) {
    mp_raise_TypeError(MP_ERROR_TEXT("inputs must be numbers, arrays or sequences"));
}

// The second side of a function of one operand. A sequence is read only once.
static void complete_call(call_t *call, const binary_function_t *self) {
    operand_t operand;
    if (!operand_from_obj(&operand, call->left)) {
        raise_inputs();
    }
    if (!operand.scalar && operand.array != call->left) {
        call->sequence = call->left = operand.array;
    }
    call->right = call->left;
    if (self->form == FORM_CONSTANT_LEFT) {
        call->left = constant_for(self, &operand);
    } else if (self->form == FORM_CONSTANT_RIGHT) {
        call->right = constant_for(self, &operand);
    } else if (self->op == BINARY_ABSOLUTE && operand.view.dtype == NDARRAY_COMPLEX && !operand.scalar) {
        strided_t part = operand.view;
        part.dtype = NDARRAY_FLOAT64;
        call->left = ndarray_new_view_of(MP_OBJ_TO_PTR(operand.array), &part);
        part.data += sizeof(double);
        call->right = ndarray_new_view_of(MP_OBJ_TO_PTR(operand.array), &part);
        call->op = BINARY_HYPOT;
        call->rule = PROMOTE_FLOAT;
    }
}

static mp_obj_t binary_function_call(mp_obj_t self_in, size_t n_args, size_t n_kw, const mp_obj_t *call_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_out, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    const binary_function_t *self = MP_OBJ_TO_PTR(self_in);
    size_t unary = self->form >= FORM_SELF;
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all_kw_array(n_args, n_kw, call_args, MP_ARRAY_SIZE(allowed_args) - unary, allowed_args + unary,
        args + unary);
    mp_obj_t out = args[2].u_obj;
    bool swapped = self->form == FORM_SWAPPED;
    call_t call = { self->op, self->rule, args[swapped || unary].u_obj, args[!swapped].u_obj, MP_OBJ_NULL };
    if (unary) {
        complete_call(&call, self);
    }
    mp_binary_op_t number_op;
    if (out == mp_const_none && !mp_obj_is_bool(call.left) && mp_obj_is_int(call.left) && mp_obj_is_int(call.right)) {
        if (call.op == BINARY_ABSOLUTE) {
            return mp_unary_op(MP_UNARY_OP_ABS, call.left);
        }
        if (integer_operator(call.op, call.right, &number_op)) {
            return mp_binary_op(number_op, call.left, call.right);
        }
    } else if (call.op == BINARY_ABSOLUTE && mp_obj_is_type(call.left, &mp_type_complex)) {
        return mp_unary_op(MP_UNARY_OP_ABS, call.left);
    }
    mp_obj_t result = binary_into(call.op, call.rule, call.left, call.right, out);
    if (result == MP_OBJ_NULL) {
        raise_inputs();
    }
    if (call.sequence != MP_OBJ_NULL) {
        ndarray_discard(MP_OBJ_TO_PTR(call.sequence));
    }
    return result;
}

static MP_DEFINE_CONST_OBJ_TYPE(
    binary_function_type, MP_QSTR_function, MP_TYPE_FLAG_BUILTIN_FUN,
    call, binary_function_call
    );

#define FUNCTION(name, op, rule, form, constant) \
    const binary_function_t numpy_##name##_obj = { { &binary_function_type }, op, rule, form, constant }
#define BINARY(name, op, rule) FUNCTION(name, op, rule, FORM_BINARY, 0)
#define COMPARISON(name, op) FUNCTION(name, op, PROMOTE_ADD, FORM_BINARY, 0)

BINARY(add, BINARY_ADD, PROMOTE_ADD);
BINARY(subtract, BINARY_SUBTRACT, PROMOTE_SUBTRACT);
BINARY(multiply, BINARY_MULTIPLY, PROMOTE_ADD);
BINARY(divide, BINARY_DIVIDE, PROMOTE_FLOAT);
BINARY(floor_divide, BINARY_FLOOR_DIVIDE, PROMOTE_FLOOR_DIVIDE);
BINARY(fmod, BINARY_REMAINDER, PROMOTE_REMAINDER);
BINARY(remainder, BINARY_MODULO, PROMOTE_REMAINDER);
BINARY(power, BINARY_POWER, PROMOTE_FLOAT);
BINARY(arctan2, BINARY_ARCTAN2, PROMOTE_FLOAT);
BINARY(hypot, BINARY_HYPOT, PROMOTE_FLOAT);
BINARY(copysign, BINARY_COPYSIGN, PROMOTE_FLOAT);
BINARY(maximum, BINARY_MAXIMUM, PROMOTE_EXTREME);
BINARY(minimum, BINARY_MINIMUM, PROMOTE_EXTREME);
BINARY(fmax, BINARY_FMAX, PROMOTE_EXTREME);
BINARY(fmin, BINARY_FMIN, PROMOTE_EXTREME);
BINARY(bitwise_and, BINARY_AND, PROMOTE_BITWISE_FUNCTION);
BINARY(bitwise_or, BINARY_OR, PROMOTE_BITWISE_FUNCTION);
BINARY(bitwise_xor, BINARY_XOR, PROMOTE_BITWISE_FUNCTION);
BINARY(left_shift, BINARY_LEFT_SHIFT, PROMOTE_SHIFT);
BINARY(right_shift, BINARY_RIGHT_SHIFT, PROMOTE_SHIFT);
COMPARISON(equal, BINARY_EQUAL);
COMPARISON(not_equal, BINARY_NOT_EQUAL);
COMPARISON(less, BINARY_LESS);
COMPARISON(less_equal, BINARY_LESS_EQUAL);
FUNCTION(greater, BINARY_LESS, PROMOTE_ADD, FORM_SWAPPED, 0);
FUNCTION(greater_equal, BINARY_LESS_EQUAL, PROMOTE_ADD, FORM_SWAPPED, 0);
COMPARISON(logical_and, BINARY_LOGICAL_AND);
COMPARISON(logical_or, BINARY_LOGICAL_OR);
COMPARISON(logical_xor, BINARY_LOGICAL_XOR);
FUNCTION(logical_not, BINARY_EQUAL, PROMOTE_ADD, FORM_CONSTANT_RIGHT, 0);
FUNCTION(invert, BINARY_XOR, PROMOTE_BITWISE_OPERATOR, FORM_CONSTANT_RIGHT, -1);
FUNCTION(negative, BINARY_SUBTRACT, PROMOTE_SUBTRACT, FORM_CONSTANT_LEFT, 0);
FUNCTION(reciprocal, BINARY_DIVIDE, PROMOTE_FLOAT, FORM_CONSTANT_LEFT, 1);
FUNCTION(square, BINARY_MULTIPLY, PROMOTE_ADD, FORM_SELF, 0);
FUNCTION(sign, BINARY_SIGN, PROMOTE_ADD, FORM_SELF, 0);
FUNCTION(absolute, BINARY_ABSOLUTE, PROMOTE_LEFT, FORM_SELF, 0);

// (a, low, high, out=None): a bound that is None does not exist.
static mp_obj_t numpy_clip(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_a_min, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_a_max, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_out, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    mp_obj_t array = args[0].u_obj, low = args[1].u_obj, high = args[2].u_obj, out = args[3].u_obj;
    if (ndarray_check(out) && ndarray_check(high)
        && strided_overlap(ndarray_from_obj(out)->view, ndarray_from_obj(high)->view)) {
        const ndarray_obj_t *bound = MP_OBJ_TO_PTR(high);
        high = MP_OBJ_FROM_PTR(ndarray_new_copy(bound->view, bound->view->dtype));
    }
    if (low == mp_const_none && high == mp_const_none) {
        low = array;
    }
    mp_obj_t result = array;
    if (low != mp_const_none) {
        result = binary_into(BINARY_MAXIMUM, PROMOTE_EXTREME, array, low, out);
    }
    if (high != mp_const_none && result != MP_OBJ_NULL) {
        // A new array takes the result of the second step too, if it is sure to hold it.
        bool fits = low != mp_const_none && ndarray_check(result) && mp_obj_is_float(high)
            && !kind_is_integer(kind_of_dtype(ndarray_from_obj(result)->view->dtype));
        mp_obj_t first = result;
        result = binary_into(BINARY_MINIMUM, PROMOTE_EXTREME, first, high, fits ? first : out);
        if (first != array && first != out && first != result && ndarray_check(first)) {
            ndarray_discard(MP_OBJ_TO_PTR(first));
        }
    }
    if (result == MP_OBJ_NULL) {
        raise_inputs();
    }
    return result;
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_clip_obj, 1, numpy_clip);

// (condition, yes, no), or the places where the condition holds.
static mp_obj_t numpy_where(size_t n_args, const mp_obj_t *args) {
    if (n_args == 1) {
        return mp_call_function_1(MP_OBJ_FROM_PTR(&numpy_nonzero_obj), args[0]);
    }
    operand_t condition, yes, no;
    if (n_args != 3 || !operand_from_obj(&condition, args[0]) || !operand_from_obj(&yes, args[1])
        || !operand_from_obj(&no, args[2])) {
        raise_inputs();
    }
    // Reading a sequence runs any code, which may have resized a buffer.
    operand_check(&condition);
    operand_check(&yes);
    strided_t out = { .dtype = promote(PROMOTE_SELECT, yes.view.dtype, no.view.dtype) };
    if (!strided_broadcast_shapes(&yes.view, &no.view, &out.ndim, out.shape)) {
        raise_broadcast_error(&yes.view, &no.view);
    }
    strided_t both = out;
    if (!strided_broadcast_shapes(&both, &condition.view, &out.ndim, out.shape)) {
        raise_broadcast_error(&condition.view, &both);
    }
    if (out.ndim == 0) {
        // Three numbers make an array of one item.
        out.ndim = 1;
        out.shape[0] = 1;
    }
    strided_broadcast_to(&condition.view, out.ndim, out.shape);
    strided_broadcast_to(&yes.view, out.ndim, out.shape);
    strided_broadcast_to(&no.view, out.ndim, out.shape);
    ndarray_obj_t *result = ndarray_new_like(out.dtype, &out);
    out = ndarray_strided(result);
    elementwise_select(&out, &condition.view, &yes.view, &no.view);
    operand_discard(&condition, args[0]);
    operand_discard(&yes, args[1]);
    operand_discard(&no, args[2]);
    return MP_OBJ_FROM_PTR(result);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(numpy_where_obj, 1, 3, numpy_where);
