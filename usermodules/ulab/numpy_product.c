// dot, inner, matmul and @.

#include <string.h>

#include "py/runtime.h"

#include "arguments.h"
#include "convert.h"
#include "numpy.h"
#include "operators.h"
#include "product.h"

typedef enum {
    PRODUCT_DOT,
    PRODUCT_INNER,  // over the last axes of both
    PRODUCT_MATMUL, // of matrices at the same place along the other axes
} product_t;

// An operand as matrices along the axes in front.
typedef struct {
    ndarray_obj_t *copy; // with the dtype of the result, or NULL
    strided_t matrices;  // at least 2 axes
    bool vector;
} factor_t;

static bool are_aligned(const strided_t *array) {
    size_t alignment = array->dtype == NDARRAY_FLOAT32 ? sizeof(float) : sizeof(double);
    uintptr_t bits = (uintptr_t)array->data;
    for (size_t axis = 0; axis < array->ndim; axis++) {
        bits |= (uintptr_t)array->strides[axis];
    }
    return bits % alignment == 0;
}

static factor_t factor_from_array(const ndarray_obj_t *array, ndarray_dtype_t dtype, bool right, bool transposed) {
    factor_t factor = { .matrices = ndarray_strided(array) };
    strided_t *matrices = &factor.matrices;
    bool gaps = !right && matrices->strides[matrices->ndim - 1] != (ptrdiff_t)ndarray_dtype_itemsize(dtype);
    if (matrices->dtype != dtype || gaps || !are_aligned(matrices)) {
        factor.copy = ndarray_new_copy(matrices, dtype);
        *matrices = ndarray_strided(factor.copy);
    }
    if (matrices->ndim == 1) {
        factor.vector = true;
        matrices->ndim = 2;
        matrices->shape[1] = matrices->shape[0];
        matrices->strides[1] = matrices->strides[0];
        matrices->shape[0] = 1;
        matrices->strides[0] = 0;
        transposed = right;
    }
    if (transposed) {
        strided_axis_last(matrices, matrices->ndim - 2);
    }
    return factor;
}

static matrix_t matrix_at(uint8_t *data, const strided_t *matrices) {
    size_t rows_axis = matrices->ndim - 2;
    return (matrix_t) { data, matrices->strides[rows_axis], matrices->strides[rows_axis + 1] };
}

static void multiply(const strided_t *out, const strided_t *left, const strided_t *right) {
    strided_t batch[3] = { *out, *left, *right };
    for (size_t i = 0; i < 3; i++) {
        batch[i].ndim -= 2;
    }
    strided_loop_t loop;
    if (!strided_loop_start(&loop, 3, (const strided_t *const[]) { &batch[0], &batch[1], &batch[2] })) {
        return;
    }
    size_t last = out->ndim - 1;
    do {
        for (size_t i = 0; i < loop.run; i++) {
            matrix_t to = matrix_at(loop.data[0] + (ptrdiff_t)i * loop.step[0], out);
            matrix_t a = matrix_at(loop.data[1] + (ptrdiff_t)i * loop.step[1], left);
            matrix_t b = matrix_at(loop.data[2] + (ptrdiff_t)i * loop.step[2], right);
            (out->dtype == NDARRAY_FLOAT32 ? product_f32 : product_f64)(&to, &a, &b, out->shape[last - 1],
                left->shape[last], out->shape[last]);
        }
    } while (strided_loop_next(&loop));
}

// One part of the items of complex arrays.
static strided_t part_of(const strided_t *complex, size_t part) {
    strided_t view = *complex;
    view.dtype = NDARRAY_FLOAT64;
    view.data += part * sizeof(double);
    return view;
}

static void multiply_complex(const strided_t *out, const strided_t *left, const strided_t *right) {
    ndarray_obj_t *products[2];
    strided_t view = *out;
    // The strides of the products are in proportion to those of the result.
    for (size_t axis = 0; axis < view.ndim; axis++) {
        view.strides[axis] /= 2;
    }
    view.dtype = NDARRAY_FLOAT64;
    size_t len = strided_len(out);
    for (size_t i = 0; i < 2; i++) {
        products[i] = ndarray_new(NDARRAY_FLOAT64, 1, &len);
    }
    double *values = (void *)out->data;
    for (size_t part = 0; part < 2; part++) {
        for (size_t i = 0; i < 2; i++) {
            strided_t a = part_of(left, i), b = part_of(right, i ^ part);
            ndarray_obj_t *copy = ndarray_new_copy(&a, NDARRAY_FLOAT64);
            a = ndarray_strided(copy);
            view.data = products[i]->view->data;
            multiply(&view, &a, &b);
            ndarray_discard(copy);
        }
        const double *first = (void *)products[0]->view->data, *second = (void *)products[1]->view->data;
        for (size_t i = 0; i < len; i++) {
            values[2 * i + part] = part == 0 ? first[i] - second[i] : first[i] + second[i];
        }
    }
    ndarray_discard(products[0]);
    ndarray_discard(products[1]);
}

// The axes of the result, in their order in `out`; those that one operand lacks
// are not stretched but stepped over in the other.
static void pair_batches(product_t product, strided_t *left, strided_t *right, strided_t *out) {
    size_t left_batch = left->ndim - 2, right_batch = right->ndim - 2;
    if (product == PRODUCT_MATMUL) {
        strided_t a = *left, b = *right;
        a.ndim = left_batch;
        b.ndim = right_batch;
        if (!strided_broadcast_shapes(&a, &b, &out->ndim, out->shape)) {
            raise_broadcast_error(&a, &b);
        }
    } else {
        out->ndim = left_batch + right_batch;
        if (out->ndim + 2 > NDARRAY_MAX_DIMS) {
            mp_raise_ValueError(MP_ERROR_TEXT("the product has too many dimensions"));
        }
        memcpy(out->shape, left->shape, left_batch * sizeof(out->shape[0]));
        memcpy(out->shape + left_batch, right->shape, right_batch * sizeof(out->shape[0]));
    }
    strided_t *operands[] = { left, right };
    for (size_t i = 0; i < 2; i++) {
        strided_t *operand = operands[i];
        strided_t batch = *operand;
        batch.ndim -= 2;
        if (product != PRODUCT_MATMUL && i == 0) {
            // Its axes come first.
            for (size_t axis = left_batch; axis < out->ndim; axis++) {
                batch.shape[axis] = 1;
            }
            batch.ndim = out->ndim;
        }
        strided_broadcast_to(&batch, out->ndim, out->shape);
        for (size_t axis = 0; axis < 2; axis++) {
            batch.shape[out->ndim + axis] = operand->shape[operand->ndim - 2 + axis];
            batch.strides[out->ndim + axis] = operand->strides[operand->ndim - 2 + axis];
        }
        batch.ndim += 2;
        *operand = batch;
    }
    out->shape[out->ndim] = left->shape[out->ndim];
    out->shape[out->ndim + 1] = right->shape[out->ndim + 1];
    out->ndim += 2;
    strided_set_dense(out);
    if (product != PRODUCT_MATMUL && right_batch > 0) {
        // The rows of the left operand lie around the matrices of the right one.
        size_t rows_axis = out->ndim - 2;
        size_t rows = out->shape[rows_axis];
        ptrdiff_t stride = out->strides[rows_axis];
        for (size_t axis = rows_axis; axis-- > left_batch;) {
            out->strides[axis] = stride;
            stride *= (ptrdiff_t)out->shape[axis];
        }
        out->strides[rows_axis] = stride;
        stride *= (ptrdiff_t)rows;
        for (size_t axis = left_batch; axis-- > 0;) {
            out->strides[axis] = stride;
            stride *= (ptrdiff_t)out->shape[axis];
        }
    }
}

// The shape that the program sees: without the axes that vectors do not have.
static size_t result_shape(product_t product, const factor_t *left, const factor_t *right, const strided_t *out,
    size_t *shape) {
    size_t batch = out->ndim - 2, ndim = 0;
    size_t before_rows = product == PRODUCT_MATMUL ? batch : batch - (right->matrices.ndim - 2);
    for (size_t axis = 0; axis < batch; axis++) {
        if (axis == before_rows && !left->vector) {
            shape[ndim++] = out->shape[batch];
        }
        shape[ndim++] = out->shape[axis];
    }
    if (before_rows == batch && !left->vector) {
        shape[ndim++] = out->shape[batch];
    }
    if (!right->vector) {
        shape[ndim++] = out->shape[batch + 1];
    }
    return ndim;
}

// The out= array, if the result can be written to it straight away.
static ndarray_obj_t *direct_out(mp_obj_t out_in, ndarray_dtype_t dtype, size_t ndim, const size_t *shape,
    const ndarray_obj_t *left, const ndarray_obj_t *right) {
    if (!ndarray_check(out_in)) {
        return NULL;
    }
    ndarray_obj_t *out = ndarray_from_obj(out_in);
    const strided_t *view = out->view;
    bool suits = view->dtype == dtype && view->ndim == ndim && ndarray_is_dense(out) && are_aligned(view)
        && memcmp(view->shape, shape, ndim * sizeof(shape[0])) == 0 && !strided_overlap(view, left->view)
        && !strided_overlap(view, right->view);
    if (suits) {
        ndarray_check_writable(out);
    }
    return suits ? out : NULL;
}

static mp_obj_t compute(product_t product, mp_obj_t left_in, mp_obj_t right_in, mp_obj_t out_in) {
    ndarray_obj_t *left_array = array_from_obj(left_in);
    ndarray_obj_t *right_array = array_from_obj(right_in);
    ndarray_dtype_t dtype = promote(PROMOTE_FLOAT, left_array->view->dtype, right_array->view->dtype);
    factor_t left = factor_from_array(left_array, dtype, false, false);
    factor_t right = factor_from_array(right_array, dtype, true, product == PRODUCT_INNER);
    size_t columns = left.matrices.shape[left.matrices.ndim - 1];
    size_t rows = right.matrices.shape[right.matrices.ndim - 2];
    if (columns != rows) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("dimensions do not match: " UINT_FMT " columns, " UINT_FMT " rows"),
            (mp_uint_t)columns, (mp_uint_t)rows);
    }
    strided_t a = left.matrices, b = right.matrices, out = { .dtype = dtype };
    pair_batches(product, &a, &b, &out);
    size_t shape[NDARRAY_MAX_DIMS + 1] = { 1 }; // two vectors make one number
    size_t ndim = result_shape(product, &left, &right, &out, shape);
    ndarray_obj_t *direct = direct_out(out_in, dtype, ndim, shape, left_array, right_array);
    ndarray_obj_t *result = direct != NULL ? direct : ndarray_new(dtype, ndim == 0 ? 1 : ndim, shape);
    out.data = result->view->data;
    (dtype == NDARRAY_COMPLEX ? multiply_complex : multiply)(&out, &a, &b);
    if (left.copy != NULL) {
        ndarray_discard(left.copy);
    }
    if (right.copy != NULL) {
        ndarray_discard(right.copy);
    }
    if (direct != NULL) {
        return out_in;
    }
    if (ndim == 0 && out_in == mp_const_none) {
        return item_get(dtype, result->view->data);
    }
    return ndarray_result(result, out_in);
}

mp_obj_t matrix_product(mp_obj_t left, mp_obj_t right) {
    return compute(PRODUCT_MATMUL, left, right, mp_const_none);
}

static mp_obj_t parse(product_t product, size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_out, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    bool numbers = !is_sequence(args[0].u_obj) || !is_sequence(args[1].u_obj);
    if (numbers && product != PRODUCT_MATMUL) {
        mp_obj_t result = mp_binary_op(MP_BINARY_OP_MULTIPLY, args[0].u_obj, args[1].u_obj);
        return args[2].u_obj == mp_const_none ? result : ndarray_result(array_from_obj(result), args[2].u_obj);
    }
    if (numbers) {
        mp_raise_ValueError(MP_ERROR_TEXT("matmul needs arrays, not numbers"));
    }
    return compute(product, args[0].u_obj, args[1].u_obj, args[2].u_obj);
}

static mp_obj_t numpy_dot(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    return parse(PRODUCT_DOT, n_args, pos_args, kw_args);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_dot_obj, 2, numpy_dot);

static mp_obj_t numpy_inner(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    return parse(PRODUCT_INNER, n_args, pos_args, kw_args);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_inner_obj, 2, numpy_inner);

static mp_obj_t numpy_matmul(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    return parse(PRODUCT_MATMUL, n_args, pos_args, kw_args);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_matmul_obj, 2, numpy_matmul);
