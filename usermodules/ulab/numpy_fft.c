// ulab.numpy.fft

#include "py/objmodule.h"
#include "py/runtime.h"

#include "array.h"
#include "convert.h"
#include "fft.h"
#include "memory.h"

static mp_obj_t transform(mp_obj_t object, bool inverse) {
    if (!ndarray_check(object)) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("fft is implemented for ndarrays only"));
    }
    strided_t from = ndarray_strided(ndarray_from_obj(object));
    if (from.ndim != 1) {
        mp_raise_TypeError(MP_ERROR_TEXT("fft needs an array of 1 dimension"));
    }
    size_t n = from.shape[0];
    if (n == 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("fft needs at least one item"));
    }
    ndarray_obj_t *result = ndarray_new_copy(&from, NDARRAY_COMPLEX);
    double *values = (void *)result->view->data;
    size_t doubles = fft_workspace(n);
    double *workspace = doubles == 0 ? NULL : memory_take(doubles * sizeof(double), false);
    if (workspace == NULL) {
        mp_raise_msg_varg(&mp_type_MemoryError, MP_ERROR_TEXT("no memory to transform " UINT_FMT " items"),
            (mp_uint_t)n);
    }
    fft(values, n, inverse, workspace);
    memory_give(workspace);
    if (inverse) {
        for (size_t i = 0; i < 2 * n; i++) {
            values[i] /= (double)n;
        }
    }
    if (from.dtype != NDARRAY_COMPLEX) {
        // The spectrum of real items is its own mirrored conjugate, to the bit.
        values[1] = 0.0;
        for (size_t k = 1; 2 * k <= n; k++) {
            values[2 * (n - k)] = values[2 * k];
            values[2 * (n - k) + 1] = 2 * k == n ? 0.0 : 0.0 - values[2 * k + 1];
        }
    }
    return MP_OBJ_FROM_PTR(result);
}

static mp_obj_t fft_fft(mp_obj_t array) {
    return transform(array, false);
}
static MP_DEFINE_CONST_FUN_OBJ_1(fft_fft_obj, fft_fft);

static mp_obj_t fft_ifft(mp_obj_t array) {
    return transform(array, true);
}
static MP_DEFINE_CONST_FUN_OBJ_1(fft_ifft_obj, fft_ifft);

static const mp_rom_map_elem_t fft_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_fft) },
    { MP_ROM_QSTR(MP_QSTR_fft), MP_ROM_PTR(&fft_fft_obj) },
    { MP_ROM_QSTR(MP_QSTR_ifft), MP_ROM_PTR(&fft_ifft_obj) },
};
static MP_DEFINE_CONST_DICT(fft_globals, fft_globals_table);

const mp_obj_module_t ulab_numpy_fft_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&fft_globals,
};
