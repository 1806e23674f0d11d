// The Python face of unn: reads files, checks images, hands out answers.

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "py/unicode.h"

#include "../ulab/ndarray.h"
#include "unn.h"

#define LARGEST_FILE (1 << 30)

typedef struct _net_obj_t {
    mp_obj_base_t base;
    mp_obj_t owner; // the bytes object that holds the file, unless `copy` does
    uint8_t *copy;
    uint8_t *arena;
    mp_obj_t labels;
    unn_net_t net;
} net_obj_t;

static uint8_t *take_memory(size_t bytes) {
    uint8_t *memory = ulab_memory_alloc(bytes);
    if (memory == NULL) {
        mp_raise_msg_varg(&mp_type_MemoryError, MP_ERROR_TEXT("network needs %u bytes"), (unsigned int)bytes);
    }
    return memory;
}

static NORETURN void raise_file_error(const unn_error_t *error) {
    vstr_t where;
    vstr_init(&where, 32);
    if (error->layer >= 0) {
        vstr_printf(&where, "layer %d", error->layer);
        if (error->operator != NULL) {
            vstr_printf(&where, " (%s)", error->operator);
        }
        vstr_add_str(&where, ": ");
    }
    const char *text = vstr_null_terminated_str(&where);
    if (error->have == error->need) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s%s"), text, error->problem);
    }
    mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s%s: have %u, need %u"), text, error->problem,
        (unsigned int)error->have, (unsigned int)error->need);
}

// Reads a whole file into self->copy and returns its size.
static size_t read_file(net_obj_t *self, mp_obj_t path) {
    const char *name = mp_obj_str_get_str(path);
    int file, problem = 0;
    // a pipe without a writer must not stop the program
    MP_HAL_RETRY_SYSCALL(file, open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK), problem = err);
    if (problem != 0) {
        mp_raise_OSError_with_filename(problem, name);
    }
    // From here to close() nothing may raise.
    struct stat status;
    size_t size = 0, done = 0;
    if (fstat(file, &status) != 0) {
        problem = errno;
    } else if (!S_ISREG(status.st_mode)) {
        problem = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
    } else if (status.st_size > LARGEST_FILE) {
        problem = EFBIG;
    } else {
        size = (size_t)status.st_size;
        self->copy = ulab_memory_alloc(size);
    }
    while (problem == 0 && self->copy != NULL && done < size) {
        ssize_t count = read(file, self->copy + done, size - done);
        if (count == 0) {
            break;
        } else if (count > 0) {
            done += (size_t)count;
        } else if (errno != EINTR) {
            problem = errno;
        }
    }
    close(file);
    if (problem != 0) {
        mp_raise_OSError_with_filename(problem, name);
    }
    if (self->copy == NULL) {
        mp_raise_msg_varg(&mp_type_MemoryError, MP_ERROR_TEXT("network file needs %u bytes"), (unsigned int)size);
    }
    return done;
}

static mp_obj_t make_labels(const unn_net_t *net) {
    const char *label = (const char *)net->file + net->header->labels_offset;
    mp_obj_tuple_t *labels = MP_OBJ_TO_PTR(mp_obj_new_tuple(net->header->labels, NULL));
    for (size_t i = 0; i < labels->len; i++) {
        size_t length = strlen(label);
        if (!utf8_check((const byte *)label, length)) {
            mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("label %u is not UTF-8"), (unsigned int)i);
        }
        labels->items[i] = mp_obj_new_str(label, length);
        label += length + 1;
    }
    return MP_OBJ_FROM_PTR(labels);
}

static mp_obj_t shape_tuple(size_t dimensions, const size_t *shape) {
    mp_obj_tuple_t *tuple = MP_OBJ_TO_PTR(mp_obj_new_tuple(dimensions, NULL));
    for (size_t i = 0; i < dimensions; i++) {
        tuple->items[i] = mp_obj_new_int_from_uint(shape[i]);
    }
    return MP_OBJ_FROM_PTR(tuple);
}

static mp_obj_t tensor_shape(const unn_tensor_t *tensor) {
    const size_t shape[3] = { tensor->shape[0], tensor->shape[1], tensor->shape[2] };
    return shape_tuple(tensor->dimensions, shape);
}

static mp_obj_t net_del(mp_obj_t self_in) {
    net_obj_t *self = MP_OBJ_TO_PTR(self_in);
    ulab_memory_free(self->copy);
    ulab_memory_free(self->arena);
    self->copy = NULL;
    self->arena = NULL;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(net_del_obj, net_del);

// Whoever calls __del__ by hand has no network any more.
static net_obj_t *living_net(mp_obj_t self_in) {
    net_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->arena == NULL) {
        mp_raise_ValueError(MP_ERROR_TEXT("network is deleted"));
    }
    return self;
}

static void check_image(const net_obj_t *self, const ndarray_obj_t *image) {
    const unn_tensor_t *input = self->net.tensors;
    bool same = image->view->ndim == input->dimensions;
    for (size_t i = 0; same && i < input->dimensions; i++) {
        same = image->view->shape[i] == input->shape[i];
    }
    if (!same) {
        mp_obj_t shapes[2] = { shape_tuple(image->view->ndim, image->view->shape), tensor_shape(input) };
        vstr_t text;
        mp_print_t print;
        vstr_init_print(&text, 64, &print);
        vstr_add_str(&text, "image has shape ");
        mp_obj_print_helper(&print, shapes[0], PRINT_REPR);
        vstr_add_str(&text, ", need ");
        mp_obj_print_helper(&print, shapes[1], PRINT_REPR);
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s"), vstr_null_terminated_str(&text));
    }
    if (image->view->dtype != NDARRAY_UINT8 && image->view->dtype != NDARRAY_FLOAT32 && image->view->dtype != NDARRAY_FLOAT64) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("image has dtype '%c', need 'B', 'f' or 'd'"),
            image->view->dtype);
    }
}

static void put_image(const net_obj_t *self, const ndarray_obj_t *image) {
    size_t last = image->view->ndim - 1u, runs[2] = { 1, 1 };
    ptrdiff_t steps[2] = { 0, 0 };
    for (size_t i = 0; i < last; i++) {
        runs[2 - last + i] = image->view->shape[i];
        steps[2 - last + i] = image->view->strides[i];
    }
    size_t item = 0;
    for (size_t i = 0; i < runs[0]; i++) {
        for (size_t j = 0; j < runs[1]; j++) {
            const uint8_t *pixels = image->view->data + (ptrdiff_t)i * steps[0] + (ptrdiff_t)j * steps[1];
            unn_put_pixels(&self->net, self->arena, item, (char)image->view->dtype, pixels, image->view->strides[last],
                image->view->shape[last]);
            item += image->view->shape[last];
        }
    }
}

static mp_obj_t net_call(mp_obj_t self_in, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    net_obj_t *self = living_net(self_in);
    const ndarray_obj_t *image = ndarray_from_obj(args[0]);
    check_image(self, image);
    const unn_tensor_t *output = &self->net.tensors[self->net.header->layers];
    const size_t shape[3] = { output->shape[0], output->shape[1], output->shape[2] };
    ndarray_obj_t *answer = ndarray_new(NDARRAY_FLOAT32, output->dimensions, shape);
    if (ndarray_is_dense(image)) {
        unn_put_pixels(&self->net, self->arena, 0, (char)image->view->dtype, image->view->data, ndarray_dtype_itemsize(image->view->dtype), ndarray_len(image));
    } else {
        put_image(self, image);
    }
    unn_run(&self->net, self->arena);
    unn_get_answer(&self->net, self->arena, (float *)answer->view->data);
    return MP_OBJ_FROM_PTR(answer);
}

static void net_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    if (dest[0] != MP_OBJ_NULL) {
        return;
    }
    if (attr == MP_QSTR___del__) {
        dest[1] = MP_OBJ_SENTINEL; // look further, in locals_dict
        return;
    }
    const net_obj_t *self = living_net(self_in);
    const unn_header_t *header = self->net.header;
    switch (attr) {
        case MP_QSTR_input_shape:
            dest[0] = tensor_shape(self->net.tensors);
            break;
        case MP_QSTR_output_shape:
            dest[0] = tensor_shape(&self->net.tensors[header->layers]);
            break;
        case MP_QSTR_labels:
            dest[0] = self->labels;
            break;
        case MP_QSTR_multiply_adds:
            dest[0] = mp_obj_new_int_from_ull(self->net.multiply_adds);
            break;
        case MP_QSTR_arena_bytes:
            dest[0] = mp_obj_new_int_from_uint(header->arena_bytes);
            break;
        case MP_QSTR_weight_bytes:
            dest[0] = mp_obj_new_int_from_ull(self->net.weight_bytes);
            break;
    }
}

static void net_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    const net_obj_t *self = living_net(self_in);
    const unn_header_t *header = self->net.header;
    mp_print_str(print, "<Net ");
    mp_obj_print_helper(print, tensor_shape(self->net.tensors), PRINT_REPR);
    mp_print_str(print, " -> ");
    mp_obj_print_helper(print, tensor_shape(&self->net.tensors[header->layers]), PRINT_REPR);
    mp_print_str(print, ">");
}

static const mp_rom_map_elem_t net_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&net_del_obj) },
};
static MP_DEFINE_CONST_DICT(net_locals, net_locals_table);

static MP_DEFINE_CONST_OBJ_TYPE(
    net_type, MP_QSTR_Net, MP_TYPE_FLAG_NONE,
    print, net_print,
    call, net_call,
    attr, net_attr,
    locals_dict, &net_locals
    );

// load(path or bytes-like object)
static mp_obj_t unn_load(mp_obj_t source) {
    net_obj_t *self = mp_obj_malloc_with_finaliser(net_obj_t, &net_type);
    self->owner = mp_const_none;
    self->copy = NULL;
    self->arena = NULL;
    self->labels = mp_const_empty_tuple;
    const uint8_t *file;
    size_t bytes;
    if (mp_obj_is_str(source)) {
        bytes = read_file(self, source);
        file = self->copy;
    } else {
        mp_buffer_info_t buffer;
        mp_get_buffer_raise(source, &buffer, MP_BUFFER_READ);
        bytes = buffer.len;
        file = buffer.buf;
        self->owner = source;
        // What may change or lies askew is copied.
        if (!mp_obj_is_type(source, &mp_type_bytes) || (uintptr_t)file % sizeof(uint32_t) != 0) {
            self->copy = take_memory(bytes);
            memcpy(self->copy, file, bytes);
            file = self->copy;
            self->owner = mp_const_none;
        }
    }
    unn_error_t error;
    if (!unn_open(&self->net, file, bytes, &error)) {
        net_del(MP_OBJ_FROM_PTR(self));
        raise_file_error(&error);
    }
    self->labels = make_labels(&self->net);
    self->arena = take_memory(self->net.header->arena_bytes);
    return MP_OBJ_FROM_PTR(self);
}
static MP_DEFINE_CONST_FUN_OBJ_1(unn_load_obj, unn_load);

static const mp_rom_map_elem_t unn_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_unn) },
    { MP_ROM_QSTR(MP_QSTR_load), MP_ROM_PTR(&unn_load_obj) },
};
static MP_DEFINE_CONST_DICT(unn_globals, unn_globals_table);

const mp_obj_module_t unn_user_cmodule = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&unn_globals,
};
MP_REGISTER_MODULE(MP_QSTR_unn, unn_user_cmodule);
