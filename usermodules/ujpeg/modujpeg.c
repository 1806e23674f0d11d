#include <string.h>

#include "py/builtin.h"
#include "py/objtuple.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "jpeg_decode.h"
#include "ndarray.h"

#define DEFAULT_MAX_PIXELS (50000000)
#define MAX_SIDE (65500)

void *ujpeg_memory_alloc(size_t bytes) {
    return ulab_memory_alloc(bytes);
}

void ujpeg_memory_free(void *memory) {
    ulab_memory_free(memory);
}

//
// A decoder that is closed whatever happens
//

typedef struct {
    ujpeg_source_t source;
    ujpeg_decoder_t *decoder;
    ujpeg_header_t header;
    mp_obj_t file; // of a source that is a path
    int file_error;
} job_t;

static ptrdiff_t read_file(void *context, uint8_t *buffer, size_t size) {
    job_t *job = context;
    const mp_stream_p_t *stream = mp_get_stream(job->file);
    mp_uint_t got = stream->read(job->file, buffer, size, &job->file_error);
    return got == MP_STREAM_ERROR ? -1 : (ptrdiff_t)got;
}

static void close_job(job_t *job) {
    if (job->decoder != NULL) {
        ujpeg_close(job->decoder);
    }
    if (job->file != MP_OBJ_NULL) {
        mp_stream_close(job->file);
    }
}

static void check_status(job_t *job, ujpeg_status_t status) {
    switch (status) {
        case UJPEG_OK:
            return;
        case UJPEG_BAD_DATA:
            mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s"), ujpeg_message(job->decoder));
        case UJPEG_NO_MEMORY:
            mp_raise_msg_varg(&mp_type_MemoryError, MP_ERROR_TEXT("no memory for %u bytes of the JPEG decoder"),
                (unsigned)ujpeg_bytes_needed(job->decoder));
        case UJPEG_READ_ERROR:
            mp_raise_OSError(job->file_error);
    }
}

// Opens the source and reads the header, does `work`, and closes everything, also
// where an exception passes: reading a file may raise one through libjpeg.
static mp_obj_t with_decoder(mp_obj_t source, mp_obj_t (*work)(job_t *job, void *context), void *context) {
    job_t job = { .file = MP_OBJ_NULL };
    if (mp_obj_is_str(source)) {
        mp_obj_t arguments[] = { source, MP_OBJ_NEW_QSTR(MP_QSTR_rb) };
        job.file = mp_call_function_n_kw(MP_OBJ_FROM_PTR(&mp_builtin_open_obj), 2, 0, arguments);
        job.source.read = read_file;
        job.source.context = &job;
    } else {
        mp_buffer_info_t buffer;
        mp_get_buffer_raise(source, &buffer, MP_BUFFER_READ);
        job.source.bytes = buffer.buf != NULL ? buffer.buf : (const uint8_t *)"";
        job.source.length = buffer.len;
    }
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        job.decoder = ujpeg_open(&job.source);
        if (job.decoder == NULL) {
            mp_raise_msg(&mp_type_MemoryError, MP_ERROR_TEXT("no memory for a JPEG decoder"));
        }
        check_status(&job, ujpeg_read_header(job.decoder, &job.header));
        mp_obj_t result = work(&job, context);
        nlr_pop();
        close_job(&job);
        return result;
    }
    close_job(&job);
    nlr_jump(nlr.ret_val);
}

//
// info
//

static mp_obj_t info_work(job_t *job, void *context) {
    static const qstr fields[] = {
        MP_QSTR_width, MP_QSTR_height, MP_QSTR_components, MP_QSTR_subsampling, MP_QSTR_progressive,
    };
    const ujpeg_header_t *header = &job->header;
    mp_obj_t subsampling = mp_const_none;
    if (header->subsampling[0] != '\0') {
        subsampling = mp_obj_new_str(header->subsampling, strlen(header->subsampling));
    }
    mp_obj_t items[] = {
        MP_OBJ_NEW_SMALL_INT(header->width),
        MP_OBJ_NEW_SMALL_INT(header->height),
        MP_OBJ_NEW_SMALL_INT(header->components),
        subsampling,
        mp_obj_new_bool(header->progressive),
    };
    return mp_obj_new_attrtuple(fields, MP_ARRAY_SIZE(items), items);
}

static mp_obj_t ujpeg_info(mp_obj_t source) {
    return with_decoder(source, info_work, NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(ujpeg_info_obj, ujpeg_info);

//
// decode
//

enum { ARG_src, ARG_format, ARG_scale, ARG_size, ARG_roi, ARG_out, ARG_max_pixels };

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

static void check_out(const ndarray_obj_t *array, size_t ndim, const size_t *shape) {
    bool fits = array->view->dtype == NDARRAY_UINT8 && array->view->ndim == ndim;
    for (size_t i = 0; fits && i < ndim; ++i) {
        fits = array->view->shape[i] == shape[i];
    }
    if (!fits) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("out must be uint8 of shape (%u, %u%s)"),
            (unsigned)shape[0], (unsigned)shape[1], ndim == 3 ? ", 3" : "");
    }
}

static ndarray_obj_t *array_for(mp_obj_t out, size_t ndim, const size_t *shape) {
    if (out == mp_const_none) {
        return ndarray_new(NDARRAY_UINT8, ndim, shape);
    }
    ndarray_obj_t *array = ndarray_from_obj(out);
    check_out(array, ndim, shape);
    return array;
}

static plane_t plane_of(const ndarray_obj_t *array, size_t channel) {
    uint8_t *data = array->view->data;
    if (array->view->ndim == 3) {
        data += (ptrdiff_t)channel * array->view->strides[2];
    }
    return (plane_t) { data, array->view->strides[0], array->view->strides[1] };
}

// Makes the result, or takes it from `out`, and says in the request where it lies.
static mp_obj_t result_for(ujpeg_request_t *request, qstr format, mp_obj_t out) {
    size_t shape[3] = { request->height, request->width, 3 };
    if (format != MP_QSTR_planes) {
        ndarray_obj_t *array = array_for(out, format == MP_QSTR_rgb ? 3 : 2, shape);
        for (size_t i = 0; i < request->channels; ++i) {
            request->planes[i] = plane_of(array, i);
        }
        return MP_OBJ_FROM_PTR(array);
    }
    mp_obj_t *outs = NULL;
    if (out != mp_const_none) {
        mp_obj_get_array_fixed_n(out, 3, &outs);
    }
    mp_obj_t arrays[3];
    for (size_t i = 0; i < 3; ++i) {
        ndarray_obj_t *array = array_for(outs == NULL ? mp_const_none : outs[i], 2, shape);
        request->planes[i] = plane_of(array, 0);
        arrays[i] = MP_OBJ_FROM_PTR(array);
    }
    return outs == NULL ? mp_obj_new_tuple(3, arrays) : out;
}

static mp_obj_t decode_work(job_t *job, void *context) {
    const mp_arg_val_t *args = context;
    ujpeg_request_t request = {
        .scale = (uint32_t)args[ARG_scale].u_int,
        .resize = args[ARG_size].u_obj != mp_const_none,
    };
    check_limit(&job->header, mp_obj_get_int(args[ARG_max_pixels].u_obj));
    request.region = region_from_obj(args[ARG_roi].u_obj, &job->header);
    if (request.resize) {
        size_from_obj(args[ARG_size].u_obj, &request.width, &request.height);
        request.scale = ujpeg_scale_for_size(&request.region, request.width, request.height);
    } else {
        request.width = (request.region.width + request.scale - 1) / request.scale;
        request.height = (request.region.height + request.scale - 1) / request.scale;
    }
    qstr format = mp_obj_str_get_qstr(args[ARG_format].u_obj);
    request.channels = format == MP_QSTR_gray ? 1 : 3;
    mp_obj_t result = result_for(&request, format, args[ARG_out].u_obj);
    check_status(job, ujpeg_decode(job->decoder, &request));
    return result;
}

static mp_obj_t ujpeg_decode_function(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_src, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_obj = MP_OBJ_NULL } },
        { MP_QSTR_format, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_QSTR(MP_QSTR_planes) } },
        { MP_QSTR_scale, MP_ARG_KW_ONLY | MP_ARG_INT, { .u_int = 1 } },
        { MP_QSTR_size, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_roi, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_out, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_max_pixels, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_INT(DEFAULT_MAX_PIXELS) } },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed_args)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed_args), allowed_args, args);
    qstr format = mp_obj_str_get_qstr(args[ARG_format].u_obj);
    if (format != MP_QSTR_planes && format != MP_QSTR_rgb && format != MP_QSTR_gray) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("format '%q' is not planes, rgb or gray"), format);
    }
    mp_int_t scale = args[ARG_scale].u_int;
    if (scale != 1 && scale != 2 && scale != 4 && scale != 8) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("scale %d is not 1, 2, 4 or 8"), (int)scale);
    }
    if (scale != 1 && args[ARG_size].u_obj != mp_const_none) {
        mp_raise_ValueError(MP_ERROR_TEXT("give scale or size, not both"));
    }
    return with_decoder(args[ARG_src].u_obj, decode_work, args);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(ujpeg_decode_obj, 1, ujpeg_decode_function);

static const mp_rom_map_elem_t ujpeg_module_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_ujpeg) },
    { MP_ROM_QSTR(MP_QSTR_decode), MP_ROM_PTR(&ujpeg_decode_obj) },
    { MP_ROM_QSTR(MP_QSTR_info), MP_ROM_PTR(&ujpeg_info_obj) },
};
static MP_DEFINE_CONST_DICT(ujpeg_module_globals, ujpeg_module_globals_table);

const mp_obj_module_t ujpeg_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&ujpeg_module_globals,
};

MP_REGISTER_MODULE(MP_QSTR_ujpeg, ujpeg_module);
