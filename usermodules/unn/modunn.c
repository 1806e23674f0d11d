// The Python face of unn: maps files, checks images, hands out answers.

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "py/mphal.h"
#include "py/objtuple.h"
#include "py/runtime.h"
#include "py/unicode.h"

#include "../ulab/array.h"
#include "unn.h"

#define LARGEST_FILE (1 << 30)

typedef struct _net_obj_t {
    mp_obj_base_t base;
    mp_obj_t owner; // the bytes object that holds the file, unless one of the next two does
    uint8_t *copy;
    void *mapped;
    size_t mapped_bytes;
    bool ready; // has a share of the arena
    mp_obj_t info;
    unn_net_t net;
} net_obj_t;

// One network runs at a time, so all of them compute in the same memory.
static struct {
    uint8_t *memory;
    size_t bytes;
    size_t nets;
} arena;

// Order of the items of info().
enum { INPUTS, OUTPUTS, LABELS, OPERATORS, MULTIPLY_ADDS, WEIGHT_BYTES, ARENA_BYTES, INFO_FIELDS };

static const qstr info_fields[] = {
    MP_QSTR_inputs, MP_QSTR_outputs, MP_QSTR_labels, MP_QSTR_operators, MP_QSTR_multiply_adds, MP_QSTR_weight_bytes,
    MP_QSTR_arena_bytes,
};

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

// Maps a whole file and returns its size.
static size_t map_file(net_obj_t *self, mp_obj_t path) {
    const char *name = mp_obj_str_get_str(path);
    int file, problem = 0;
    // a pipe without a writer must not stop the program
    MP_HAL_RETRY_SYSCALL(file, open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK), problem = err);
    struct stat status;
    size_t size = 0;
    if (problem == 0) {
        // From here to close() nothing may raise.
        if (fstat(file, &status) != 0) {
            problem = errno;
        } else if (!S_ISREG(status.st_mode)) {
            problem = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
        } else if (status.st_size > LARGEST_FILE) {
            problem = EFBIG;
        } else if (status.st_size > 0) {
            size = (size_t)status.st_size;
            void *mapped = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
            if (mapped == MAP_FAILED) {
                problem = errno;
            } else {
                self->mapped = mapped;
            }
        }
        close(file);
    }
    if (problem != 0) {
        mp_raise_OSError_with_filename(problem, name);
    }
    return size;
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

static ndarray_dtype_t tensor_dtype(const unn_tensor_t *tensor, bool raw) {
    return raw && tensor->type == UNN_INT8 ? NDARRAY_INT8 : NDARRAY_FLOAT32;
}

static mp_obj_t tensor_info(const unn_tensor_t *tensor) {
    static const qstr fields[] = { MP_QSTR_shape, MP_QSTR_dtype, MP_QSTR_scale, MP_QSTR_zero_point };
    const mp_obj_t items[] = {
        tensor_shape(tensor), MP_OBJ_NEW_SMALL_INT(tensor_dtype(tensor, true)),
        mp_obj_new_float((mp_float_t)tensor->scale), MP_OBJ_NEW_SMALL_INT(tensor->zero_point),
    };
    return mp_obj_new_attrtuple(fields, MP_ARRAY_SIZE(fields), items);
}

static mp_obj_t tensors_info(const unn_tensor_t *tensors, size_t count) {
    mp_obj_tuple_t *tuple = MP_OBJ_TO_PTR(mp_obj_new_tuple(count, NULL));
    for (size_t i = 0; i < count; i++) {
        tuple->items[i] = tensor_info(&tensors[i]);
    }
    return MP_OBJ_FROM_PTR(tuple);
}

static mp_obj_t make_info(const unn_net_t *net) {
    const unn_header_t *header = net->header;
    mp_obj_tuple_t *operators = MP_OBJ_TO_PTR(mp_obj_new_tuple(header->layers, NULL));
    for (size_t i = 0; i < header->layers; i++) {
        operators->items[i] = mp_obj_new_str_from_cstr(unn_operator_name(net, i));
    }
    const mp_obj_t items[INFO_FIELDS] = {
        tensors_info(net->tensors, header->inputs),
        tensors_info(unn_output(net, 0), header->outputs),
        make_labels(net),
        MP_OBJ_FROM_PTR(operators),
        mp_obj_new_int_from_ull(net->multiply_adds),
        mp_obj_new_int_from_ull(net->weight_bytes),
        mp_obj_new_int_from_uint(header->arena_bytes),
    };
    return mp_obj_new_attrtuple(info_fields, INFO_FIELDS, items);
}

static mp_obj_t net_del(mp_obj_t self_in) {
    net_obj_t *self = MP_OBJ_TO_PTR(self_in);
    ulab_memory_free(self->copy);
    if (self->mapped != NULL) {
        munmap(self->mapped, self->mapped_bytes);
    }
    if (self->ready && --arena.nets == 0) {
        ulab_memory_free(arena.memory);
        arena.memory = NULL;
        arena.bytes = 0;
    }
    self->copy = NULL;
    self->mapped = NULL;
    self->ready = false;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(net_del_obj, net_del);

// Whoever calls __del__ by hand has no network any more.
static net_obj_t *living_net(mp_obj_t self_in) {
    net_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (!self->ready) {
        mp_raise_ValueError(MP_ERROR_TEXT("network is deleted"));
    }
    return self;
}

static void check_shape(const char *what, const ndarray_obj_t *array, const unn_tensor_t *tensor) {
    bool same = array->view->ndim == tensor->dimensions;
    for (size_t i = 0; same && i < tensor->dimensions; i++) {
        same = array->view->shape[i] == tensor->shape[i];
    }
    if (!same) {
        mp_obj_t shapes[2] = { shape_tuple(array->view->ndim, array->view->shape), tensor_shape(tensor) };
        vstr_t text;
        mp_print_t print;
        vstr_init_print(&text, 64, &print);
        mp_printf(&print, "%s has shape ", what);
        mp_obj_print_helper(&print, shapes[0], PRINT_REPR);
        vstr_add_str(&text, ", need ");
        mp_obj_print_helper(&print, shapes[1], PRINT_REPR);
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s"), vstr_null_terminated_str(&text));
    }
}

static ndarray_obj_t *check_image(const net_obj_t *self, mp_obj_t argument, size_t input) {
    ndarray_obj_t *image = ndarray_from_obj(argument);
    check_shape("image", image, &self->net.tensors[input]);
    char dtype = (char)image->view->dtype;
    if (dtype != NDARRAY_UINT8 && dtype != NDARRAY_FLOAT32 && dtype != NDARRAY_FLOAT64) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("image has dtype '%c', need 'B', 'f' or 'd'"), dtype);
    }
    return image;
}

// The array for an answer: `out`, or a new one where that is None.
static ndarray_obj_t *answer_array(const unn_tensor_t *tensor, bool raw, mp_obj_t out) {
    ndarray_dtype_t dtype = tensor_dtype(tensor, raw);
    if (out == mp_const_none) {
        const size_t shape[3] = { tensor->shape[0], tensor->shape[1], tensor->shape[2] };
        return ndarray_new(dtype, tensor->dimensions, shape);
    }
    ndarray_obj_t *array = ndarray_from_obj(out);
    check_shape("out", array, tensor);
    if (array->view->dtype != dtype || !ndarray_is_dense(array)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("out has dtype '%c', need a dense '%c'"),
            array->view->dtype, dtype);
    }
    ndarray_check_writable(array);
    return array;
}

static void put_image(net_obj_t *self, const ndarray_obj_t *array, size_t input) {
    const strided_t *image = array->view;
    // as many pixels at once as lie one after the other
    bool dense = ndarray_is_dense(array);
    size_t last = image->ndim - 1u, runs[2] = { 1, 1 }, count = dense ? ndarray_len(array) : image->shape[last];
    ptrdiff_t steps[2] = { 0, 0 };
    ptrdiff_t step = dense ? (ptrdiff_t)ndarray_dtype_itemsize(image->dtype) : image->strides[last];
    for (size_t i = 0; i < last && !dense; i++) {
        runs[2 - last + i] = image->shape[i];
        steps[2 - last + i] = image->strides[i];
    }
    size_t item = 0;
    for (size_t i = 0; i < runs[0]; i++) {
        for (size_t j = 0; j < runs[1]; j++) {
            const uint8_t *pixels = image->data + (ptrdiff_t)i * steps[0] + (ptrdiff_t)j * steps[1];
            unn_put_pixels(&self->net, arena.memory, input, item, (char)image->dtype, pixels, step, count);
            item += count;
        }
    }
}

// net(image, ..., out=None, raw=False)
static mp_obj_t net_call(mp_obj_t self_in, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    net_obj_t *self = living_net(self_in);
    const unn_header_t *header = self->net.header;
    mp_obj_t out = mp_const_none;
    bool raw = false;
    for (size_t i = n_args; i < n_args + 2 * n_kw; i += 2) {
        if (args[i] == MP_OBJ_NEW_QSTR(MP_QSTR_out)) {
            out = args[i + 1];
        } else if (args[i] == MP_OBJ_NEW_QSTR(MP_QSTR_raw)) {
            raw = mp_obj_is_true(args[i + 1]);
        } else {
            mp_raise_TypeError(MP_ERROR_TEXT("need images, out= and raw="));
        }
    }
    mp_arg_check_num(n_args, 0, header->inputs, header->inputs, false);
    for (size_t i = 0; i < n_args; i++) {
        check_image(self, args[i], i);
    }
    // one answer is an array, several are a tuple of them
    mp_obj_t single[1] = { out }, *answers = single, result = out;
    size_t outputs = header->outputs;
    if (outputs > 1) {
        if (out != mp_const_none) {
            mp_obj_get_array_fixed_n(out, outputs, &answers);
        } else {
            mp_obj_tuple_t *tuple = MP_OBJ_TO_PTR(mp_obj_new_tuple(outputs, NULL));
            answers = tuple->items;
            result = MP_OBJ_FROM_PTR(tuple);
            for (size_t i = 0; i < outputs; i++) {
                answers[i] = mp_const_none;
            }
        }
    }
    for (size_t i = 0; i < outputs; i++) {
        ndarray_obj_t *array = answer_array(unn_output(&self->net, i), raw, answers[i]);
        if (answers[i] == mp_const_none) {
            answers[i] = MP_OBJ_FROM_PTR(array);
        }
    }
    for (size_t i = 0; i < n_args; i++) {
        put_image(self, MP_OBJ_TO_PTR(args[i]), i);
    }
    for (size_t i = 0; i < header->layers; i++) {
        unn_run_layer(&self->net, arena.memory, i);
    }
    for (size_t i = 0; i < outputs; i++) {
        const ndarray_obj_t *array = MP_OBJ_TO_PTR(answers[i]);
        unn_get_answer(&self->net, arena.memory, i, raw, array->view->data);
    }
    return outputs > 1 ? result : answers[0];
}

// profile(runs=1)
static mp_obj_t net_profile(size_t n_args, const mp_obj_t *args) {
    net_obj_t *self = living_net(args[0]);
    mp_int_t runs = n_args > 1 ? mp_obj_get_int(args[1]) : 1;
    if (runs < 1) {
        mp_raise_ValueError(MP_ERROR_TEXT("need at least one run"));
    }
    mp_obj_tuple_t *layers = MP_OBJ_TO_PTR(mp_obj_new_tuple(self->net.header->layers, NULL));
    mp_obj_t *names;
    size_t count;
    mp_obj_get_array(((mp_obj_tuple_t *)MP_OBJ_TO_PTR(self->info))->items[OPERATORS], &count, &names);
    for (size_t i = 0; i < count; i++) {
        mp_uint_t start = mp_hal_ticks_us();
        for (mp_int_t j = 0; j < runs; j++) {
            unn_run_layer(&self->net, arena.memory, i);
        }
        mp_uint_t time = mp_hal_ticks_us() - start;
        const mp_obj_t items[3] = {
            names[i], mp_obj_new_float((mp_float_t)time / (mp_float_t)runs),
            mp_obj_new_int_from_ull(unn_layer_multiply_adds(&self->net, i)),
        };
        layers->items[i] = mp_obj_new_tuple(3, items);
    }
    return MP_OBJ_FROM_PTR(layers);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(net_profile_obj, 1, 2, net_profile);

static void net_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    if (dest[0] != MP_OBJ_NULL) {
        return;
    }
    if (attr == MP_QSTR___del__ || attr == MP_QSTR_profile) {
        dest[1] = MP_OBJ_SENTINEL; // look further, in locals_dict
        return;
    }
    const net_obj_t *self = living_net(self_in);
    if (attr == MP_QSTR_input_shape) {
        dest[0] = tensor_shape(self->net.tensors);
    } else if (attr == MP_QSTR_output_shape) {
        dest[0] = tensor_shape(unn_output(&self->net, 0));
    }
    for (size_t i = 0; i < INFO_FIELDS; i++) {
        if (attr == info_fields[i]) {
            dest[0] = ((mp_obj_tuple_t *)MP_OBJ_TO_PTR(self->info))->items[i];
        }
    }
}

static void net_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    (void)kind;
    const net_obj_t *self = living_net(self_in);
    mp_print_str(print, "<Net ");
    mp_obj_print_helper(print, tensor_shape(self->net.tensors), PRINT_REPR);
    mp_print_str(print, " -> ");
    mp_obj_print_helper(print, tensor_shape(unn_output(&self->net, 0)), PRINT_REPR);
    mp_print_str(print, ">");
}

static const mp_rom_map_elem_t net_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&net_del_obj) },
    { MP_ROM_QSTR(MP_QSTR_profile), MP_ROM_PTR(&net_profile_obj) },
};
static MP_DEFINE_CONST_DICT(net_locals, net_locals_table);

static MP_DEFINE_CONST_OBJ_TYPE(
    net_type, MP_QSTR_Net, MP_TYPE_FLAG_NONE,
    print, net_print,
    call, net_call,
    attr, net_attr,
    locals_dict, &net_locals
    );

// A checked network without memory to run in.
static net_obj_t *open_net(mp_obj_t source) {
    net_obj_t *self = mp_obj_malloc_with_finaliser(net_obj_t, &net_type);
    self->owner = mp_const_none;
    self->copy = NULL;
    self->mapped = NULL;
    self->ready = false;
    const uint8_t *file;
    size_t bytes;
    if (mp_obj_is_str(source)) {
        bytes = self->mapped_bytes = map_file(self, source);
        file = self->mapped;
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
    self->info = make_info(&self->net);
    return self;
}

// load(path or bytes-like object)
static mp_obj_t unn_load(mp_obj_t source) {
    net_obj_t *self = open_net(source);
    size_t bytes = self->net.header->arena_bytes + UNN_SLACK;
    if (bytes > arena.bytes) {
        uint8_t *memory = take_memory(bytes);
        ulab_memory_free(arena.memory);
        arena.memory = memory;
        arena.bytes = bytes;
    }
    arena.nets++;
    self->ready = true;
    return MP_OBJ_FROM_PTR(self);
}
static MP_DEFINE_CONST_FUN_OBJ_1(unn_load_obj, unn_load);

// info(path or bytes-like object)
static mp_obj_t unn_info(mp_obj_t source) {
    net_obj_t *self = open_net(source);
    mp_obj_t info = self->info;
    net_del(MP_OBJ_FROM_PTR(self));
    return info;
}
static MP_DEFINE_CONST_FUN_OBJ_1(unn_info_obj, unn_info);

static const mp_rom_map_elem_t unn_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_unn) },
    { MP_ROM_QSTR(MP_QSTR_info), MP_ROM_PTR(&unn_info_obj) },
    { MP_ROM_QSTR(MP_QSTR_load), MP_ROM_PTR(&unn_load_obj) },
};
static MP_DEFINE_CONST_DICT(unn_globals, unn_globals_table);

const mp_obj_module_t unn_user_cmodule = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&unn_globals,
};
MP_REGISTER_MODULE(MP_QSTR_unn, unn_user_cmodule);
