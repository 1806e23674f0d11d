// What the files between MicroPython and the algorithms share.

#ifndef UJPEG_BINDING_H
#define UJPEG_BINDING_H

#include "py/obj.h"

#include "jpeg_decode.h"
#include "ndarray.h"

// One image on its way through a decoder.
typedef struct {
    ujpeg_source_t source;
    ujpeg_decoder_t *decoder;
    ujpeg_header_t header;
    mp_obj_t stream; // that is read, or MP_OBJ_NULL
    bool opened;     // the stream here, from a path
    int stream_error;
} job_t;

// A Decoder keeps its memory, and its last result for the next one.
typedef struct {
    mp_obj_base_t base;
    ujpeg_decoder_t *decoder;
    mp_obj_t result; // or MP_OBJ_NULL
    bool busy;
} decoder_obj_t;

// Says in the job where the source's bytes are, or how they are read.
void open_source(job_t *job, mp_obj_t source);
void close_source(job_t *job);

// Opens the source, reads the header (and the details, unless NULL), does `work`,
// and closes everything, also where an exception passes: reading a stream may
// raise one through libjpeg. `keeper` is NULL for a decoder that lives no longer.
mp_obj_t with_decoder(decoder_obj_t *keeper, mp_obj_t source, bool strict, ujpeg_details_t *details,
    mp_obj_t (*work)(job_t *job, void *context), void *context);

void check_status(job_t *job, ujpeg_status_t status);

// Reading and writing streams: sockets, files, or any object with readinto() or write().
// Bytes, 0 at the end, or -1 with an error number.
ptrdiff_t read_stream(mp_obj_t stream, uint8_t *buffer, size_t size, int *error);
void write_stream(mp_obj_t stream, const void *bytes, size_t size);
// Does `work` with the stream itself, or with the file of a path, which is then closed.
mp_obj_t with_output(mp_obj_t target, mp_obj_t (*work)(mp_obj_t stream, void *context), void *context);

plane_t plane_of(const ndarray_obj_t *array, size_t channel);

// What a decode() call gives for its arguments.
mp_obj_t decode_image(decoder_obj_t *keeper, size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args);

extern const mp_obj_type_t ujpeg_decoder_type;
extern const mp_obj_type_t ujpeg_frames_type;
MP_DECLARE_CONST_FUN_OBJ_KW(ujpeg_info_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ujpeg_decode_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ujpeg_decode_to_file_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ujpeg_encode_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(ujpeg_encode_to_file_obj);

#endif // UJPEG_BINDING_H
