#include "py/runtime.h"
#include "py/stream.h"

#include "binding.h"
#include "frame_search.h"

#define BUFFER_BYTES (1 << 20)

typedef struct {
    mp_obj_base_t base;
    job_t job;
    mp_obj_t bytes; // the source itself, or the buffer of one that is read
    frame_search_t search;
} frames_obj_t;

static mp_obj_t frames_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    enum { ARG_src, ARG_buffer, ARG_COUNT };
    static const mp_arg_t allowed_args[] = {
        { MP_QSTR_src, MP_ARG_REQUIRED | MP_ARG_OBJ, { .u_obj = MP_OBJ_NULL } },
        { MP_QSTR_buffer, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    mp_arg_val_t values[ARG_COUNT];
    mp_arg_parse_all_kw_array(n_args, n_kw, args, ARG_COUNT, allowed_args, values);
    frames_obj_t *self = mp_obj_malloc(frames_obj_t, type);
    self->job = (job_t) { .stream = MP_OBJ_NULL };
    self->search = (frame_search_t) { .inside = false };
    open_source(&self->job, values[ARG_src].u_obj);
    self->bytes = values[ARG_src].u_obj;
    if (self->job.source.bytes != NULL) {
        self->search.filled = self->job.source.length;
    } else if (values[ARG_buffer].u_obj != mp_const_none) {
        self->bytes = values[ARG_buffer].u_obj;
    } else {
        self->bytes = mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_bytearray), MP_OBJ_NEW_SMALL_INT(BUFFER_BYTES));
    }
    return MP_OBJ_FROM_PTR(self);
}

// False where the stream has ended, or the image is longer than the buffer.
static bool read_more(frames_obj_t *self, const mp_buffer_info_t *buffer) {
    frame_search_t *search = &self->search;
    if (self->job.source.read == NULL) {
        return false;
    }
    if (search->filled == buffer->len) {
        frame_search_compact(search, buffer->buf);
    }
    size_t filled = search->filled;
    if (filled == buffer->len) {
        return false;
    }
    ptrdiff_t got = self->job.source.read(&self->job, (uint8_t *)buffer->buf + filled, buffer->len - filled);
    if (search->filled != filled) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("readinto() took a frame"));
    }
    if (got < 0) {
        mp_raise_OSError(self->job.stream_error);
    }
    search->filled += (size_t)got;
    return got > 0;
}

static mp_obj_t frames_next(mp_obj_t self_in) {
    frames_obj_t *self = MP_OBJ_TO_PTR(self_in);
    frame_search_t *search = &self->search;
    for (;;) {
        // A bytearray of the program may have moved.
        mp_buffer_info_t buffer;
        mp_get_buffer_raise(self->bytes, &buffer, self->job.source.read != NULL ? MP_BUFFER_RW : MP_BUFFER_READ);
        if (buffer.len < search->filled) {
            mp_raise_ValueError(MP_ERROR_TEXT("the buffer was cut"));
        }
        size_t length = frame_search_next(search, buffer.buf);
        if (length > 0) {
            mp_obj_t slice = mp_obj_new_slice(MP_OBJ_NEW_SMALL_INT(search->start),
                MP_OBJ_NEW_SMALL_INT(search->start + length), mp_const_none);
            mp_obj_t view = mp_call_function_1(MP_OBJ_FROM_PTR(&mp_type_memoryview), self->bytes);
            return mp_obj_subscr(view, slice, MP_OBJ_SENTINEL);
        }
        if (read_more(self, &buffer)) {
            continue;
        }
        if (!search->inside) {
            close_source(&self->job);
            self->job = (job_t) { .stream = MP_OBJ_NULL };
            return MP_OBJ_STOP_ITERATION;
        }
        frame_search_give_up(search);
    }
}

static void frames_attr(mp_obj_t self_in, qstr name, mp_obj_t *result) {
    frames_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (result[0] == MP_OBJ_NULL && name == MP_QSTR_damaged) {
        result[0] = MP_OBJ_NEW_SMALL_INT(self->search.damaged);
    }
}

MP_DEFINE_CONST_OBJ_TYPE(
    ujpeg_frames_type,
    MP_QSTR_frames,
    MP_TYPE_FLAG_ITER_IS_ITERNEXT,
    make_new, frames_make_new,
    attr, frames_attr,
    iter, frames_next
    );
