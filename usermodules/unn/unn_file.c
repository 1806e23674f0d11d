// Checks a .unn file before anything of it is used.

#include <string.h>

#include "unn_step.h"

#define VERSION (2)
#define ALIGNMENT (16)
#define CHECKED_FROM (offsetof(unn_header_t, arena_bytes))
#define MAX_BYTES (1u << 30)
#define MAX_LAYERS (1024)
#define MAX_AVERAGED (1u << 16)
#define MAX_FACTOR (1 << 20)
#define LARGEST_PRODUCT (127 * 128)
#define TABLE_BYTES (256)

static const char *const operator_names[UNN_OPERATORS] = {
    "conv2d", "depthwise_conv2d", "max_pool", "average_pool", "add", "multiply",
    "activation", "softmax", "resize", "move", "convert", "reshape",
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

static bool fail(unn_error_t *error, const char *problem, uint32_t have, uint32_t need) {
    error->problem = problem;
    error->have = have;
    error->need = need;
    return false;
}

// A figure for an error, which may be larger than there are.
static uint32_t figure(uint64_t value) {
    return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
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

// A piece of the arena: [start, end).
typedef struct _span_t {
    uint64_t start;
    uint64_t end;
} span_t;

static span_t tensor_span(const unn_tensor_t *tensor) {
    return (span_t) { tensor->offset, tensor->offset + (uint64_t)unn_items(tensor) * unn_itemsize(tensor) };
}

static bool spans_overlap(span_t a, span_t b) {
    return a.start < b.end && b.start < a.end;
}

static bool check_in_arena(const unn_net_t *net, uint32_t start, uint64_t bytes, unn_error_t *error) {
    if (start % ALIGNMENT) {
        return fail(error, "alignment in the arena", start, start / ALIGNMENT * ALIGNMENT);
    }
    uint32_t have = net->header->arena_bytes;
    return start + bytes <= have || fail(error, "bytes of the arena", have, figure(start + bytes));
}

static bool check_in_file(const unn_net_t *net, uint32_t start, uint64_t bytes, unn_error_t *error) {
    size_t first = (size_t)((const uint8_t *)(net->layers + net->header->layers) - net->file);
    if (start % ALIGNMENT || start < first) {
        return fail(error, "offset in the file", start, (first + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    }
    return start + bytes <= net->header->bytes || fail(error, "bytes of the file", net->header->bytes, figure(start + bytes));
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
        return fail(error, "bytes of the file", figure(bytes), header->bytes);
    }
    uint32_t checksum = crc32(net->file + CHECKED_FROM, bytes - CHECKED_FROM);
    if (header->checksum != checksum) {
        return fail(error, "checksum", checksum, header->checksum);
    }
    if (header->arena_bytes > MAX_BYTES) {
        return fail(error, "bytes of the arena", MAX_BYTES, header->arena_bytes);
    }
    if (header->layers == 0 || header->layers > MAX_LAYERS) {
        return fail(error, "layers", header->layers, header->layers == 0 ? 1 : MAX_LAYERS);
    }
    uint32_t ends = header->inputs + (uint32_t)header->outputs;
    if (header->inputs == 0 || header->outputs == 0 || ends > header->tensors) {
        return fail(error, "tensors", header->tensors, ends < 2 ? 2 : ends);
    }
    size_t tables = sizeof(unn_header_t) + header->tensors * sizeof(unn_tensor_t)
        + header->layers * sizeof(unn_layer_t);
    if (tables > bytes) {
        return fail(error, "bytes of the file", figure(bytes), (uint32_t)tables);
    }
    return true;
}

static bool check_labels(const unn_net_t *net, unn_error_t *error) {
    const unn_header_t *header = net->header;
    const unn_tensor_t *answer = unn_output(net, 0);
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
    if (!float_is_scale(tensor->scale)
        || (tensor->type == UNN_FLOAT32 && (tensor->scale != 1 || tensor->zero_point != 0))) {
        return fail(error, "scale of a tensor is not possible", 0, 0);
    }
    uint64_t bytes = unn_itemsize(tensor);
    for (int i = 0; i < 3; i++) {
        if (tensor->shape[i] == 0 || (i >= tensor->dimensions && tensor->shape[i] != 1)) {
            return fail(error, "size of a dimension", tensor->shape[i], 1);
        }
        bytes *= tensor->shape[i];
        if (bytes > MAX_BYTES) {
            return fail(error, "bytes of a tensor", bytes, MAX_BYTES);
        }
    }
    if (tensor->place == UNN_IN_FILE) {
        return check_in_file(net, tensor->offset, bytes, error);
    }
    return tensor->place == UNN_IN_ARENA ? check_in_arena(net, tensor->offset, bytes, error)
        : fail(error, "place of a tensor", tensor->place, UNN_IN_FILE);
}

static bool check_input(const unn_net_t *net, const unn_tensor_t *tensor, unn_error_t *error) {
    if (!float_is_scale(tensor->pixel_scale) && !float_is_scale(-tensor->pixel_scale)) {
        return fail(error, "input scale is not a number", 0, 0);
    }
    if (!float_is_finite(tensor->pixel_offset)) {
        return fail(error, "input offset is not a number", 0, 0);
    }
    if (tensor->place != UNN_IN_ARENA) {
        return fail(error, "place of an input", tensor->place, UNN_IN_ARENA);
    }
    return check_tensor(net, tensor, error);
}

// Whether one of the first `layers` layers writes a tensor.
static bool is_written(const unn_net_t *net, size_t tensor, size_t layers) {
    for (size_t i = 0; i < layers; i++) {
        if (net->layers[i].output == tensor) {
            return true;
        }
    }
    return false;
}

// Every window touches the image, and what it is made of can be counted in 32 bits.
static bool check_window(const unn_step_t *step, unn_error_t *error) {
    const unn_layer_t *layer = step->layer;
    const size_t sizes[2][2] = { { step->height, step->out_height }, { step->width, step->out_width } };
    uint64_t items = step->channels * (uint64_t)sizeof(float);
    for (int i = 0; i < 2; i++) {
        if (layer->kernel[i] == 0 || layer->stride[i] == 0 || layer->dilation[i] == 0) {
            return fail(error, "kernel, stride or dilation", 0, 1);
        }
        uint64_t span = (uint64_t)(layer->kernel[i] - 1) * layer->dilation[i] + 1;
        if (layer->padding[i] >= span) {
            return fail(error, "kernel", (uint32_t)span, layer->padding[i] + 1u);
        }
        uint64_t last = (uint64_t)(sizes[i][1] - 1) * layer->stride[i];
        if (last >= (uint64_t)sizes[i][0] + layer->padding[i]) {
            return fail(error, "padded rows or columns", (uint32_t)sizes[i][0] + layer->padding[i], figure(last + 1));
        }
        items *= layer->kernel[i];
        if (items > MAX_BYTES || span > MAX_BYTES) {
            return fail(error, "items of a window", figure(items > span ? items : span), MAX_BYTES);
        }
    }
    if (layer->operator == UNN_AVERAGE_POOL
        && (step->runs > MAX_AVERAGED || (layer->dilation[0] | layer->dilation[1]) != 1)) {
        return fail(error, "items of a window", figure(step->runs), MAX_AVERAGED);
    }
    uint32_t groups = layer->operator == UNN_CONV2D ? layer->groups : 1;
    if (step->channels % groups || step->out_channels % groups) {
        return fail(error, "groups", groups, 1);
    }
    if (layer->operator != UNN_CONV2D && step->out_channels != step->channels) {
        return fail(error, "channels of the output", step->out_channels, step->channels);
    }
    return true;
}

static bool check_requantise(const int32_t *multiplier, const int32_t *exponent, unn_error_t *error) {
    if (*multiplier < 1 << 30) {
        return fail(error, "multiplier", (uint32_t)*multiplier, 1 << 30);
    }
    return (*exponent <= 0 && *exponent >= -30) || fail(error, "exponent", (uint32_t)*exponent, 0);
}

// No sum leaves 32 bits.
static bool check_int8_weights(const unn_step_t *step, uint64_t bytes, size_t blocks, unn_error_t *error) {
    for (size_t i = 0; i < bytes; i++) {
        if (step->weights[i] == 0x80) {
            return fail(error, "weight of -128 at item", (uint32_t)i, (uint32_t)bytes);
        }
    }
    const int32_t *block = (const int32_t *)step->parameters;
    for (size_t i = 0; i < blocks; i++, block += 3 * UNN_BLOCK) {
        for (size_t j = 0; j < UNN_BLOCK; j++) {
            int64_t bias = block[j];
            uint64_t sum = (uint64_t)step->runs * step->run_items * LARGEST_PRODUCT;
            sum += (uint64_t)(bias < 0 ? -bias : bias);
            if (sum > INT32_MAX) {
                return fail(error, "largest sum", figure(sum), INT32_MAX);
            }
            if (!check_requantise(&block[UNN_BLOCK + j], &block[2 * UNN_BLOCK + j], error)) {
                return false;
            }
        }
    }
    return true;
}

static bool check_add(const int32_t *parameters, unn_error_t *error) {
    for (int i = 0; i < 3; i++) {
        int32_t most = i < 2 ? MAX_FACTOR : MAX_BYTES;
        if (parameters[i] < -most || parameters[i] > most) {
            return fail(error, "factor of a sum", (uint32_t)parameters[i], (uint32_t)most);
        }
    }
    return (parameters[3] >= 0 && parameters[3] <= 30) || fail(error, "shift", (uint32_t)parameters[3], 30);
}

static bool check_resize(const unn_step_t *step, unn_error_t *error) {
    const uint16_t *entry = (const uint16_t *)step->weights;
    for (size_t i = 0; i < step->out_height + step->out_width; i++, entry += 4) {
        size_t size = i < step->out_height ? step->height : step->width;
        for (int j = 0; j < 2; j++) {
            if (entry[j] >= size) {
                return fail(error, "row or column", entry[j], size - 1);
            }
        }
    }
    return true;
}

static bool check_move(const unn_step_t *step, unn_error_t *error) {
    // counts, steps in the input, steps in the output, starts in both
    const uint32_t *moves = (const uint32_t *)step->parameters;
    const size_t items[2] = { unn_items(step->source), unn_items(step->target) };
    uint64_t moved = 1;
    for (int i = 0; i < 4 && moved <= items[1]; i++) {
        moved *= moves[i];
    }
    if (moved == 0 || moved > items[1]) {
        return fail(error, "items to move", figure(moved), (uint32_t)items[1]);
    }
    for (int side = 0; side < 2; side++) {
        uint64_t last = moves[12 + side];
        for (int i = 0; i < 4 && last < MAX_BYTES; i++) {
            last += (moves[i] - (uint64_t)1) * moves[4 + 4 * side + i];
        }
        if (last >= items[side]) {
            return fail(error, "items to move", (uint32_t)items[side], figure(last + 1));
        }
    }
    return true;
}

// The weights and parameters of a layer lie in the file and are possible.
static bool check_parameters(unn_net_t *net, const unn_step_t *step, unn_error_t *error) {
    const unn_layer_t *layer = step->layer;
    bool int8 = step->itemsize == 1;
    uint64_t weights = 0, parameters = 0;
    size_t blocks = 0;
    switch (layer->operator) {
        case UNN_CONV2D:
        case UNN_DEPTHWISE_CONV2D: {
            size_t groups = layer->operator == UNN_CONV2D ? layer->groups : 1;
            blocks = unn_whole_blocks(step->out_channels / groups, UNN_BLOCK) / UNN_BLOCK * groups;
            // below 2^30 * 2^37
            uint64_t block = unn_step_block_bytes(step);
            weights = block > MAX_BYTES || blocks > MAX_BYTES / block ? (uint64_t)1 << 32 : block * blocks;
            parameters = (uint64_t)blocks * UNN_BLOCK * sizeof(int32_t) * (int8 ? 3 : 1);
            break;
        }
        case UNN_ADD:
            parameters = int8 ? 4 * sizeof(int32_t) : 0;
            break;
        case UNN_MULTIPLY:
            parameters = int8 ? 2 * sizeof(int32_t) : 0;
            break;
        case UNN_ACTIVATION:
            weights = int8 ? TABLE_BYTES : 0;
            break;
        case UNN_RESIZE:
            weights = ((uint64_t)step->out_height + step->out_width) * 8;
            break;
        case UNN_MOVE:
            parameters = 14 * sizeof(uint32_t);
            break;
    }
    if ((weights > 0 && !check_in_file(net, layer->weights, weights, error))
        || (parameters > 0 && !check_in_file(net, layer->parameters, parameters, error))) {
        return false;
    }
    net->weight_bytes += weights + parameters;
    const int32_t *numbers = (const int32_t *)step->parameters;
    if (int8 && blocks > 0) {
        return check_int8_weights(step, weights, blocks, error);
    } else if (int8 && layer->operator == UNN_ADD) {
        return check_add(numbers, error);
    } else if (int8 && layer->operator == UNN_MULTIPLY) {
        return check_requantise(&numbers[0], &numbers[1], error);
    } else if (layer->operator == UNN_RESIZE) {
        return check_resize(step, error);
    }
    return layer->operator != UNN_MOVE || check_move(step, error);
}

// What each operator asks of the tensors around it.
enum { SAME_TYPE = 1, SAME_SCALE = 2, SAME_SHAPE = 4, SAME_ITEMS = 8, SAME_CHANNELS = 16, TWO_INPUTS = 32 };

static const uint8_t rules[UNN_OPERATORS] = {
    SAME_TYPE, // conv2d
    SAME_TYPE,
    SAME_TYPE | SAME_SCALE, // max_pool
    SAME_TYPE,
    SAME_TYPE | SAME_SHAPE | TWO_INPUTS, // add
    SAME_TYPE | SAME_SHAPE | TWO_INPUTS,
    SAME_TYPE | SAME_SHAPE, // activation
    SAME_SHAPE,
    SAME_TYPE | SAME_SCALE | SAME_CHANNELS, // resize
    SAME_TYPE | SAME_SCALE,
    SAME_SHAPE, // convert
    SAME_TYPE | SAME_SCALE | SAME_ITEMS, // reshape
};

static bool check_rules(const unn_step_t *step, uint8_t rule, unn_error_t *error) {
    const unn_tensor_t *source = step->source, *target = step->target;
    size_t items = unn_items(source), second = unn_items(step->second);
    uint8_t type = rule & SAME_TYPE ? source->type
        : step->layer->operator == UNN_SOFTMAX ? UNN_FLOAT32 : UNN_FLOAT32 - source->type;
    if (target->type != type) {
        return fail(error, "type of the output", target->type, type);
    }
    if ((rule & SAME_SCALE) && (source->scale != target->scale || source->zero_point != target->zero_point)) {
        return fail(error, "scale of the output is not that of the input", 0, 0);
    }
    if ((rule & SAME_SHAPE) && (source->dimensions != target->dimensions
                                || memcmp(source->shape, target->shape, sizeof(source->shape)) != 0)) {
        return fail(error, "shape of the output is not that of the input", 0, 0);
    }
    if ((rule & SAME_ITEMS) && unn_items(target) != items) {
        return fail(error, "items of the output", (uint32_t)unn_items(target), (uint32_t)items);
    }
    if ((rule & SAME_CHANNELS) && step->out_channels != step->channels) {
        return fail(error, "channels of the output", step->out_channels, step->channels);
    }
    if ((rule & TWO_INPUTS) && second != 1 && second != step->channels && second != items) {
        return fail(error, "items of the second input", (uint32_t)second, (uint32_t)items);
    }
    if ((rule & TWO_INPUTS) && step->second->type != source->type) {
        return fail(error, "type of the second input", step->second->type, source->type);
    }
    return true;
}

static bool check_places(const unn_net_t *net, const unn_step_t *step, unn_error_t *error) {
    span_t in = tensor_span(step->source), second = tensor_span(step->second), out = tensor_span(step->target);
    bool window = unn_has_window(step->layer);
    if (step->target->place != UNN_IN_ARENA || (step->source->place != UNN_IN_ARENA && window)) {
        return fail(error, "place of a tensor", UNN_IN_FILE, UNN_IN_ARENA);
    }
    if (step->layer->operator == UNN_RESHAPE) {
        return (step->source->place == UNN_IN_ARENA && in.start == out.start)
               || fail(error, "place of the output", out.start, in.start);
    }
    if ((step->source->place == UNN_IN_ARENA && spans_overlap(in, out))
        || (step->second->place == UNN_IN_ARENA && spans_overlap(second, out))) {
        return fail(error, "place of the output, which overlaps the input's", out.start, in.end);
    }
    if (window) {
        span_t scratch = { step->layer->scratch, step->layer->scratch };
        scratch.end += unn_step_jumps_bytes(step) + unn_step_band_bytes(step);
        if (!check_in_arena(net, step->layer->scratch, scratch.end - scratch.start, error)) {
            return false;
        }
        if (spans_overlap(in, scratch) || spans_overlap(out, scratch)) {
            return fail(error, "place of the scratch memory, which overlaps", scratch.start, scratch.end);
        }
    }
    return true;
}

static bool check_layer(unn_net_t *net, size_t index, unn_error_t *error) {
    const unn_layer_t *layer = &net->layers[index];
    const unn_header_t *header = net->header;
    if (layer->operator >= UNN_OPERATORS) {
        return fail(error, "operator", layer->operator, UNN_OPERATORS - 1);
    }
    error->operator = operator_names[layer->operator];
    for (int i = 0; i < 2; i++) {
        size_t input = layer->input[i];
        if (input >= header->tensors) {
            return fail(error, "number of a tensor", input, header->tensors - 1u);
        }
        if (net->tensors[input].place == UNN_IN_FILE) {
            if (!check_tensor(net, &net->tensors[input], error)) {
                return false;
            }
        } else if (input >= header->inputs && !is_written(net, input, index)) {
            return fail(error, "input is not written before: tensor", input, header->tensors);
        }
    }
    if (layer->output < header->inputs || layer->output >= header->tensors) {
        return fail(error, "number of the output", layer->output, header->inputs);
    }
    if (!check_tensor(net, &net->tensors[layer->output], error)) {
        return false;
    }
    if (layer->low > layer->high || !(layer->lowest <= layer->highest || layer->operator == UNN_ACTIVATION)) {
        return fail(error, "limits of the output are reversed", 0, 0);
    }
    if (layer->option >= (layer->operator == UNN_ACTIVATION ? UNN_FUNCTIONS : 2)) {
        return fail(error, "option", layer->option, 0);
    }
    if (layer->groups == 0) {
        return fail(error, "groups", 0, 1);
    }
    unn_step_t step;
    unn_step_set(&step, net, index);
    return check_rules(&step, rules[layer->operator], error)
           && (!unn_has_window(layer) || check_window(&step, error))
           && check_parameters(net, &step, error)
           && check_places(net, &step, error);
}

const char *unn_operator_name(const unn_net_t *net, size_t index) {
    return operator_names[net->layers[index].operator];
}

uint64_t unn_layer_multiply_adds(const unn_net_t *net, size_t index) {
    const unn_layer_t *layer = &net->layers[index];
    if (layer->operator > UNN_DEPTHWISE_CONV2D) {
        return 0;
    }
    const unn_tensor_t *source = &net->tensors[layer->input[0]];
    uint64_t window = (uint64_t)layer->kernel[0] * layer->kernel[1];
    if (layer->operator == UNN_CONV2D) {
        window *= source->shape[source->dimensions == 1 ? 0 : 2] / layer->groups;
    }
    return window * unn_items(&net->tensors[layer->output]);
}

bool unn_open(unn_net_t *net, const uint8_t *file, size_t bytes, unn_error_t *error) {
    *error = (unn_error_t) { .layer = -1 };
    *net = (unn_net_t) { .file = file, .header = (const unn_header_t *)file };
    if (!check_header(net, bytes, error)) {
        return false;
    }
    net->tensors = (const unn_tensor_t *)(file + sizeof(unn_header_t));
    net->layers = (const unn_layer_t *)(net->tensors + net->header->tensors);
    for (size_t i = 0; i < net->header->inputs; i++) {
        if (!check_input(net, &net->tensors[i], error)) {
            return false;
        }
    }
    for (size_t i = 0; i < net->header->layers; i++) {
        error->layer = (int)i;
        error->operator = NULL;
        if (!check_layer(net, i, error)) {
            return false;
        }
        net->multiply_adds += unn_layer_multiply_adds(net, i);
    }
    error->layer = -1;
    for (size_t i = 0; i < net->header->outputs; i++) {
        size_t output = (size_t)(unn_output(net, i) - net->tensors);
        if (!is_written(net, output, net->header->layers)) {
            return fail(error, "output that no layer writes: tensor", output, 0);
        }
    }
    return check_labels(net, error);
}
