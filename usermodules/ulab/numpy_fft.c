// ulab.numpy.fft

#include <math.h>
#include <string.h>

#include "py/objmodule.h"
#include "py/runtime.h"

#include "array.h"
#include "convert.h"
#include "fft.h"
#include "memory.h"
#include "packed.h"

// Up to `count` items as values of a kind, the rest of n zeros.
static void load_line(double *line, kind_t kind, ndarray_dtype_t dtype, const uint8_t *data, ptrdiff_t step,
    size_t count, size_t n) {
    size_t width = kind == KIND_COMPLEX ? 2 : 1;
    count = count < n ? count : n;
    memset(line + count * width, 0, (n - count) * width * sizeof(double));
    for (size_t done = 0; done < count;) {
        size_t part = count - done < BLOCK_ITEMS ? count - done : BLOCK_ITEMS;
        block_t block;
        block_load(&block, kind, dtype, data + (ptrdiff_t)done * step, step, part);
        memcpy(line + done * width, block.f64, part * width * sizeof(double));
        done += part;
    }
}

static double scale_of(mp_obj_t norm, size_t n, bool inverse) {
    const char *name = norm == mp_const_none ? "backward" : mp_obj_str_get_str(norm);
    if (strcmp(name, "ortho") == 0) {
        return 1.0 / sqrt((double)n);
    }
    if (strcmp(name, inverse ? "backward" : "forward") == 0) {
        return 1.0 / (double)n;
    }
    if (strcmp(name, inverse ? "forward" : "backward") == 0) {
        return 1.0;
    }
    mp_raise_ValueError(MP_ERROR_TEXT("norm must be backward, ortho or forward"));
}

// The lines of an array along its last axis, one after the other.
static void transform_lines(const strided_t *out, const strided_t *in, bool inverse, double scale, double *workspace) {
    size_t last = in->ndim - 1, n = out->shape[last];
    bool complex = in->dtype == NDARRAY_COMPLEX;
    strided_t from = *in, to = *out;
    from.shape[last] = to.shape[last] = 1;
    strided_loop_t loop;
    if (!strided_loop_start(&loop, 2, (const strided_t *const[]) { &to, &from })) {
        return;
    }
    do {
        for (size_t i = 0; i < loop.run; i++) {
            double *line = (void *)(loop.data[0] + (ptrdiff_t)i * loop.step[0]);
            const uint8_t *data = loop.data[1] + (ptrdiff_t)i * loop.step[1];
            load_line(line, complex ? KIND_COMPLEX : KIND_F64, in->dtype, data, in->strides[last], in->shape[last], n);
            if (complex) {
                fft_complex(line, n, inverse, workspace);
            } else {
                fft_real(line, n, workspace);
            }
            // The inverse of real items is the conjugate.
            for (size_t part = 0; (scale != 1.0 || (inverse && !complex)) && part < 2 * n; part++) {
                line[part] *= inverse && !complex && part % 2 == 1 ? -scale : scale;
            }
        }
    } while (strided_loop_next(&loop));
}

static mp_obj_t transform(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args, bool inverse) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_n, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_axis, MP_ARG_OBJ, { .u_obj = MP_OBJ_NEW_SMALL_INT(-1) } },
        { MP_QSTR_norm, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    if (!ndarray_check(args[0].u_obj)) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("fft is implemented for ndarrays only"));
    }
    strided_t from = ndarray_strided(ndarray_from_obj(args[0].u_obj));
    size_t axis = axis_from_obj(args[2].u_obj, from.ndim), last = from.ndim - 1;
    mp_int_t n = args[1].u_obj == mp_const_none ? (mp_int_t)from.shape[axis] : mp_obj_get_int(args[1].u_obj);
    if (n < 1) {
        mp_raise_ValueError(MP_ERROR_TEXT("fft needs at least one item"));
    }
    double scale = scale_of(args[3].u_obj, (size_t)n, inverse);
    strided_axis_last(&from, axis);
    strided_t to = from;
    to.dtype = NDARRAY_COMPLEX;
    to.shape[last] = (size_t)n;
    ndarray_obj_t *result = ndarray_new_like(NDARRAY_COMPLEX, &to);
    to = ndarray_strided(result);
    size_t doubles = fft_workspace((size_t)n);
    double *workspace = doubles == 0 ? NULL : memory_take(doubles * sizeof(double), false);
    if (workspace == NULL) {
        mp_raise_msg_varg(&mp_type_MemoryError, MP_ERROR_TEXT("no memory to transform " UINT_FMT " items"),
            (mp_uint_t)n);
    }
    transform_lines(&to, &from, inverse, scale, workspace);
    memory_give(workspace);
    if (axis == last) {
        return MP_OBJ_FROM_PTR(result);
    }
    // Back from the end.
    for (size_t i = last; i > axis; i--) {
        size_t size = to.shape[i];
        to.shape[i] = to.shape[i - 1];
        to.shape[i - 1] = size;
        ptrdiff_t stride = to.strides[i];
        to.strides[i] = to.strides[i - 1];
        to.strides[i - 1] = stride;
    }
    ndarray_obj_t *ordered = ndarray_new_copy(&to, NDARRAY_COMPLEX);
    ndarray_discard(result);
    return MP_OBJ_FROM_PTR(ordered);
}

static mp_obj_t fft_fft(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    return transform(n_args, pos_args, kw_args, false);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(fft_fft_obj, 1, fft_fft);

static mp_obj_t fft_ifft(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    return transform(n_args, pos_args, kw_args, true);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(fft_ifft_obj, 1, fft_ifft);

static const mp_rom_map_elem_t fft_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_fft) },
    { MP_ROM_QSTR(MP_QSTR___package__), MP_ROM_QSTR(MP_QSTR_ulab_dot__fft) },
    { MP_ROM_QSTR(MP_QSTR_fft), MP_ROM_PTR(&fft_fft_obj) },
    { MP_ROM_QSTR(MP_QSTR_ifft), MP_ROM_PTR(&fft_ifft_obj) },
};
static MP_DEFINE_CONST_DICT(fft_globals, fft_globals_table);

const mp_obj_module_t ulab_numpy_fft_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&fft_globals,
};

// See modnumpy.c.
MP_REGISTER_MODULE(MP_QSTR_ulab_dot_numpy_dot_fft, ulab_numpy_fft_module);
MP_REGISTER_MODULE_DELEGATION(ulab_numpy_fft_module, packed_attr);
