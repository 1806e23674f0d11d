// From pixels to the answer, layer by layer.

#include <math.h>
#include <string.h>

#include "unn_step.h"

typedef void (*operator_t)(const unn_step_t *step);

static void flatten(const unn_step_t *step) {
    (void)step; // the same bytes at the same place
}

static const operator_t operators[2][UNN_OPERATORS] = {
    {
        unn_int8_conv2d, unn_int8_depthwise_conv2d, unn_int8_dense, unn_int8_max_pool, unn_int8_average_pool,
        unn_int8_activation, unn_int8_softmax, flatten,
    },
    {
        unn_float32_conv2d, unn_float32_depthwise_conv2d, unn_float32_dense, unn_float32_max_pool,
        unn_float32_average_pool, unn_float32_activation, unn_float32_softmax, flatten,
    },
};

static void image_shape(const unn_tensor_t *tensor, size_t *height, size_t *width, size_t *channels) {
    bool flat = tensor->dimensions == 1;
    *height = flat ? 1 : tensor->shape[0];
    *width = flat ? 1 : tensor->shape[1];
    *channels = flat ? tensor->shape[0] : tensor->shape[2];
}

void unn_step_set_sizes(unn_step_t *step, const unn_net_t *net, size_t index) {
    const unn_layer_t *layer = &net->layers[index];
    step->layer = layer;
    step->source = &net->tensors[index];
    step->target = &net->tensors[index + 1];
    image_shape(step->source, &step->height, &step->width, &step->channels);
    image_shape(step->target, &step->out_height, &step->out_width, &step->out_channels);
    bool int8 = step->source->type == UNN_INT8;
    step->pixel_bytes = step->channels * (int8 ? 1 : sizeof(float));
    size_t row = (layer->operator == UNN_DENSE ? step->height * step->width
        : (size_t)layer->kernel[0] * layer->kernel[1]) * step->channels;
    step->row_items = unn_whole_blocks(row, int8 ? UNN_INT8_ROW_BLOCK : UNN_FLOAT32_ROW_BLOCK);
}

void unn_step_set_parameters(unn_step_t *step, const unn_net_t *net) {
    const unn_layer_t *layer = step->layer;
    step->weights = net->file + layer->weights;
    step->bias = (const int32_t *)(net->file + layer->channels);
    if (layer->channels != 0 && step->source->type == UNN_INT8) {
        size_t count = layer->operator == UNN_AVERAGE_POOL ? 1 : step->out_channels;
        count = unn_whole_blocks(count, UNN_CHANNEL_BLOCK);
        step->multipliers = step->bias + count;
        step->shifts = step->multipliers + count;
    }
}

static void set_places(unn_step_t *step, uint8_t *arena) {
    step->in = arena + step->source->arena_offset;
    step->out = arena + step->target->arena_offset;
    step->scratch = arena + step->layer->scratch;
}

static void set_limits(unn_step_t *step) {
    step->lowest = step->layer->activation == UNN_NONE ? -INFINITY : 0;
    step->highest = step->layer->activation == UNN_RELU6 ? 6 : INFINITY;
    int zero_point = step->target->zero_point;
    step->low = step->layer->activation == UNN_NONE ? INT8_MIN : (int8_t)zero_point;
    step->high = INT8_MAX;
    if (step->layer->activation == UNN_RELU6) {
        double six = 6 / (double)step->target->scale + 0.5;
        if (six < INT8_MAX - zero_point) {
            step->high = (int8_t)((int)six + zero_point);
        }
    }
}

// Rows are short, so a call of memcpy would cost more than it copies.
static inline void copy_bytes(uint8_t *to, const uint8_t *from, size_t bytes) {
    if (bytes >= 8) {
        for (size_t i = 0; i < bytes - 8; i += 8) {
            memcpy(to + i, from + i, 8);
        }
        memcpy(to + bytes - 8, from + bytes - 8, 8);
    } else {
        for (size_t i = 0; i < bytes; i++) {
            to[i] = from[i];
        }
    }
}

void unn_step_copy_window(const unn_step_t *step, ptrdiff_t y, ptrdiff_t x, uint8_t *row) {
    size_t pixel = step->pixel_bytes, rows = step->layer->kernel[0], columns = step->layer->kernel[1];
    size_t span = columns * pixel;
    if (y < 0 || x < 0 || (size_t)y + rows > step->height || (size_t)x + columns > step->width) {
        // float32 has a zero point of 0, and zero bytes are 0.0
        memset(row, step->source->zero_point, rows * span);
        size_t top, left;
        unn_clip(y, rows, step->height, &top, &rows);
        unn_clip(x, columns, step->width, &left, &columns);
        y += (ptrdiff_t)top;
        x += (ptrdiff_t)left;
        row += top * span + left * pixel;
    }
    size_t line = step->width * pixel;
    const uint8_t *in = step->in + (size_t)y * line + (size_t)x * pixel;
    for (; rows > 0; rows--) {
        copy_bytes(row, in, columns * pixel);
        row += span;
        in += line;
    }
}

// Halves go upward; limited, with not-a-number to the smallest value.
int8_t unn_quantise(const unn_net_t *net, double pixel) {
    const unn_tensor_t *tensor = net->tensors;
    double factor = (double)net->header->scale / (double)tensor->scale;
    double value = (pixel - (double)net->header->offset) * factor + 0.5;
    // floor() by hand: the range is small once the limits are dealt with
    double lowest = INT8_MIN - tensor->zero_point, highest = INT8_MAX - tensor->zero_point;
    if (!(value >= lowest)) {
        return INT8_MIN;
    }
    if (value >= highest) {
        return INT8_MAX;
    }
    int whole = (int)value;
    whole -= (double)whole > value;
    return (int8_t)(whole + tensor->zero_point);
}

static double load_pixel(char type, const uint8_t *pixel) {
    if (type == 'd') {
        double value;
        memcpy(&value, pixel, sizeof(value));
        return value;
    }
    float value;
    memcpy(&value, pixel, sizeof(value));
    return (double)value;
}

void unn_put_pixels(const unn_net_t *net, uint8_t *arena, size_t start, char type, const uint8_t *pixels,
    ptrdiff_t stride, size_t count) {
    const unn_tensor_t *tensor = net->tensors;
    const unn_header_t *header = net->header;
    if (tensor->type == UNN_INT8) {
        int8_t *items = (int8_t *)(arena + tensor->arena_offset) + start;
        if (type == 'B') {
            for (size_t i = 0; i < count; i++, pixels += stride) {
                items[i] = net->quantised[*pixels];
            }
        } else {
            for (size_t i = 0; i < count; i++, pixels += stride) {
                items[i] = unn_quantise(net, load_pixel(type, pixels));
            }
        }
        return;
    }
    float *items = (float *)(arena + tensor->arena_offset) + start;
    for (size_t i = 0; i < count; i++, pixels += stride) {
        float pixel = type == 'B' ? (float)*pixels : (float)load_pixel(type, pixels);
        items[i] = (pixel - header->offset) * header->scale;
    }
}

void unn_run(const unn_net_t *net, uint8_t *arena) {
    for (size_t i = 0; i < net->header->layers; i++) {
        unn_step_t step;
        unn_step_set_sizes(&step, net, i);
        unn_step_set_parameters(&step, net);
        set_places(&step, arena);
        set_limits(&step);
        operators[step.source->type][step.layer->operator](&step);
    }
}

void unn_get_answer(const unn_net_t *net, const uint8_t *arena, float *answer) {
    const unn_tensor_t *tensor = &net->tensors[net->header->layers];
    const uint8_t *items = arena + tensor->arena_offset;
    size_t count = unn_items(tensor);
    if (tensor->type == UNN_FLOAT32) {
        memcpy(answer, items, count * sizeof(float));
        return;
    }
    for (size_t i = 0; i < count; i++) {
        answer[i] = (float)((int8_t)items[i] - tensor->zero_point) * tensor->scale;
    }
}
