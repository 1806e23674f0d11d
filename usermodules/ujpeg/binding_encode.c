#include <string.h>

#include "py/objstr.h"
#include "py/runtime.h"

#include "binding.h"
#include "jpeg_encode.h"

#define MAX_SIDE (65500)

enum { ARG_quality, ARG_subsampling, ARG_restart, ARG_comment, ARG_exif, ARG_out, ARG_COUNT };

// Where the bytes of a file go: a stream, a buffer of fixed size, or a string that grows.
typedef struct {
    mp_obj_t stream; // or MP_OBJ_NULL
    mp_buffer_info_t buffer;
    bool has_buffer;
    size_t written;
    vstr_t string;
} sink_t;

static void write_sink(void *context, const uint8_t *bytes, size_t count) {
    sink_t *sink = context;
    if (sink->stream != MP_OBJ_NULL) {
        write_stream(sink->stream, bytes, count);
    } else if (!sink->has_buffer) {
        // In large steps: each one moves the string, or measures it block by block.
        if (count > sink->string.alloc - sink->string.len) {
            vstr_hint_size(&sink->string, count + sink->string.len / 2);
        }
        vstr_add_strn(&sink->string, (const char *)bytes, count);
    } else if (count > sink->buffer.len - sink->written) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("out of %u bytes is too small"),
            (unsigned)sink->buffer.len);
    } else {
        memcpy((uint8_t *)sink->buffer.buf + sink->written, bytes, count);
    }
    sink->written += count;
}

static void planes_from_obj(ujpeg_image_t *image, mp_obj_t object) {
    mp_obj_t *arrays = &object;
    image->channels = 1;
    if (!ndarray_check(object)) {
        mp_obj_get_array_fixed_n(object, 3, &arrays);
        image->channels = 3;
    }
    const ndarray_obj_t *first = ndarray_from_obj(arrays[0]);
    for (size_t i = 0; i < image->channels; ++i) {
        const ndarray_obj_t *array = ndarray_from_obj(arrays[i]);
        bool pixels = image->channels == 1 && array->view->ndim == 3 && array->view->shape[2] == 3;
        if (array->view->dtype != NDARRAY_UINT8 || (array->view->ndim != 2 && !pixels)
            || array->view->shape[0] != first->view->shape[0] || array->view->shape[1] != first->view->shape[1]) {
            mp_raise_ValueError(MP_ERROR_TEXT("need uint8: (H, W), (H, W, 3) or three equal (H, W)"));
        }
        image->planes[i] = plane_of(array, 0);
        if (pixels) {
            image->channels = 3;
            image->planes[1] = plane_of(array, 1);
            image->planes[2] = plane_of(array, 2);
            break;
        }
    }
    size_t height = first->view->shape[0];
    size_t width = first->view->shape[1];
    if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("image of %ux%u: sides must be from 1 to %d"),
            (unsigned)width, (unsigned)height, MAX_SIDE);
    }
    image->width = (uint32_t)width;
    image->height = (uint32_t)height;
}

static uint32_t number_within(qstr name, mp_int_t value, mp_int_t least, mp_int_t most) {
    if (value < least || value > most) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%q %d is not from %d to %d"), name, (int)value,
            (int)least, (int)most);
    }
    return (uint32_t)value;
}

static const uint8_t *segment_from_obj(qstr name, mp_obj_t object, size_t *length) {
    mp_buffer_info_t buffer = { .buf = NULL, .len = 0 };
    if (object != mp_const_none) {
        mp_get_buffer_raise(object, &buffer, MP_BUFFER_READ);
        number_within(name, (mp_int_t)buffer.len, 0, UJPEG_SEGMENT_BYTES);
    }
    *length = buffer.len;
    return buffer.buf;
}

static void sampling_from_obj(ujpeg_image_t *image, mp_obj_t object) {
    const char *text = object == mp_const_none ? "4:2:0" : mp_obj_str_get_str(object);
    image->horizontal = strcmp(text, "4:4:4") == 0 ? 1 : 2;
    image->vertical = strcmp(text, "4:2:0") == 0 ? 2 : 1;
    if (image->horizontal == 2 && image->vertical == 1 && strcmp(text, "4:2:2") != 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("subsampling is not '4:4:4', '4:2:2' or '4:2:0'"));
    }
    if (image->channels == 1) {
        image->horizontal = image->vertical = 1;
    }
}

static void encode(sink_t *sink, mp_obj_t object, const mp_arg_val_t *args) {
    ujpeg_image_t image = { .write = write_sink, .context = sink };
    planes_from_obj(&image, object);
    image.quality = number_within(MP_QSTR_quality, args[ARG_quality].u_int, 1, 100);
    image.restart = number_within(MP_QSTR_restart, args[ARG_restart].u_int, 0, 65535);
    sampling_from_obj(&image, args[ARG_subsampling].u_obj);
    image.comment = segment_from_obj(MP_QSTR_comment, args[ARG_comment].u_obj, &image.comment_length);
    image.exif = segment_from_obj(MP_QSTR_exif, args[ARG_exif].u_obj, &image.exif_length);
    void *memory = ulab_memory_alloc(ujpeg_encode_memory(&image));
    if (memory == NULL) {
        mp_raise_msg_varg(&mp_type_MemoryError, MP_ERROR_TEXT("JPEG encoder needs %u bytes"),
            (unsigned)ujpeg_encode_memory(&image));
    }
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        ujpeg_encode(&image, memory);
        nlr_pop();
        ulab_memory_free(memory);
    } else {
        ulab_memory_free(memory);
        nlr_jump(nlr.ret_val);
    }
}

static const mp_arg_t allowed_args[] = {
    { MP_QSTR_quality, MP_ARG_KW_ONLY | MP_ARG_INT, { .u_int = 85 } },
    { MP_QSTR_subsampling, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    { MP_QSTR_restart, MP_ARG_KW_ONLY | MP_ARG_INT, { .u_int = 0 } },
    { MP_QSTR_comment, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    { MP_QSTR_exif, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    { MP_QSTR_out, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
};

static mp_obj_t ujpeg_encode_function(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    mp_arg_val_t args[ARG_COUNT];
    mp_arg_check_num(n_args, 0, 1, 1, true);
    mp_arg_parse_all(0, NULL, kw_args, ARG_COUNT, allowed_args, args);
    sink_t sink = { .stream = MP_OBJ_NULL };
    if (args[ARG_out].u_obj != mp_const_none) {
        mp_get_buffer_raise(args[ARG_out].u_obj, &sink.buffer, MP_BUFFER_WRITE);
        sink.has_buffer = true;
    } else {
        vstr_init(&sink.string, 4096);
    }
    encode(&sink, pos_args[0], args);
    return sink.has_buffer ? mp_obj_new_int_from_uint(sink.written) : mp_obj_new_bytes_from_vstr(&sink.string);
}
MP_DEFINE_CONST_FUN_OBJ_KW(ujpeg_encode_obj, 1, ujpeg_encode_function);

typedef struct {
    mp_obj_t image;
    mp_arg_val_t args[ARG_COUNT];
} call_t;

static mp_obj_t encode_to_stream(mp_obj_t stream, void *context) {
    const call_t *call = context;
    sink_t sink = { .stream = stream };
    encode(&sink, call->image, call->args);
    return mp_obj_new_int_from_uint(sink.written);
}

static mp_obj_t ujpeg_encode_to_file(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    mp_arg_check_num(n_args, 0, 2, 2, true);
    call_t call = { .image = pos_args[0] };
    mp_arg_parse_all(0, NULL, kw_args, ARG_COUNT - 1, allowed_args, call.args);
    return with_output(pos_args[1], encode_to_stream, &call);
}
MP_DEFINE_CONST_FUN_OBJ_KW(ujpeg_encode_to_file_obj, 2, ujpeg_encode_to_file);
