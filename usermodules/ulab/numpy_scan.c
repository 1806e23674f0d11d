// Running sums and products of ulab.numpy.

#include "py/runtime.h"

#include "arguments.h"
#include "numpy.h"
#include "promote.h"
#include "scan.h"

static void scan_axis(bool multiply, const strided_t *out, const strided_t *in, size_t axis) {
    strided_t run_out = { .dtype = out->dtype, .ndim = 1, .shape = { out->shape[axis] },
                          .strides = { out->strides[axis] } };
    strided_t run_in = run_out;
    run_in.dtype = in->dtype;
    run_in.strides[0] = in->strides[axis];
    strided_t starts_out = *out, starts_in = *in;
    starts_out.shape[axis] = starts_in.shape[axis] = 1;
    strided_loop_t loop;
    if (!strided_loop_start(&loop, 2, (const strided_t *const[]) { &starts_out, &starts_in })) {
        return;
    }
    do {
        run_out.data = loop.data[0];
        run_in.data = loop.data[1];
        for (size_t i = 0; i < loop.run; i++, run_out.data += loop.step[0], run_in.data += loop.step[1]) {
            scan_items(multiply, &run_out, &run_in);
        }
    } while (strided_loop_next(&loop));
}

static mp_obj_t scan(bool multiply, size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_axis, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_dtype, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_out, MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    const ndarray_obj_t *array = array_from_obj(args[0].u_obj);
    strided_t in = ndarray_strided(array);
    ndarray_dtype_t dtype = promote_to_float(in.dtype);
    if (args[2].u_obj != mp_const_none) {
        dtype = dtype_from_obj(args[2].u_obj);
        check_cast(in.dtype, dtype);
    }
    mp_obj_t axis = args[1].u_obj;
    size_t along = axis == mp_const_none ? 0 : axis_from_obj(axis, in.ndim);
    ndarray_obj_t *result = ndarray_new_like(dtype, &in);
    strided_t out = ndarray_strided(result);
    if (axis == mp_const_none) {
        scan_items(multiply, &out, &in);
        ndarray_set_flat(result);
    } else {
        scan_axis(multiply, &out, &in, along);
    }
    return ndarray_result(result, args[3].u_obj);
}

static mp_obj_t numpy_cumsum(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    return scan(false, n_args, pos_args, kw_args);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_cumsum_obj, 1, numpy_cumsum);

static mp_obj_t numpy_cumprod(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    return scan(true, n_args, pos_args, kw_args);
}
MP_DEFINE_CONST_FUN_OBJ_KW(numpy_cumprod_obj, 1, numpy_cumprod);
