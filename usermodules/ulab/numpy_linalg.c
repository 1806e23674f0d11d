// ulab.numpy.linalg

#include <math.h>
#include <string.h>

#include "py/objstr.h"
#include "py/runtime.h"

#include "array.h"
#include "convert.h"
#include "linalg.h"
#include "packed.h"
#include "promote.h"
#include "reduce.h"

// A dense float64 copy to work in, which the collector frees after an error.
static ndarray_obj_t *float_copy(mp_obj_t object) {
    const ndarray_obj_t *array = ndarray_from_obj(object);
    if (array->view->dtype == NDARRAY_COMPLEX) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("not implemented for complex dtype"));
    }
    return ndarray_new_copy(array->view, NDARRAY_FLOAT64);
}

static ndarray_obj_t *matrix_copy(mp_obj_t object) {
    ndarray_obj_t *copy = float_copy(object);
    if (copy->view->ndim != 2) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("a matrix has 2 dimensions, not %d"), (int)copy->view->ndim);
    }
    return copy;
}

static ndarray_obj_t *square_copy(mp_obj_t object) {
    ndarray_obj_t *copy = matrix_copy(object);
    if (copy->view->shape[0] != copy->view->shape[1]) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("input must be square matrix, not of " UINT_FMT " rows and " UINT_FMT " columns"),
            (mp_uint_t)copy->view->shape[0], (mp_uint_t)copy->view->shape[1]);
    }
    return copy;
}

// A right side of one or several columns.
static ndarray_obj_t *columns_copy(mp_obj_t object, size_t rows) {
    ndarray_obj_t *copy = float_copy(object);
    if (copy->view->ndim > 2 || copy->view->shape[0] != rows) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("the right side needs " UINT_FMT " rows"),
            (mp_uint_t)rows);
    }
    return copy;
}

static size_t columns_of(const ndarray_obj_t *array) {
    return array->view->ndim == 2 ? array->view->shape[1] : 1;
}

static double *items(const ndarray_obj_t *array) {
    return (void *)array->view->data;
}

static ndarray_obj_t *new_matrix(size_t rows, size_t columns) {
    return ndarray_new(NDARRAY_FLOAT64, 2, (const size_t[]) { rows, columns });
}

// The result of float32 input is float32.
static mp_obj_t result(ndarray_obj_t *values, mp_obj_t input) {
    const ndarray_obj_t *array = MP_OBJ_TO_PTR(input);
    if (array->view->dtype == NDARRAY_FLOAT32) {
        ndarray_obj_t *narrow = ndarray_new_copy(values->view, NDARRAY_FLOAT32);
        ndarray_discard(values);
        values = narrow;
    }
    return MP_OBJ_FROM_PTR(values);
}

static mp_obj_t transposed_result(ndarray_obj_t *values, mp_obj_t input) {
    strided_t view = ndarray_strided(values);
    view.shape[0] = values->view->shape[1];
    view.shape[1] = values->view->shape[0];
    view.strides[0] = values->view->strides[1];
    view.strides[1] = values->view->strides[0];
    ndarray_obj_t *copy = ndarray_new_copy(&view, NDARRAY_FLOAT64);
    ndarray_discard(values);
    return result(copy, input);
}

static NORETURN void raise_singular(void) {
    mp_raise_ValueError(MP_ERROR_TEXT("input matrix is singular"));
}

static NORETURN void raise_no_convergence(void) {
    mp_raise_ValueError(MP_ERROR_TEXT("iterations did not converge"));
}

// Whether a and its transpose differ by no more than rounding errors.
static bool is_symmetric(const double *a, size_t n) {
    double greatest = 0.0, difference = 0.0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            greatest = fmax(greatest, fabs(a[i * n + j]));
            difference = fmax(difference, fabs(a[i * n + j] - a[j * n + i]));
        }
    }
    return difference <= 4e-15 * greatest;
}

static mp_obj_t linalg_cholesky_(mp_obj_t input) {
    ndarray_obj_t *a = square_copy(input);
    size_t n = a->view->shape[0];
    if (!is_symmetric(items(a), n)) {
        mp_raise_ValueError(MP_ERROR_TEXT("input matrix is asymmetric"));
    }
    if (!linalg_cholesky(items(a), n)) {
        mp_raise_ValueError(MP_ERROR_TEXT("matrix is not positive definite"));
    }
    return result(a, input);
}
static MP_DEFINE_CONST_FUN_OBJ_1(linalg_cholesky_obj, linalg_cholesky_);

static mp_obj_t linalg_det(mp_obj_t input) {
    ndarray_obj_t *a = square_copy(input);
    size_t n = a->view->shape[0];
    double product = linalg_eliminate(items(a), n, NULL, 0);
    for (size_t i = 0; i < n; i++) {
        product *= items(a)[i * n + i];
    }
    ndarray_discard(a);
    return mp_obj_new_float(product);
}
static MP_DEFINE_CONST_FUN_OBJ_1(linalg_det_obj, linalg_det);

// The sign and the logarithm of the absolute value of the determinant.
static mp_obj_t linalg_slogdet(mp_obj_t input) {
    ndarray_obj_t *a = square_copy(input);
    size_t n = a->view->shape[0];
    double sign = linalg_eliminate(items(a), n, NULL, 0);
    double sum = sign == 0.0 ? -(double)INFINITY : 0.0;
    for (size_t i = 0; i < n && sign != 0.0; i++) {
        double pivot = items(a)[i * n + i];
        sign = copysign(sign, sign * pivot);
        sum += log(fabs(pivot));
    }
    ndarray_discard(a);
    mp_obj_t both[] = { mp_obj_new_float(sign), mp_obj_new_float(sum) };
    return mp_obj_new_tuple(2, both);
}
static MP_DEFINE_CONST_FUN_OBJ_1(linalg_slogdet_obj, linalg_slogdet);

static mp_obj_t linalg_solve(mp_obj_t input, mp_obj_t right) {
    ndarray_obj_t *a = square_copy(input);
    size_t n = a->view->shape[0];
    ndarray_obj_t *b = columns_copy(right, n);
    size_t columns = columns_of(b);
    if (linalg_eliminate(items(a), n, items(b), columns) == 0.0) {
        raise_singular();
    }
    linalg_substitute_upper(items(a), n, items(b), columns);
    ndarray_discard(a);
    return ndarray_from_obj(right)->view->dtype == NDARRAY_FLOAT32 ? result(b, input) : MP_OBJ_FROM_PTR(b);
}
static MP_DEFINE_CONST_FUN_OBJ_2(linalg_solve_obj, linalg_solve);

static mp_obj_t linalg_inv(mp_obj_t input) {
    ndarray_obj_t *a = square_copy(input);
    size_t n = a->view->shape[0];
    ndarray_obj_t *b = ndarray_new_zeroed(NDARRAY_FLOAT64, 2, a->view->shape);
    for (size_t i = 0; i < n; i++) {
        items(b)[i * n + i] = 1.0;
    }
    if (linalg_eliminate(items(a), n, items(b), n) == 0.0) {
        raise_singular();
    }
    linalg_substitute_upper(items(a), n, items(b), n);
    ndarray_discard(a);
    return result(b, input);
}
static MP_DEFINE_CONST_FUN_OBJ_1(linalg_inv_obj, linalg_inv);

// _substitute(triangle, right side, lower): for scipy.linalg
static mp_obj_t linalg_substitute_(mp_obj_t input, mp_obj_t right, mp_obj_t lower) {
    ndarray_obj_t *a = square_copy(input);
    size_t n = a->view->shape[0];
    ndarray_obj_t *b = columns_copy(right, n);
    ptrdiff_t columns = (ptrdiff_t)columns_of(b);
    bool solved = mp_obj_is_true(lower)
        ? linalg_substitute(items(a), (ptrdiff_t)n, 1, n, items(b), columns, (size_t)columns)
        : linalg_substitute_upper(items(a), n, items(b), (size_t)columns);
    if (!solved) {
        raise_singular();
    }
    ndarray_discard(a);
    return MP_OBJ_FROM_PTR(b);
}
static MP_DEFINE_CONST_FUN_OBJ_3(linalg_substitute_obj, linalg_substitute_);

static mp_obj_t eigen(ndarray_obj_t *a, mp_obj_t input) {
    size_t n = a->view->shape[0];
    ndarray_obj_t *vectors = new_matrix(n, n);
    if (!linalg_eigen(items(a), n, items(vectors))) {
        raise_no_convergence();
    }
    ndarray_obj_t *values = ndarray_new(NDARRAY_FLOAT64, 1, &n);
    for (size_t i = 0; i < n; i++) {
        items(values)[i] = items(a)[i * n + i];
    }
    ndarray_discard(a);
    mp_obj_t both[] = { result(values, input), result(vectors, input) };
    return mp_obj_new_tuple(2, both);
}

// _eigh(a): of the lower triangle, in no order
static mp_obj_t linalg_eigh(mp_obj_t input) {
    ndarray_obj_t *a = square_copy(input);
    size_t n = a->view->shape[0];
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            items(a)[j * n + i] = items(a)[i * n + j];
        }
    }
    return eigen(a, input);
}
static MP_DEFINE_CONST_FUN_OBJ_1(linalg_eigh_obj, linalg_eigh);

static mp_obj_t linalg_eig(mp_obj_t input) {
    ndarray_obj_t *a = square_copy(input);
    if (!is_symmetric(items(a), a->view->shape[0])) {
        ndarray_discard(a);
        return mp_call_function_1(packed_name(MP_QSTR_ulab_dot__linalg, MP_QSTR__eig), input);
    }
    return eigen(a, input);
}
static MP_DEFINE_CONST_FUN_OBJ_1(linalg_eig_obj, linalg_eig);

static mp_obj_t linalg_qr_(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_mode, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_QSTR(MP_QSTR_reduced) } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    mp_obj_t input = args[0].u_obj;
    ndarray_obj_t *a = matrix_copy(input);
    size_t rows = a->view->shape[0], columns = a->view->shape[1];
    qstr mode = mp_obj_str_get_qstr(args[1].u_obj);
    if (mode != MP_QSTR_reduced && mode != MP_QSTR_complete && mode != MP_QSTR_r) {
        mp_raise_ValueError(MP_ERROR_TEXT("mode should be reduced, complete or r"));
    }
    size_t q_columns = mode != MP_QSTR_complete && columns < rows ? columns : rows;
    a = MP_OBJ_TO_PTR(transposed_result(a, MP_OBJ_FROM_PTR(a)));
    ndarray_obj_t *r = new_matrix(q_columns, columns);
    if (mode == MP_QSTR_r) {
        linalg_qr(items(a), rows, columns, items(r), q_columns, NULL, 0);
        ndarray_discard(a);
        return result(r, input);
    }
    ndarray_obj_t *q = new_matrix(q_columns, rows);
    linalg_qr(items(a), rows, columns, items(r), q_columns, items(q), q_columns);
    ndarray_discard(a);
    mp_obj_t both[] = { transposed_result(q, input), result(r, input) };
    return mp_obj_new_tuple(2, both);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(linalg_qr_obj, 1, linalg_qr_);

// _svd(w) of a matrix with no more rows than columns: (v, s, w), see linalg.h
static mp_obj_t linalg_svd_(mp_obj_t input) {
    ndarray_obj_t *w = matrix_copy(input);
    size_t n = w->view->shape[0];
    ndarray_obj_t *s = ndarray_new(NDARRAY_FLOAT64, 1, &n);
    ndarray_obj_t *v = new_matrix(n, n);
    if (!linalg_svd(items(w), n, w->view->shape[1], items(s), items(v))) {
        raise_no_convergence();
    }
    mp_obj_t parts[] = { result(v, input), result(s, input), result(w, input) };
    return mp_obj_new_tuple(3, parts);
}
static MP_DEFINE_CONST_FUN_OBJ_1(linalg_svd_obj, linalg_svd_);

// The length of all items as one vector; everything else is Python's.
static mp_obj_t linalg_norm(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    operand_t operand;
    if (n_args == 1 && kw_args->used == 0 && operand_from_obj(&operand, args[0])
        && operand.view.dtype != NDARRAY_COMPLEX) {
        reduce_t state;
        reduce_start(&state, REDUCE_SQUARES, 0.0);
        reduce_items(&state, &operand.view);
        operand_discard(&operand, args[0]);
        return mp_obj_new_float(sqrt(state.real));
    }
    mp_obj_t norm = packed_name(MP_QSTR_ulab_dot__linalg, MP_QSTR__norm);
    return mp_call_function_n_kw(norm, n_args, kw_args->used, args);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(linalg_norm_obj, 1, linalg_norm);

static const mp_rom_map_elem_t linalg_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_linalg) },
    { MP_ROM_QSTR(MP_QSTR___package__), MP_ROM_QSTR(MP_QSTR_ulab_dot__linalg) },
    { MP_ROM_QSTR(MP_QSTR__eigh), MP_ROM_PTR(&linalg_eigh_obj) },
    { MP_ROM_QSTR(MP_QSTR__substitute), MP_ROM_PTR(&linalg_substitute_obj) },
    { MP_ROM_QSTR(MP_QSTR__svd), MP_ROM_PTR(&linalg_svd_obj) },
    { MP_ROM_QSTR(MP_QSTR_cholesky), MP_ROM_PTR(&linalg_cholesky_obj) },
    { MP_ROM_QSTR(MP_QSTR_det), MP_ROM_PTR(&linalg_det_obj) },
    { MP_ROM_QSTR(MP_QSTR_eig), MP_ROM_PTR(&linalg_eig_obj) },
    { MP_ROM_QSTR(MP_QSTR_inv), MP_ROM_PTR(&linalg_inv_obj) },
    { MP_ROM_QSTR(MP_QSTR_norm), MP_ROM_PTR(&linalg_norm_obj) },
    { MP_ROM_QSTR(MP_QSTR_qr), MP_ROM_PTR(&linalg_qr_obj) },
    { MP_ROM_QSTR(MP_QSTR_slogdet), MP_ROM_PTR(&linalg_slogdet_obj) },
    { MP_ROM_QSTR(MP_QSTR_solve), MP_ROM_PTR(&linalg_solve_obj) },
};
static MP_DEFINE_CONST_DICT(linalg_globals, linalg_globals_table);

const mp_obj_module_t ulab_numpy_linalg_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&linalg_globals,
};

// See modnumpy.c.
MP_REGISTER_MODULE(MP_QSTR_ulab_dot_numpy_dot_linalg, ulab_numpy_linalg_module);
MP_REGISTER_MODULE_DELEGATION(ulab_numpy_linalg_module, packed_attr);
