#include <stdio.h>

#include "py/binary.h"
#include "py/builtin.h"
#include "py/mperrno.h"
#include "py/objarray.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "binding.h"
#include "memory.h"

//
// Streams
//

static const mp_stream_p_t *protocol_of(mp_obj_t object) {
    return MP_OBJ_TYPE_GET_SLOT_OR_NULL(mp_obj_get_type(object), protocol);
}

static bool is_stream(mp_obj_t object, qstr method) {
    mp_obj_t found[2];
    mp_load_method_maybe(object, method, found);
    return found[0] != MP_OBJ_NULL;
}

static mp_obj_t open_file(mp_obj_t path, qstr mode) {
    mp_obj_t arguments[] = { path, MP_OBJ_NEW_QSTR(mode) };
    return mp_call_function_n_kw(MP_OBJ_FROM_PTR(&mp_builtin_open_obj), 2, 0, arguments);
}

// As a stream of MicroPython calls a class of the program.
static mp_uint_t call_readinto(mp_obj_t stream, uint8_t *buffer, size_t size, int *error) {
    mp_obj_t call[3];
    mp_load_method(stream, MP_QSTR_readinto, call);
    mp_obj_array_t bytes = { { &mp_type_bytearray }, BYTEARRAY_TYPECODE, 0, size, buffer };
    call[2] = MP_OBJ_FROM_PTR(&bytes);
    mp_obj_t got = mp_call_method_n_kw(1, 0, call);
    if (got == mp_const_none) {
        *error = MP_EAGAIN;
        return MP_STREAM_ERROR;
    }
    return (mp_uint_t)mp_obj_get_int(got);
}

ptrdiff_t read_stream(mp_obj_t stream, uint8_t *buffer, size_t size, int *error) {
    const mp_stream_p_t *protocol = protocol_of(stream);
    mp_uint_t got = protocol != NULL ? protocol->read(stream, buffer, size, error)
        : call_readinto(stream, buffer, size, error);
    if (got == MP_STREAM_ERROR) {
        return -1;
    }
    if (got > size) {
        *error = MP_EINVAL; // a class of the program may say anything
        return -1;
    }
    return (ptrdiff_t)got;
}

void write_stream(mp_obj_t stream, const void *bytes, size_t size) {
    mp_obj_t call[3];
    mp_load_method(stream, MP_QSTR_write, call);
    while (size > 0) {
        mp_obj_array_t part = { { &mp_type_bytearray }, BYTEARRAY_TYPECODE, 0, size, (void *)bytes };
        call[2] = MP_OBJ_FROM_PTR(&part);
        mp_obj_t written = mp_call_method_n_kw(1, 0, call);
        if (written == mp_const_none) {
            mp_raise_OSError(MP_EAGAIN);
        }
        size_t count = (size_t)mp_obj_get_int(written);
        if (count > size) {
            mp_raise_OSError(MP_EINVAL);
        }
        bytes = (const uint8_t *)bytes + count;
        size -= count;
    }
}

mp_obj_t with_output(mp_obj_t target, mp_obj_t (*work)(mp_obj_t stream, void *context), void *context) {
    if (!mp_obj_is_str(target)) {
        return work(target, context);
    }
    mp_obj_t stream = open_file(target, MP_QSTR_wb);
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t result = work(stream, context);
        nlr_pop();
        mp_stream_close(stream);
        return result;
    }
    mp_stream_close(stream);
    nlr_jump(nlr.ret_val);
}

//
// A decoder that is closed whatever happens
//

void *ujpeg_memory_alloc(size_t bytes) {
    return ulab_memory_alloc(bytes);
}

void ujpeg_memory_free(void *memory) {
    ulab_memory_free(memory);
}

static NORETURN void raise_no_memory(size_t bytes) {
    memory_figures_t figures = memory_figures();
    size_t left = figures.used < figures.limit ? figures.limit - figures.used : 0;
    mp_raise_msg_varg(&mp_type_MemoryError, MP_ERROR_TEXT("JPEG decoder needs " UINT_FMT " bytes, has " UINT_FMT),
        (mp_uint_t)bytes, (mp_uint_t)left);
}

void check_status(job_t *job, ujpeg_status_t status) {
    switch (status) {
        case UJPEG_OK:
            return;
        case UJPEG_BAD_DATA:
            mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s"), ujpeg_message(job->decoder));
        case UJPEG_NO_MEMORY:
            raise_no_memory(ujpeg_bytes_needed(job->decoder));
        case UJPEG_READ_ERROR:
            mp_raise_OSError(job->stream_error);
    }
}

static ptrdiff_t read_source(void *context, uint8_t *buffer, size_t size) {
    job_t *job = context;
    return read_stream(job->stream, buffer, size, &job->stream_error);
}

void open_source(job_t *job, mp_obj_t source) {
    mp_buffer_info_t buffer;
    job->stream = MP_OBJ_NULL;
    if (mp_obj_is_str(source)) {
        job->stream = open_file(source, MP_QSTR_rb);
        job->opened = true;
    } else if (mp_get_buffer(source, &buffer, MP_BUFFER_READ)) {
        job->source.bytes = buffer.buf != NULL ? buffer.buf : (const uint8_t *)"";
        job->source.length = buffer.len;
        return;
    } else if (is_stream(source, MP_QSTR_readinto)) {
        job->stream = source;
        job->source.shared = true;
    } else {
        mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("need a path, bytes or a stream, not '%s'"),
            mp_obj_get_type_str(source));
    }
    job->source.read = read_source;
    job->source.context = job;
}

void close_source(job_t *job) {
    if (job->opened) {
        mp_stream_close(job->stream);
    }
}

static void close_job(job_t *job, decoder_obj_t *keeper) {
    if (job->decoder != NULL) {
        ujpeg_close(job->decoder);
        if (keeper == NULL) {
            ujpeg_decoder_free(job->decoder);
        }
    }
    if (keeper != NULL) {
        keeper->busy = false;
    }
    close_source(job);
}

static ujpeg_decoder_t *take_decoder(decoder_obj_t *keeper) {
    ujpeg_decoder_t *decoder = keeper != NULL ? keeper->decoder : NULL;
    if (decoder == NULL) {
        decoder = ujpeg_decoder_new();
        if (decoder == NULL) {
            raise_no_memory(ujpeg_decoder_bytes);
        }
    }
    if (keeper != NULL) {
        keeper->decoder = decoder;
    }
    return decoder;
}

mp_obj_t with_decoder(decoder_obj_t *keeper, mp_obj_t source, bool strict, ujpeg_details_t *details,
    mp_obj_t (*work)(job_t *job, void *context), void *context) {
    job_t job = { .stream = MP_OBJ_NULL };
    if (keeper != NULL && keeper->busy) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("this Decoder is at work"));
    }
    open_source(&job, source);
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        job.decoder = take_decoder(keeper);
        if (keeper != NULL) {
            keeper->busy = true;
        }
        check_status(&job, ujpeg_open(job.decoder, &job.source, strict, &job.header, details));
        mp_obj_t result = work(&job, context);
        nlr_pop();
        close_job(&job, keeper);
        return result;
    }
    close_job(&job, keeper);
    nlr_jump(nlr.ret_val);
}
