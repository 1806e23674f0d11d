// ulab.numpy.random

#include <string.h>

#include "py/mphal.h"
#include "py/objint.h"
#include "py/objtuple.h"
#include "py/runtime.h"

#include "array.h"
#include "convert.h"
#include "packed.h"
#include "random.h"

void mp_hal_get_random(size_t n, void *buf);

typedef struct {
    mp_obj_base_t base;
    uint64_t state;
} generator_t;

typedef void (*source_t)(uint64_t *state, double *values, size_t n);

static const mp_obj_type_t generator_type;

static mp_obj_t new_generator(mp_obj_t seed) {
    if (mp_obj_is_type(seed, &mp_type_tuple)) {
        const mp_obj_tuple_t *seeds = MP_OBJ_TO_PTR(seed);
        mp_obj_tuple_t *generators = MP_OBJ_TO_PTR(mp_obj_new_tuple(seeds->len, seeds->items));
        for (size_t i = 0; i < seeds->len; i++) {
            generators->items[i] = new_generator(seeds->items[i]);
        }
        return MP_OBJ_FROM_PTR(generators);
    }
    uint64_t state;
    if (seed == mp_const_none) {
        mp_hal_get_random(sizeof(state), &state);
    } else if (mp_obj_is_small_int(seed)) {
        state = (uint64_t)MP_OBJ_SMALL_INT_VALUE(seed);
    } else if (mp_obj_is_int(seed)) {
        byte bytes[sizeof(state)];
        mp_obj_int_to_bytes_impl(seed, MP_ENDIANNESS_BIG, sizeof(bytes), bytes);
        memcpy(&state, bytes, sizeof(state));
    } else {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("seed must be an int, None or a tuple of them, not %s"),
            mp_obj_get_type_str(seed));
    }
    generator_t *self = mp_obj_malloc(generator_t, &generator_type);
    self->state = state;
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t generator_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)type;
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    return new_generator(args[0]);
}

// start + scale * what the source gives: a float, or an array.
static mp_obj_t draw(generator_t *self, source_t source, double start, double scale, mp_obj_t size, mp_obj_t out) {
    block_t block;
    if (size == mp_const_none && out == mp_const_none) {
        source(&self->state, block.f64, 1);
        return mp_obj_new_float(start + scale * block.f64[0]);
    }
    size_t shape[NDARRAY_MAX_DIMS];
    size_t ndim = size == mp_const_none ? 0 : shape_from_obj(size, shape, NULL);
    if (out == mp_const_none) {
        out = MP_OBJ_FROM_PTR(ndarray_new(NDARRAY_FLOAT64, ndim, shape));
    }
    ndarray_obj_t *array = ndarray_from_obj(out);
    const strided_t *view = array->view;
    ndarray_check_writable(array);
    if (kind_of_dtype(view->dtype) < KIND_F32 || view->dtype == NDARRAY_COMPLEX || !strided_is_dense(view)) {
        mp_raise_ValueError(MP_ERROR_TEXT("output array must be dense and of float dtype"));
    }
    if (size != mp_const_none
        && (ndim != view->ndim || memcmp(shape, view->shape, ndim * sizeof(shape[0])) != 0)) {
        mp_raise_ValueError(MP_ERROR_TEXT("size must match out.shape when used together"));
    }
    size_t item = ndarray_dtype_itemsize(view->dtype), len = ndarray_len(array);
    for (size_t done = 0, n; done < len; done += n) {
        n = MIN(len - done, BLOCK_ITEMS);
        source(&self->state, block.f64, n);
        for (size_t i = 0; i < n; i++) {
            block.f64[i] = start + scale * block.f64[i];
        }
        block_store(&block, KIND_F64, view->dtype, view->data + done * item, (ptrdiff_t)item, n);
    }
    return out;
}

// random(size=None, *, out=None)
static mp_obj_t generator_random(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_size, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_out, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    return draw(MP_OBJ_TO_PTR(pos_args[0]), random_uniform, 0.0, 1.0, args[0].u_obj, args[1].u_obj);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(generator_random_obj, 1, generator_random);

// The arguments of uniform and normal, of which only the names differ.
static mp_obj_t draw_parsed(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args, bool normal) {
    const mp_arg_t allowed_args[] = {
        { normal ? MP_QSTR_loc : MP_QSTR_low, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(0) } },
        { normal ? MP_QSTR_scale : MP_QSTR_high, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(1) } },
        { MP_QSTR_size, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_out, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    double first = mp_obj_get_float(args[0].u_obj), second = mp_obj_get_float(args[1].u_obj);
    return draw(MP_OBJ_TO_PTR(pos_args[0]), normal ? random_normal : random_uniform, first,
        normal ? second : second - first, args[2].u_obj, args[3].u_obj);
}

static mp_obj_t generator_uniform(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    return draw_parsed(n_args, pos_args, kw_args, false);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(generator_uniform_obj, 1, generator_uniform);

static mp_obj_t generator_normal(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    return draw_parsed(n_args, pos_args, kw_args, true);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(generator_normal_obj, 1, generator_normal);

static const mp_rom_map_elem_t generator_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_normal), MP_ROM_PTR(&generator_normal_obj) },
    { MP_ROM_QSTR(MP_QSTR_random), MP_ROM_PTR(&generator_random_obj) },
    { MP_ROM_QSTR(MP_QSTR_uniform), MP_ROM_PTR(&generator_uniform_obj) },
};
static MP_DEFINE_CONST_DICT(generator_locals, generator_locals_table);

// The other methods are Python.
static void generator_attr(mp_obj_t self, qstr name, mp_obj_t *dest) {
    if (dest[0] != MP_OBJ_NULL || *qstr_str(name) == '_') {
        return;
    }
    mp_obj_t key = MP_OBJ_NEW_QSTR(name);
    if (mp_map_lookup((mp_map_t *)&generator_locals.map, key, MP_MAP_LOOKUP) != NULL) {
        dest[1] = MP_OBJ_SENTINEL;
        return;
    }
    dest[0] = packed_name(MP_QSTR_ulab_dot__generator, name);
    dest[1] = self;
}

static MP_DEFINE_CONST_OBJ_TYPE(
    generator_type, MP_QSTR_Generator, MP_TYPE_FLAG_NONE,
    make_new, generator_make_new,
    attr, generator_attr,
    locals_dict, &generator_locals
    );

static mp_obj_t random_default_rng(size_t n_args, const mp_obj_t *args) {
    return new_generator(n_args == 0 ? mp_const_none : args[0]);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(random_default_rng_obj, 0, 1, random_default_rng);

static const mp_rom_map_elem_t random_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_random) },
    { MP_ROM_QSTR(MP_QSTR_Generator), MP_ROM_PTR(&generator_type) },
    { MP_ROM_QSTR(MP_QSTR_default_rng), MP_ROM_PTR(&random_default_rng_obj) },
};
static MP_DEFINE_CONST_DICT(random_globals, random_globals_table);

const mp_obj_module_t ulab_numpy_random_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&random_globals,
};
