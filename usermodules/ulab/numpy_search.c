// Functions of ulab.numpy that find and count items.

#include <string.h>

#include "py/runtime.h"

#include "arguments.h"
#include "convert.h"
#include "numpy.h"
#include "reduce.h"
#include "search.h"

static void store_index(ndarray_obj_t *indices, size_t place, size_t index) {
    if (indices->view->dtype == NDARRAY_UINT16) {
        ((uint16_t *)(void *)indices->view->data)[place] = (uint16_t)index;
    } else {
        ((uint32_t *)(void *)indices->view->data)[place] = (uint32_t)index;
    }
}

// The places of true flags along the last axis of a row, of which `row` are the other indices.
static size_t store_places(ndarray_obj_t *const *indices, size_t ndim, const size_t *row, const uint8_t *flags,
    size_t n, size_t found) {
    for (size_t i = 0; i < n; i++) {
        if (flags[i]) {
            for (size_t axis = 0; axis + 1 < ndim; axis++) {
                store_index(indices[axis], found, row[axis]);
            }
            store_index(indices[ndim - 1], found++, i);
        }
    }
    return found;
}

static mp_obj_t numpy_nonzero(mp_obj_t object) {
    ndarray_obj_t *array = array_from_obj(object);
    strided_t from = ndarray_strided(array);
    ndarray_obj_t *truth = ndarray_new_copy(&from, NDARRAY_BOOL);
    reduce_t count;
    reduce_start(&count, REDUCE_SUM, 0.0);
    strided_t flags = ndarray_strided(truth);
    reduce_items(&count, &flags);
    size_t found = (size_t)count.integer;
    ndarray_obj_t *indices[NDARRAY_MAX_DIMS];
    mp_obj_t result[NDARRAY_MAX_DIMS];
    for (size_t axis = 0; axis < from.ndim; axis++) {
        size_t size = from.shape[axis];
        indices[axis] = ndarray_new(index_dtype(size == 0 ? 0 : size - 1), 1, &found);
        result[axis] = MP_OBJ_FROM_PTR(indices[axis]);
    }
    size_t last = from.shape[from.ndim - 1];
    size_t row[NDARRAY_MAX_DIMS] = { 0 };
    found = 0;
    for (size_t done = 0; done < ndarray_len(truth); done += last) {
        found = store_places(indices, from.ndim, row, truth->view->data + done, last, found);
        for (size_t axis = from.ndim - 1; axis-- > 0 && ++row[axis] == from.shape[axis];) {
            row[axis] = 0;
        }
    }
    ndarray_discard(truth);
    return mp_obj_new_tuple(from.ndim, result);
}
MP_DEFINE_CONST_FUN_OBJ_1(numpy_nonzero_obj, numpy_nonzero);

static mp_obj_t numpy_searchsorted(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_side, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_QSTR(MP_QSTR_left) } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    bool right = mp_obj_equal(args[2].u_obj, MP_OBJ_NEW_QSTR(MP_QSTR_right));
    if (!right && !mp_obj_equal(args[2].u_obj, MP_OBJ_NEW_QSTR(MP_QSTR_left))) {
        mp_raise_ValueError(MP_ERROR_TEXT("side must be 'left' or 'right'"));
    }
    ndarray_obj_t *array = array_from_obj(args[0].u_obj);
    operand_t wanted;
    if (!operand_from_obj(&wanted, args[1].u_obj)) {
        mp_raise_TypeError(MP_ERROR_TEXT("inputs must be numbers, arrays or sequences"));
    }
    if (wanted.view.dtype == NDARRAY_COMPLEX) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("not implemented for complex dtype"));
    }
    ndarray_from_obj(MP_OBJ_FROM_PTR(array));
    vector_t sorted = vector_from_array(array);
    strided_t shaped = wanted.view;
    if (wanted.scalar) {
        shaped.ndim = shaped.shape[0] = 1;
        shaped.strides[0] = 0;
    }
    ndarray_obj_t *result = ndarray_new_like(index_dtype(sorted.len), &shaped);
    strided_loop_t loop;
    size_t place = 0;
    if (strided_loop_start(&loop, 1, (const strided_t *const[]) { &shaped })) {
        do {
            for (size_t done = 0; done < loop.run;) {
                block_t block;
                size_t n = MIN(loop.run - done, BLOCK_ITEMS);
                const uint8_t *data = loop.data[0] + (ptrdiff_t)done * loop.step[0];
                block_load(&block, KIND_F64, shaped.dtype, data, loop.step[0], n);
                for (size_t i = 0; i < n; i++) {
                    store_index(result, place++, search_sorted(sorted.items, sorted.len, block.f64[i], right));
                }
                done += n;
            }
        } while (strided_loop_next(&loop));
    }
    vector_discard(&sorted);
    operand_discard(&wanted, args[1].u_obj);
    return wanted.scalar ? item_get(result->view->dtype, result->view->data) : MP_OBJ_FROM_PTR(result);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_searchsorted_obj, 2, numpy_searchsorted);

static mp_obj_t numpy_interp(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_left, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_right, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    bool has_left = args[3].u_obj != mp_const_none, has_right = args[4].u_obj != mp_const_none;
    interpolation_t through = {
        .left = has_left ? mp_obj_get_float(args[3].u_obj) : 0.0,
        .right = has_right ? mp_obj_get_float(args[4].u_obj) : 0.0,
    };
    ndarray_obj_t *arrays[3];
    for (size_t i = 0; i < 3; i++) {
        arrays[i] = array_from_obj(args[i].u_obj);
        if (arrays[i]->view->dtype == NDARRAY_COMPLEX) {
            mp_raise_NotImplementedError(MP_ERROR_TEXT("not implemented for complex dtype"));
        }
    }
    for (size_t i = 0; i < 3; i++) {
        // Reading a sequence runs any code, which may have resized a buffer.
        ndarray_from_obj(MP_OBJ_FROM_PTR(arrays[i]));
    }
    size_t points = ndarray_len(arrays[1]), heights = ndarray_len(arrays[2]);
    if (points != heights || points < 2) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("need two or more points, have " UINT_FMT " xp and " UINT_FMT " fp"),
            (mp_uint_t)points, (mp_uint_t)heights);
    }
    strided_t from = ndarray_strided(arrays[0]);
    ndarray_obj_t *result = ndarray_new_copy(&from, NDARRAY_FLOAT64);
    ndarray_set_flat(result);
    vector_t xp = vector_from_array(arrays[1]);
    vector_t fp = vector_from_array(arrays[2]);
    through.x = xp.items;
    through.y = fp.items;
    through.n = xp.len;
    if (!has_left) {
        through.left = fp.items[0];
    }
    if (!has_right) {
        through.right = fp.items[xp.len - 1];
    }
    interpolate(&through, (double *)(void *)result->view->data, ndarray_len(result));
    vector_discard(&xp);
    vector_discard(&fp);
    return MP_OBJ_FROM_PTR(result);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_interp_obj, 3, numpy_interp);

// Each count or sum goes up by the weight, or by 1 without weights.
static void count_items(ndarray_obj_t *counts, const strided_t *x, const strided_t *weights) {
    kind_t kind = kind_of_dtype(x->dtype);
    block_t indices, amounts;
    for (size_t done = 0; done < x->shape[0];) {
        size_t n = MIN(x->shape[0] - done, BLOCK_ITEMS);
        block_load(&indices, kind == KIND_U8 ? KIND_I32 : kind, x->dtype,
            x->data + (ptrdiff_t)done * x->strides[0], x->strides[0], n);
        if (weights == NULL) {
            for (size_t i = 0; i < n; i++) {
                ((uint32_t *)(void *)counts->view->data)[indices.u32[i]]++;
            }
        } else {
            block_load(&amounts, KIND_F64, weights->dtype, weights->data + (ptrdiff_t)done * weights->strides[0],
                weights->strides[0], n);
            for (size_t i = 0; i < n; i++) {
                ((double *)(void *)counts->view->data)[indices.u32[i]] += amounts.f64[i];
            }
        }
        done += n;
    }
}

static size_t bins_needed(const strided_t *x, mp_obj_t minlength_in) {
    mp_int_t minlength = minlength_in == mp_const_none ? 0 : mp_obj_get_int(minlength_in);
    if (minlength < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("minlength must not be negative"));
    }
    size_t bins = (size_t)minlength;
    if (x->shape[0] > 0) {
        reduce_t least, greatest;
        reduce_start(&least, REDUCE_MIN, 0.0);
        reduce_items(&least, x);
        reduce_start(&greatest, REDUCE_MAX, 0.0);
        reduce_items(&greatest, x);
        if (least.integer < 0) {
            mp_raise_ValueError(MP_ERROR_TEXT("items must not be negative"));
        }
        // 2**32 bins are too many for any 32-bit machine.
        bins = MAX(bins, (size_t)MIN(greatest.integer, (int64_t)UINT32_MAX - 1) + 1);
    }
    return bins;
}

static mp_obj_t numpy_bincount(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_weights, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_minlength, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    strided_t x = ndarray_strided(ndarray_from_obj(args[0].u_obj));
    if (x.ndim != 1) {
        mp_raise_ValueError(MP_ERROR_TEXT("object too deep for desired array"));
    }
    if (!kind_is_integer(kind_of_dtype(x.dtype)) || x.dtype == NDARRAY_INT8 || x.dtype == NDARRAY_INT16) {
        mp_raise_TypeError(MP_ERROR_TEXT("cannot cast array data from dtype"));
    }
    size_t bins = bins_needed(&x, args[2].u_obj);
    if (args[1].u_obj == mp_const_none) {
        ndarray_obj_t *counts = ndarray_new_zeroed(NDARRAY_UINT32, 1, &bins);
        count_items(counts, &x, NULL);
        if (index_dtype(x.shape[0]) == NDARRAY_UINT32) {
            return MP_OBJ_FROM_PTR(counts);
        }
        strided_t wide = ndarray_strided(counts);
        mp_obj_t narrow = MP_OBJ_FROM_PTR(ndarray_new_copy(&wide, NDARRAY_UINT16));
        ndarray_discard(counts);
        return narrow;
    }
    strided_t weights = ndarray_strided(ndarray_from_obj(args[1].u_obj));
    if (weights.dtype == NDARRAY_COMPLEX) {
        mp_raise_TypeError(MP_ERROR_TEXT("cannot cast weigths to float"));
    }
    if (weights.ndim != 1 || weights.shape[0] < x.shape[0]) {
        mp_raise_ValueError(MP_ERROR_TEXT("the weights and list don't have the same length"));
    }
    ndarray_obj_t *sums = ndarray_new_zeroed(NDARRAY_FLOAT64, 1, &bins);
    count_items(sums, &x, &weights);
    return MP_OBJ_FROM_PTR(sums);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_bincount_obj, 1, numpy_bincount);
