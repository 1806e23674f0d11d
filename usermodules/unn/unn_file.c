// Checks a .unn file before anything of it is used.

#include <string.h>

#include "unn_step.h"

#define VERSION (1)
#define ALIGNMENT (16)
#define CHECKED_FROM (offsetof(unn_header_t, arena_bytes))
#define MAX_BYTES (1u << 30)
#define MAX_AVERAGED (1u << 23)
#define LARGEST_PRODUCT (127 * 128)

static const char *const operator_names[UNN_OPERATORS] = {
    "conv2d", "depthwise_conv2d", "dense", "max_pool", "average_pool", "activation", "softmax", "flatten",
};

static uint32_t crc32(const uint8_t *data, size_t bytes) {
    static const uint32_t table[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
        0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    uint32_t crc = 0xffffffff;
    while (bytes--) {
        crc ^= *data++;
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}

static bool fail(unn_error_t *error, const char *problem, uint64_t have, uint64_t need) {
    error->problem = problem;
    error->have = have > UINT32_MAX ? UINT32_MAX : (uint32_t)have;
    error->need = need > UINT32_MAX ? UINT32_MAX : (uint32_t)need;
    return false;
}

static bool float_is_finite(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return (bits >> 23 & 0xff) != 0xff;
}

// Positive, finite, not subnormal.
static bool float_is_scale(float value) {
    return float_is_finite(value) && value >= 1.17549435e-38f;
}

size_t unn_items(const unn_tensor_t *tensor) {
    return (size_t)tensor->shape[0] * tensor->shape[1] * tensor->shape[2];
}

static size_t tensor_itemsize(const unn_tensor_t *tensor) {
    return tensor->type == UNN_INT8 ? 1 : sizeof(float);
}

static bool tensor_same_scale(const unn_tensor_t *a, const unn_tensor_t *b) {
    return a->scale == b->scale && a->zero_point == b->zero_point;
}

// A piece of the arena: [start, end).
typedef struct _span_t {
    uint64_t start;
    uint64_t end;
} span_t;

static bool spans_overlap(span_t a, span_t b) {
    return a.start < b.end && b.start < a.end;
}

static bool check_in_arena(const unn_net_t *net, uint32_t start, uint64_t bytes, span_t *span, unn_error_t *error) {
    *span = (span_t) { start, start + bytes };
    if (start % ALIGNMENT) {
        return fail(error, "alignment in the arena", start, start / ALIGNMENT * ALIGNMENT);
    }
    uint32_t have = net->header->arena_bytes;
    return span->end <= have || fail(error, "bytes of the arena", have, span->end);
}

static bool check_in_file(const unn_net_t *net, uint32_t start, uint64_t bytes, unn_error_t *error) {
    const uint8_t *tables_end = (const uint8_t *)(net->layers + net->header->layers);
    size_t first = (size_t)(tables_end - net->file);
    if (start % ALIGNMENT || start < first) {
        return fail(error, "offset in the file", start, (first + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    }
    return start + bytes <= net->header->bytes || fail(error, "bytes of the file", net->header->bytes, start + bytes);
}

static bool check_header(unn_net_t *net, size_t bytes, unn_error_t *error) {
    const unn_header_t *header = net->header;
    if (bytes < sizeof(unn_header_t) || memcmp(header->magic, "UNN", 4) != 0) {
        return fail(error, "not a .unn file", 0, 0);
    }
    if (header->version != VERSION || header->zero != 0) {
        return fail(error, "version", header->version, VERSION);
    }
    if (header->bytes != bytes) {
        return fail(error, "bytes of the file", bytes, header->bytes);
    }
    uint32_t checksum = crc32(net->file + CHECKED_FROM, bytes - CHECKED_FROM);
    if (header->checksum != checksum) {
        return fail(error, "checksum", checksum, header->checksum);
    }
    if (header->arena_bytes > MAX_BYTES) {
        return fail(error, "bytes of the arena", MAX_BYTES, header->arena_bytes);
    }
    if (!float_is_scale(header->scale) && !float_is_scale(-header->scale)) {
        return fail(error, "input scale is not a number", 0, 0);
    }
    if (!float_is_finite(header->offset)) {
        return fail(error, "input offset is not a number", 0, 0);
    }
    if (header->layers == 0) {
        return fail(error, "layers", 0, 1);
    }
    size_t tables = sizeof(unn_header_t) + (header->layers + (size_t)1) * sizeof(unn_tensor_t)
        + header->layers * sizeof(unn_layer_t);
    if (tables > bytes) {
        return fail(error, "bytes of the file", bytes, tables);
    }
    return true;
}

static bool check_labels(const unn_net_t *net, unn_error_t *error) {
    const unn_header_t *header = net->header;
    const unn_tensor_t *answer = &net->tensors[header->layers];
    uint32_t classes = answer->shape[answer->dimensions - 1];
    if (header->labels != 0 && header->labels != classes) {
        return fail(error, "labels", header->labels, classes);
    }
    if (!check_in_file(net, header->labels_offset, header->labels_bytes, error)) {
        return false;
    }
    if (header->labels_offset + header->labels_bytes != header->bytes) {
        return fail(error, "end of the labels", header->labels_offset + header->labels_bytes, header->bytes);
    }
    uint32_t ends = 0;
    const uint8_t *labels = net->file + header->labels_offset;
    for (uint32_t i = 0; i < header->labels_bytes; i++) {
        ends += labels[i] == 0;
    }
    if (ends != header->labels || (ends > 0 && labels[header->labels_bytes - 1] != 0)) {
        return fail(error, "labels that end", ends, header->labels);
    }
    return true;
}

static bool check_tensor(const unn_net_t *net, const unn_tensor_t *tensor, unn_error_t *error) {
    if (tensor->type > UNN_FLOAT32) {
        return fail(error, "type of a tensor", tensor->type, UNN_FLOAT32);
    }
    if (tensor->dimensions < 1 || tensor->dimensions > 3) {
        return fail(error, "dimensions of a tensor", tensor->dimensions, 3);
    }
    if (tensor->zero != 0 || tensor->zero2 != 0) {
        return fail(error, "reserved field of a tensor", tensor->zero | tensor->zero2, 0);
    }
    if (!float_is_scale(tensor->scale)
        || (tensor->type == UNN_FLOAT32 && (tensor->scale != 1 || tensor->zero_point != 0))) {
        return fail(error, "scale of a tensor is not possible", 0, 0);
    }
    uint64_t items = tensor_itemsize(tensor);
    for (int i = 0; i < 3; i++) {
        if (tensor->shape[i] == 0 || (i >= tensor->dimensions && tensor->shape[i] != 1)) {
            return fail(error, "size of a dimension", tensor->shape[i], 1);
        }
        items *= tensor->shape[i];
        if (items > MAX_BYTES) {
            return fail(error, "bytes of a tensor", items, MAX_BYTES);
        }
    }
    span_t span;
    return check_in_arena(net, tensor->arena_offset, items, &span, error);
}

// The window touches the image wherever it is put.
static bool check_window(const unn_layer_t *layer, const unn_step_t *step, unn_error_t *error) {
    const size_t sizes[2][2] = { { step->height, step->out_height }, { step->width, step->out_width } };
    for (int i = 0; i < 2; i++) {
        if (layer->stride[i] == 0) {
            return fail(error, "stride", 0, 1);
        }
        if (layer->padding[i] >= layer->kernel[i]) {
            return fail(error, "kernel", layer->kernel[i], layer->padding[i] + (uint64_t)1);
        }
        uint64_t last = (uint64_t)(sizes[i][1] - 1) * layer->stride[i];
        if (last >= (uint64_t)sizes[i][0] + layer->padding[i]) {
            return fail(error, "padded rows or columns", sizes[i][0] + (uint64_t)layer->padding[i], last + 1);
        }
    }
    return true;
}

static bool check_no_window(const unn_layer_t *layer, unn_error_t *error) {
    for (int i = 0; i < 2; i++) {
        if (layer->kernel[i] != 1 || layer->stride[i] != 1 || layer->padding[i] != 0) {
            return fail(error, "kernel or stride of an operator without a window", layer->kernel[i], 1);
        }
    }
    return true;
}

// Weights fill up rows of `row` items to whole blocks with zeros.
static bool check_row_ends(const uint8_t *weights, size_t rows, size_t used, size_t stride, unn_error_t *error) {
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = used; j < stride; j++) {
            if (weights[i * stride + j] != 0) {
                return fail(error, "weight behind the end of a row", weights[i * stride + j], 0);
            }
        }
    }
    return true;
}

static bool check_int8_weights(const int8_t *weights, size_t count, unn_error_t *error) {
    for (size_t i = 0; i < count; i++) {
        if (weights[i] == -128) {
            return fail(error, "weight of -128 at item", i, count);
        }
    }
    return true;
}

// The sum of `row` products and a bias fits 32 bits; multiplier and shift are in range.
static bool check_int8_channels(const unn_step_t *step, size_t channels, uint64_t row, unn_error_t *error) {
    for (size_t i = 0; i < channels; i++) {
        int64_t bias = step->bias[i];
        uint64_t sum = row * LARGEST_PRODUCT + (uint64_t)(bias < 0 ? -bias : bias);
        if (sum > INT32_MAX) {
            return fail(error, "largest sum", sum, INT32_MAX);
        }
        if (step->multipliers[i] < 1 << 30) {
            return fail(error, "multiplier", (uint32_t)step->multipliers[i], 1 << 30);
        }
        if (step->shifts[i] < -31 || step->shifts[i] > 31) {
            return fail(error, "shift", (uint32_t)step->shifts[i], 31);
        }
    }
    return true;
}

// Sets what a layer needs beside its input and output in bytes of scratch.
static bool check_parameters(unn_net_t *net, const unn_layer_t *layer, unn_step_t *step, bool int8,
    uint64_t *scratch, unn_error_t *error) {
    size_t itemsize = int8 ? 1 : sizeof(float);
    uint64_t window = (uint64_t)layer->kernel[0] * layer->kernel[1];
    uint64_t row = window, weights = 0, channels = step->out_channels;
    *scratch = 0;
    switch (layer->operator) {
        case UNN_CONV2D:
        case UNN_DENSE:
            // row < 2^32 * 2^30
            row = layer->operator == UNN_DENSE ? (uint64_t)step->height * step->width * step->channels
                : window * step->channels;
            if (row > MAX_BYTES) {
                return fail(error, "items of a window", row, MAX_BYTES);
            }
            weights = unn_whole_blocks(channels, UNN_CHANNEL_BLOCK) * step->row_items * itemsize;
            *scratch = step->row_items * itemsize * (layer->operator == UNN_DENSE ? 1 : 2);
            break;
        case UNN_DEPTHWISE_CONV2D:
            if (window > MAX_BYTES / channels) {
                return fail(error, "items of a window", window, MAX_BYTES / channels);
            }
            weights = window * channels * itemsize;
            *scratch = weights;
            break;
        case UNN_AVERAGE_POOL:
            if (window > MAX_AVERAGED) {
                return fail(error, "items of a window", window, MAX_AVERAGED);
            }
            row = 0;
            channels = int8 ? 1 : 0;
            break;
        default:
            channels = 0;
            break;
    }
    if (channels == 0 || weights == 0) {
        if (layer->weights != 0 || (channels == 0 && layer->channels != 0)) {
            return fail(error, "weights of an operator without", layer->weights | layer->channels, 0);
        }
    }
    uint64_t block = unn_whole_blocks(channels, UNN_CHANNEL_BLOCK);
    uint64_t parameters = block * (int8 ? 3 * sizeof(int32_t) : sizeof(float));
    if ((weights > 0 && !check_in_file(net, layer->weights, weights, error))
        || (parameters > 0 && !check_in_file(net, layer->channels, parameters, error))) {
        return false;
    }
    unn_step_set_parameters(step, net);
    if (*scratch > 0 && layer->operator != UNN_DEPTHWISE_CONV2D
        && !check_row_ends(step->weights, channels, row * itemsize, step->row_items * itemsize, error)) {
        return false;
    }
    if (int8 && !(check_int8_weights((const int8_t *)step->weights, weights, error)
                  && check_int8_channels(step, block, row, error))) {
        return false;
    }
    net->weight_bytes += weights + parameters;
    if (layer->operator <= UNN_DENSE) {
        uint64_t outputs = (uint64_t)step->out_height * step->out_width * step->out_channels;
        net->multiply_adds += outputs * row;
    }
    return true;
}

static bool check_layer(unn_net_t *net, size_t index, unn_error_t *error) {
    const unn_layer_t *layer = &net->layers[index];
    const unn_tensor_t *source = &net->tensors[index], *target = source + 1;
    if (layer->operator >= UNN_OPERATORS) {
        return fail(error, "operator", layer->operator, UNN_OPERATORS - 1);
    }
    error->operator = operator_names[layer->operator];
    if (layer->zero != 0 || layer->zero2 != 0) {
        return fail(error, "reserved field", layer->zero | layer->zero2, 0);
    }
    bool has_activation = layer->operator != UNN_MAX_POOL && layer->operator < UNN_SOFTMAX;
    if (layer->activation > (has_activation ? UNN_RELU6 : UNN_NONE)) {
        return fail(error, "activation", layer->activation, has_activation ? UNN_RELU6 : UNN_NONE);
    }
    uint8_t type = layer->operator == UNN_SOFTMAX ? UNN_FLOAT32 : source->type;
    if (!check_tensor(net, target, error)) {
        return false;
    }
    if (target->type != type) {
        return fail(error, "type of the output", target->type, type);
    }
    if ((layer->operator == UNN_MAX_POOL || layer->operator == UNN_ACTIVATION || layer->operator == UNN_FLATTEN)
        && !tensor_same_scale(source, target)) {
        return fail(error, "scale of the output is not that of the input", 0, 0);
    }

    unn_step_t step;
    unn_step_set_sizes(&step, net, index);
    bool window = layer->operator == UNN_CONV2D || layer->operator == UNN_DEPTHWISE_CONV2D
        || layer->operator == UNN_MAX_POOL || layer->operator == UNN_AVERAGE_POOL;
    if (!(window ? check_window(layer, &step, error) : check_no_window(layer, error))) {
        return false;
    }
    bool in_channels_kept = layer->operator != UNN_CONV2D && layer->operator != UNN_DENSE
        && layer->operator != UNN_FLATTEN;
    if (in_channels_kept && step.out_channels != step.channels) {
        return fail(error, "channels of the output", step.out_channels, step.channels);
    }
    bool shape_kept = layer->operator == UNN_ACTIVATION || layer->operator == UNN_SOFTMAX;
    if (shape_kept && (source->dimensions != target->dimensions
                       || step.out_height != step.height || step.out_width != step.width)) {
        return fail(error, "items of the output", unn_items(target), unn_items(source));
    }
    bool flat = layer->operator == UNN_DENSE || layer->operator == UNN_FLATTEN;
    if (flat && target->dimensions != 1) {
        return fail(error, "dimensions of the output", target->dimensions, 1);
    }
    if (layer->operator == UNN_FLATTEN && unn_items(source) != unn_items(target)) {
        return fail(error, "items of the output", unn_items(target), unn_items(source));
    }

    uint64_t scratch_bytes;
    if (!check_parameters(net, layer, &step, source->type == UNN_INT8, &scratch_bytes, error)) {
        return false;
    }
    span_t in = { source->arena_offset, source->arena_offset + unn_items(source) * (uint64_t)tensor_itemsize(source) };
    span_t out = { target->arena_offset, target->arena_offset + unn_items(target) * (uint64_t)tensor_itemsize(target) };
    if (layer->operator == UNN_FLATTEN) {
        if (in.start != out.start) {
            return fail(error, "place of the output", out.start, in.start);
        }
    } else if (spans_overlap(in, out)) {
        return fail(error, "place of the output, which overlaps the input's", out.start, in.end);
    }
    span_t scratch;
    if (!check_in_arena(net, layer->scratch, scratch_bytes, &scratch, error)) {
        return false;
    }
    if (scratch_bytes == 0) {
        return layer->scratch == 0 || fail(error, "scratch of an operator without", layer->scratch, 0);
    }
    if (spans_overlap(in, scratch) || spans_overlap(out, scratch)) {
        return fail(error, "place of the scratch memory, which overlaps", scratch.start, scratch.end);
    }
    return true;
}

bool unn_open(unn_net_t *net, const uint8_t *file, size_t bytes, unn_error_t *error) {
    *error = (unn_error_t) { .layer = -1 };
    net->file = file;
    net->header = (const unn_header_t *)file;
    net->multiply_adds = 0;
    net->weight_bytes = 0;
    if (!check_header(net, bytes, error)) {
        return false;
    }
    net->tensors = (const unn_tensor_t *)(file + sizeof(unn_header_t));
    net->layers = (const unn_layer_t *)(net->tensors + net->header->layers + 1);
    if (!check_tensor(net, net->tensors, error)) {
        return false;
    }
    for (size_t i = 0; i < net->header->layers; i++) {
        error->layer = (int)i;
        error->operator = NULL;
        if (!check_layer(net, i, error)) {
            return false;
        }
    }
    error->layer = -1;
    if (!check_labels(net, error)) {
        return false;
    }
    for (int i = 0; i < 256; i++) {
        net->quantised[i] = unn_quantise(net, i);
    }
    return true;
}
