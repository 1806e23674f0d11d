#include <string.h>

#include "py/objtuple.h"
#include "py/runtime.h"

#include "binding.h"

#define DEFAULT_MAX_PIXELS (50000000)
#define MAX_SIDE (65500)

//
// info
//

static mp_obj_t number_or_none(size_t number) {
    return number == 0 ? mp_const_none : mp_obj_new_int_from_uint(number);
}

static mp_obj_t info_work(job_t *job, void *context) {
    static const qstr fields[] = {
        MP_QSTR_width, MP_QSTR_height, MP_QSTR_components, MP_QSTR_subsampling, MP_QSTR_progressive,
        MP_QSTR_restart, MP_QSTR_orientation, MP_QSTR_quality, MP_QSTR_comment, MP_QSTR_length,
    };
    const ujpeg_details_t *details = context;
    const char *subsampling = details->subsampling;
    mp_obj_t items[] = {
        MP_OBJ_NEW_SMALL_INT(job->header.width),
        MP_OBJ_NEW_SMALL_INT(job->header.height),
        MP_OBJ_NEW_SMALL_INT(job->header.components),
        subsampling == NULL ? mp_const_none : mp_obj_new_str(subsampling, strlen(subsampling)),
        mp_obj_new_bool(details->progressive),
        MP_OBJ_NEW_SMALL_INT(details->restart),
        number_or_none(details->orientation),
        number_or_none(details->quality),
        details->comment == NULL ? mp_const_none : mp_obj_new_bytes(details->comment, details->comment_length),
        number_or_none(details->length),
    };
    return mp_obj_new_attrtuple(fields, MP_ARRAY_SIZE(items), items);
}

static mp_obj_t ujpeg_info(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { ARG_src, ARG_length, ARG_COUNT };
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_src, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_obj = MP_OBJ_NULL } },
        { MP_QSTR_length, MP_ARG_KW_ONLY | MP_ARG_BOOL, { .u_bool = true } },
    };
    mp_arg_val_t args[ARG_COUNT];
    mp_arg_parse_all(n_args, pos_args, kw_args, ARG_COUNT, allowed_args, args);
    ujpeg_details_t details = { .wants_length = args[ARG_length].u_bool };
    return with_decoder(NULL, args[ARG_src].u_obj, false, &details, info_work, &details);
}
MP_DEFINE_CONST_FUN_OBJ_KW(ujpeg_info_obj, 1, ujpeg_info);

//
// Arguments
//

enum { ARG_src, ARG_scale, ARG_size, ARG_roi, ARG_max_pixels, ARG_format, ARG_out, ARG_strict, ARG_COUNT };

typedef struct {
    mp_arg_val_t args[ARG_COUNT];
    decoder_obj_t *keeper;
    qstr format;
    mp_obj_t target; // of decode_to_file()
} call_t;

static const mp_arg_t allowed_args[] = {
    { MP_QSTR_src, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_obj = MP_OBJ_NULL } },
    { MP_QSTR_scale, MP_ARG_KW_ONLY | MP_ARG_INT, { .u_int = 1 } },
    { MP_QSTR_size, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    { MP_QSTR_roi, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    { MP_QSTR_max_pixels, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(DEFAULT_MAX_PIXELS) } },
    { MP_QSTR_format, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_QSTR(MP_QSTR_planes) } },
    { MP_QSTR_out, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    { MP_QSTR_strict, MP_ARG_KW_ONLY | MP_ARG_BOOL, { .u_bool = true } },
};

// Those that decode_to_file() has too.
#define FILE_ARGS (ARG_format)

static ujpeg_region_t region_from_obj(mp_obj_t roi, const ujpeg_header_t *header) {
    if (roi == mp_const_none) {
        return (ujpeg_region_t) { 0, 0, header->width, header->height };
    }
    mp_obj_t *items;
    mp_obj_get_array_fixed_n(roi, 4, &items);
    mp_int_t x = mp_obj_get_int(items[0]);
    mp_int_t y = mp_obj_get_int(items[1]);
    mp_int_t width = mp_obj_get_int(items[2]);
    mp_int_t height = mp_obj_get_int(items[3]);
    if (x < 0 || y < 0 || width < 1 || height < 1 || x >= (mp_int_t)header->width || y >= (mp_int_t)header->height
        || width > (mp_int_t)header->width - x || height > (mp_int_t)header->height - y) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("roi (%d, %d, %d, %d) is not inside the image of %ux%u"), (int)x, (int)y, (int)width,
            (int)height, (unsigned)header->width, (unsigned)header->height);
    }
    return (ujpeg_region_t) { (uint32_t)x, (uint32_t)y, (uint32_t)width, (uint32_t)height };
}

static void size_from_obj(mp_obj_t size, uint32_t *width, uint32_t *height) {
    mp_obj_t *items;
    mp_obj_get_array_fixed_n(size, 2, &items);
    mp_int_t w = mp_obj_get_int(items[0]);
    mp_int_t h = mp_obj_get_int(items[1]);
    if (w < 1 || h < 1 || w > MAX_SIDE || h > MAX_SIDE) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("size (%d, %d) is not from 1 to %d"), (int)w, (int)h,
            MAX_SIDE);
    }
    *width = (uint32_t)w;
    *height = (uint32_t)h;
}

static void check_limit(const ujpeg_header_t *header, mp_int_t max_pixels) {
    uint64_t pixels = (uint64_t)header->width * header->height;
    if (max_pixels < 0 || pixels > (uint64_t)max_pixels) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("image of %ux%u is larger than max_pixels=%d"),
            (unsigned)header->width, (unsigned)header->height, (int)max_pixels);
    }
}

//
// Results
//

plane_t plane_of(const ndarray_obj_t *array, size_t channel) {
    uint8_t *data = array->view->data;
    if (array->view->ndim == 3) {
        data += (ptrdiff_t)channel * array->view->strides[2];
    }
    return (plane_t) { data, array->view->strides[0], array->view->strides[1] };
}

static bool fits(const ndarray_obj_t *array, size_t ndim, const size_t *shape) {
    bool same = array->view->dtype == NDARRAY_UINT8 && array->view->ndim == ndim;
    for (size_t i = 0; same && i < ndim; ++i) {
        same = array->view->shape[i] == shape[i];
    }
    return same;
}

static mp_obj_t new_array(size_t ndim, const size_t *shape, bool zeroed) {
    return MP_OBJ_FROM_PTR(zeroed ? ndarray_new_zeroed(NDARRAY_UINT8, ndim, shape)
        : ndarray_new(NDARRAY_UINT8, ndim, shape));
}

static ndarray_obj_t *checked_array(mp_obj_t out, size_t ndim, const size_t *shape) {
    ndarray_obj_t *array = ndarray_from_obj(out);
    if (!fits(array, ndim, shape)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("out must be uint8 of shape (%u, %u%s)"),
            (unsigned)shape[0], (unsigned)shape[1], ndim == 3 ? ", 3" : "");
    }
    return array;
}

// Whether the last result of a Decoder can take the next image.
static bool fits_again(mp_obj_t last, bool planes, size_t ndim, const size_t *shape) {
    if (last == MP_OBJ_NULL || ndarray_check(last) == planes) {
        return false;
    }
    if (planes) {
        last = ((mp_obj_tuple_t *)MP_OBJ_TO_PTR(last))->items[0];
    }
    return fits(MP_OBJ_TO_PTR(last), ndim, shape);
}

// Makes the result, or takes it from `out` or the last time, and says in the request where it lies.
static mp_obj_t result_for(ujpeg_request_t *request, const call_t *call) {
    size_t shape[3] = { request->height, request->width, 3 };
    bool planes = call->format == MP_QSTR_planes;
    size_t channels = request->format == UJPEG_GRAY ? 1 : 3;
    size_t ndim = planes || channels == 1 ? 2 : 3;
    mp_obj_t result = call->args[ARG_out].u_obj;
    if (result == mp_const_none) {
        bool zeroed = !call->args[ARG_strict].u_bool;
        if (call->keeper != NULL && fits_again(call->keeper->result, planes, ndim, shape)) {
            result = call->keeper->result;
        } else if (planes) {
            mp_obj_t arrays[3];
            for (size_t i = 0; i < 3; ++i) {
                arrays[i] = new_array(ndim, shape, zeroed);
            }
            result = mp_obj_new_tuple(3, arrays);
        } else {
            result = new_array(ndim, shape, zeroed);
        }
        if (call->keeper != NULL) {
            call->keeper->result = result;
        }
    }
    if (planes) {
        mp_obj_t *arrays;
        mp_obj_get_array_fixed_n(result, 3, &arrays);
        for (size_t i = 0; i < 3; ++i) {
            request->planes[i] = plane_of(checked_array(arrays[i], ndim, shape), 0);
        }
    } else {
        const ndarray_obj_t *array = checked_array(result, ndim, shape);
        for (size_t i = 0; i < channels; ++i) {
            request->planes[i] = plane_of(array, call->format == MP_QSTR_bgr ? 2 - i : i);
        }
    }
    return result;
}

static mp_obj_t salvage(const job_t *job, mp_obj_t image) {
    static const qstr fields[] = { MP_QSTR_image, MP_QSTR_rows, MP_QSTR_warnings, MP_QSTR_message };
    const char *message = ujpeg_message(job->decoder);
    mp_obj_t items[] = {
        image,
        MP_OBJ_NEW_SMALL_INT(ujpeg_rows(job->decoder)),
        mp_obj_new_int_from_uint(ujpeg_warnings(job->decoder)),
        message[0] == '\0' ? mp_const_none : mp_obj_new_str(message, strlen(message)),
    };
    return mp_obj_new_attrtuple(fields, MP_ARRAY_SIZE(items), items);
}

//
// decode
//

static ujpeg_request_t request_for(const job_t *job, const call_t *call, ujpeg_format_t format) {
    const mp_arg_val_t *args = call->args;
    mp_int_t scale = args[ARG_scale].u_int;
    bool resize = args[ARG_size].u_obj != mp_const_none;
    if (scale != 1 && scale != 2 && scale != 4 && scale != 8) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("scale %d is not 1, 2, 4 or 8"), (int)scale);
    }
    if (scale != 1 && resize) {
        mp_raise_ValueError(MP_ERROR_TEXT("give scale or size, not both"));
    }
    ujpeg_request_t request = { .scale = (uint32_t)scale, .resize = resize, .format = format };
    check_limit(&job->header, mp_obj_get_int(args[ARG_max_pixels].u_obj));
    request.region = region_from_obj(args[ARG_roi].u_obj, &job->header);
    if (request.resize) {
        size_from_obj(args[ARG_size].u_obj, &request.width, &request.height);
        request.scale = ujpeg_scale_for_size(&request.region, request.width, request.height);
    } else {
        request.width = (request.region.width + request.scale - 1) / request.scale;
        request.height = (request.region.height + request.scale - 1) / request.scale;
    }
    return request;
}

static mp_obj_t decode_work(job_t *job, void *context) {
    const call_t *call = context;
    ujpeg_request_t request = request_for(job, call,
        call->format == MP_QSTR_gray ? UJPEG_GRAY : call->format == MP_QSTR_ycbcr ? UJPEG_YCBCR : UJPEG_RGB);
    mp_obj_t result = result_for(&request, call);
    check_status(job, ujpeg_decode(job->decoder, &request));
    return call->args[ARG_strict].u_bool ? result : salvage(job, result);
}

static bool is_format(qstr name) {
    return name == MP_QSTR_planes || name == MP_QSTR_rgb || name == MP_QSTR_bgr || name == MP_QSTR_gray
        || name == MP_QSTR_ycbcr;
}

mp_obj_t decode_image(decoder_obj_t *keeper, size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    call_t call = { .keeper = keeper };
    mp_arg_parse_all(n_args, pos_args, kw_args, ARG_COUNT, allowed_args, call.args);
    call.format = mp_obj_str_get_qstr(call.args[ARG_format].u_obj);
    if (!is_format(call.format)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("format '%q' is not planes, rgb, bgr, gray or ycbcr"),
            call.format);
    }
    return with_decoder(keeper, call.args[ARG_src].u_obj, call.args[ARG_strict].u_bool, NULL, decode_work, &call);
}

static mp_obj_t ujpeg_decode_function(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    return decode_image(NULL, n_args, pos_args, kw_args);
}
MP_DEFINE_CONST_FUN_OBJ_KW(ujpeg_decode_obj, 1, ujpeg_decode_function);

//
// decode_to_file
//

typedef struct {
    job_t *job;
    ujpeg_request_t request;
    mp_obj_t stream;
    vstr_t row;
    size_t written;
} file_t;

static void write_row(void *context) {
    file_t *file = context;
    write_stream(file->stream, file->row.buf, file->row.len);
    file->written += file->row.len;
}

// Every row lies in the same place before it is written.
static mp_obj_t write_file(mp_obj_t stream, void *context) {
    file_t *file = context;
    ujpeg_request_t *request = &file->request;
    file->stream = stream;
    size_t channels = request->format == UJPEG_GRAY ? 1 : 3;
    vstr_init(&file->row, request->width * channels);
    vstr_printf(&file->row, "P%c\n%u %u\n255\n", channels == 1 ? '5' : '6', (unsigned)request->width,
        (unsigned)request->height);
    write_row(file);
    vstr_reset(&file->row);
    uint8_t *row = (uint8_t *)vstr_add_len(&file->row, request->width * channels);
    for (size_t i = 0; i < channels; ++i) {
        request->planes[i] = (plane_t) { row + i, 0, (ptrdiff_t)channels };
    }
    check_status(file->job, ujpeg_decode(file->job->decoder, request));
    return mp_obj_new_int_from_uint(file->written);
}

static mp_obj_t file_work(job_t *job, void *context) {
    const call_t *call = context;
    file_t file = {
        .job = job,
        .request = request_for(job, call, job->header.components == 1 ? UJPEG_GRAY : UJPEG_RGB),
    };
    file.request.row_done = write_row;
    file.request.context = &file;
    return with_output(call->target, write_file, &file);
}

static mp_obj_t ujpeg_decode_to_file(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    mp_arg_check_num(n_args, 0, 2, 2, true);
    call_t call = { .target = pos_args[1] };
    mp_arg_parse_all(1, pos_args, kw_args, FILE_ARGS, allowed_args, call.args);
    return with_decoder(NULL, pos_args[0], true, NULL, file_work, &call);
}
MP_DEFINE_CONST_FUN_OBJ_KW(ujpeg_decode_to_file_obj, 2, ujpeg_decode_to_file);

//
// Decoder
//

static mp_obj_t decoder_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    decoder_obj_t *self = mp_obj_malloc_with_finaliser(decoder_obj_t, type);
    self->decoder = NULL;
    self->result = MP_OBJ_NULL;
    self->busy = false;
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t decoder_del(mp_obj_t self_in) {
    decoder_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->decoder != NULL && !self->busy) {
        ujpeg_decoder_free(self->decoder);
        self->decoder = NULL;
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(decoder_del_obj, decoder_del);

static mp_obj_t decoder_decode(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    return decode_image(MP_OBJ_TO_PTR(pos_args[0]), n_args - 1, pos_args + 1, kw_args);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(decoder_decode_obj, 2, decoder_decode);

static const mp_rom_map_elem_t decoder_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&decoder_del_obj) },
    { MP_ROM_QSTR(MP_QSTR_decode), MP_ROM_PTR(&decoder_decode_obj) },
};
static MP_DEFINE_CONST_DICT(decoder_locals, decoder_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    ujpeg_decoder_type,
    MP_QSTR_Decoder,
    MP_TYPE_FLAG_NONE,
    make_new, decoder_make_new,
    locals_dict, &decoder_locals
    );
