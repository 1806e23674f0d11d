// Functions of ulab.numpy that put items in order.

#include <math.h>
#include <string.h>

#include "py/runtime.h"

#include "arguments.h"
#include "convert.h"
#include "memory.h"
#include "numpy.h"
#include "promote.h"
#include "selection.h"
#include "sorting.h"

typedef struct {
    double *values;
    double *scratch;
    uint32_t *places;
    uint32_t *scratch_places;
} workspace_t;

// One block of memory for sorting runs of n items.
static workspace_t take_workspace(size_t n) {
    size_t bytes;
    void *memory = NULL;
    if (!__builtin_mul_overflow(n, 2 * (sizeof(double) + sizeof(uint32_t)), &bytes)) {
        memory = memory_take(bytes, false);
    }
    if (memory == NULL) {
        mp_raise_msg_varg(&mp_type_MemoryError, MP_ERROR_TEXT("no memory to sort " UINT_FMT " items"), (mp_uint_t)n);
    }
    workspace_t work = { .values = memory };
    work.scratch = work.values + n;
    work.places = (uint32_t *)(work.scratch + n);
    work.scratch_places = work.places + n;
    return work;
}

// What happens to each sorted run. There are no exceptions in between, so
// that the workspace is always given back.
typedef void (*run_t)(workspace_t *work, size_t n, const strided_t *out);

static void load_run(double *values, const uint8_t *data, ndarray_dtype_t dtype, ptrdiff_t step, size_t n) {
    for (size_t done = 0; done < n;) {
        block_t block;
        size_t count = MIN(n - done, BLOCK_ITEMS);
        block_load(&block, KIND_F64, dtype, data + (ptrdiff_t)done * step, step, count);
        memcpy(values + done, block.f64, count * sizeof(double));
        done += count;
    }
}

static void sort_each(const strided_t *out, const strided_t *in, size_t axis, run_t finish) {
    size_t n = in->shape[axis];
    if (in->dtype == NDARRAY_COMPLEX) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("not implemented for complex dtype"));
    }
    strided_t from = *in, to = *out;
    from.shape[axis] = 1;
    to.shape[axis] = 1;
    strided_t run = { .dtype = out->dtype, .ndim = 1, .shape = { out->shape[axis] },
                      .strides = { out->strides[axis] } };
    strided_loop_t loop;
    if (n == 0 || !strided_loop_start(&loop, 2, (const strided_t *const[]) { &to, &from })) {
        return;
    }
    workspace_t work = take_workspace(n);
    do {
        const uint8_t *data = loop.data[1];
        run.data = loop.data[0];
        for (size_t i = 0; i < loop.run; i++, data += loop.step[1], run.data += loop.step[0]) {
            load_run(work.values, data, in->dtype, in->strides[axis], n);
            finish(&work, n, &run);
        }
    } while (strided_loop_next(&loop));
    memory_give(work.values);
}

static void store_values(workspace_t *work, size_t n, const strided_t *out) {
    sort_values(work->values, NULL, work->scratch, NULL, n);
    strided_t values = { .data = (uint8_t *)work->values, .dtype = NDARRAY_FLOAT64, .ndim = 1, .shape = { n } };
    strided_set_dense(&values);
    strided_copy(out, &values);
}

static void store_places(workspace_t *work, size_t n, const strided_t *out) {
    for (size_t i = 0; i < n; i++) {
        work->places[i] = (uint32_t)i;
    }
    sort_values(work->values, work->places, work->scratch, work->scratch_places, n);
    strided_t places = { .data = (uint8_t *)work->places, .dtype = NDARRAY_UINT32, .ndim = 1, .shape = { n } };
    strided_set_dense(&places);
    strided_copy(out, &places);
}

static double median(workspace_t *work, size_t n) {
    const double *values = work->values;
    for (size_t i = 0; i < n; i++) {
        if (isnan(values[i])) {
            return values[i];
        }
    }
    if (!select_value(work->values, n, n / 2)) {
        sort_values(work->values, NULL, work->scratch, NULL, n);
    }
    double upper = values[n / 2];
    if (n % 2 == 1) {
        return upper;
    }
    double lower = values[0];
    for (size_t i = 1; i < n / 2; i++) {
        lower = values[i] > lower ? values[i] : lower;
    }
    return (lower + upper) / 2.0;
}

static void store_median(workspace_t *work, size_t n, const strided_t *out) {
    block_t block = { .f64 = { median(work, n) } };
    block_store(&block, KIND_F64, out->dtype, out->data, 0, 1);
}

// (a, axis=...)
static strided_t parse(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args, mp_obj_t *axis) {
    const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_axis, MP_ARG_OBJ, { .u_obj = *axis } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    *axis = args[1].u_obj;
    return ndarray_strided(ndarray_from_obj(args[0].u_obj));
}

// A dense copy, as one axis if none is given.
static ndarray_obj_t *copy_for_axis(const strided_t *from, ndarray_dtype_t dtype, mp_obj_t axis_in, size_t *axis) {
    if (axis_in != mp_const_none) {
        *axis = axis_from_obj(axis_in, from->ndim);
    } else {
        *axis = 0;
    }
    ndarray_obj_t *copy = ndarray_new_copy(from, dtype);
    if (axis_in == mp_const_none) {
        ndarray_set_flat(copy);
    }
    return copy;
}

static mp_obj_t numpy_sort(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    mp_obj_t axis_in = mp_const_none;
    strided_t from = parse(n_args, pos_args, kw_args, &axis_in);
    size_t axis;
    ndarray_obj_t *sorted = copy_for_axis(&from, from.dtype, axis_in, &axis);
    strided_t out = ndarray_strided(sorted);
    sort_each(&out, &out, axis, store_values);
    return MP_OBJ_FROM_PTR(sorted);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_sort_obj, 1, numpy_sort);

static mp_obj_t method_sort(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    mp_obj_t axis_in = MP_OBJ_NEW_SMALL_INT(-1);
    parse(n_args, pos_args, kw_args, &axis_in);
    ndarray_obj_t *self = MP_OBJ_TO_PTR(pos_args[0]);
    ndarray_check_writable(self);
    if (axis_in == mp_const_none) {
        if (!ndarray_is_dense(self)) {
            mp_raise_ValueError(MP_ERROR_TEXT("cannot flatten an array with gaps in place"));
        }
        ndarray_set_flat(self);
        axis_in = MP_OBJ_NEW_SMALL_INT(0);
    }
    strided_t view = ndarray_strided(self);
    sort_each(&view, &view, axis_from_obj(axis_in, view.ndim), store_values);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(ndarray_sort_obj, 1, method_sort);

static mp_obj_t numpy_argsort(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    mp_obj_t axis_in = MP_OBJ_NEW_SMALL_INT(-1);
    strided_t from = parse(n_args, pos_args, kw_args, &axis_in);
    if (axis_in == mp_const_none) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("argsort is not implemented for flattened arrays"));
    }
    size_t axis = axis_from_obj(axis_in, from.ndim);
    ndarray_obj_t *places = ndarray_new_like(index_dtype(from.shape[axis]), &from);
    strided_t out = ndarray_strided(places);
    sort_each(&out, &from, axis, store_places);
    return MP_OBJ_FROM_PTR(places);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_argsort_obj, 1, numpy_argsort);

// The axes that go as one, the last; a copy unless that is only one axis.
static strided_t join_axes(const strided_t *array, unsigned int gone, ndarray_obj_t **copy) {
    strided_t view = *array;
    size_t kept = 0, moved = 0, len = 1;
    for (size_t axis = 0; axis < array->ndim; axis++) {
        if (gone >> axis & 1) {
            strided_axis_last(&view, axis - moved++);
            len *= array->shape[axis];
        } else {
            kept++;
        }
    }
    *copy = NULL;
    if (moved > 1) {
        *copy = ndarray_new_copy(&view, view.dtype);
        view = ndarray_strided(*copy);
        view.ndim = kept + 1;
        view.shape[kept] = len;
        strided_set_dense(&view);
    }
    return view;
}

static mp_obj_t numpy_median(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_axis, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_keepdims, MP_ARG_BOOL, { .u_bool = false } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    strided_t from = ndarray_strided(ndarray_from_obj(args[0].u_obj));
    ndarray_dtype_t dtype = promote_to_float(from.dtype);
    unsigned int gone = axes_from_obj(args[1].u_obj, from.ndim);
    if (gone == 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("need an axis or more"));
    }
    strided_t kept_shape = from;
    for (size_t axis = 0; axis < from.ndim; axis++) {
        kept_shape.shape[axis] = gone >> axis & 1 ? 1 : from.shape[axis];
    }
    ndarray_obj_t *copy;
    from = join_axes(&from, gone, &copy);
    // The median of nothing is nan.
    uint8_t item[ITEM_BYTES];
    item_set(dtype, item, mp_obj_new_float((mp_float_t)NAN));
    strided_t out = from;
    out.shape[from.ndim - 1] = 1;
    strided_t nan_view = { .data = item, .dtype = dtype };
    strided_broadcast_to(&nan_view, out.ndim, out.shape);
    ndarray_obj_t *medians = ndarray_new_copy(&nan_view, dtype);
    out = ndarray_strided(medians);
    sort_each(&out, &from, from.ndim - 1, store_median);
    if (copy != NULL) {
        ndarray_discard(copy);
    }
    if (args[2].u_bool) {
        medians->view->ndim = kept_shape.ndim;
        memcpy(medians->view->shape, kept_shape.shape, sizeof(kept_shape.shape));
        strided_set_dense(medians->view);
        return MP_OBJ_FROM_PTR(medians);
    }
    if (from.ndim == 1) {
        return item_get(dtype, medians->view->data);
    }
    ndarray_drop_axis(medians, from.ndim - 1);
    return MP_OBJ_FROM_PTR(medians);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_median_obj, 1, numpy_median);
