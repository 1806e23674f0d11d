// From pixels to the answers, layer by layer.

#include <string.h>

#include "unn_step.h"

static void reshape(const unn_step_t *step) {
    (void)step; // the same bytes at the same place
}

const unn_tensor_t *unn_output(const unn_net_t *net, size_t output) {
    return &net->tensors[net->header->tensors - net->header->outputs + output];
}

// Halves go upward; limited, with not-a-number to the smallest value.
int8_t unn_quantise(const unn_tensor_t *tensor, double value) {
    value = value / (double)tensor->scale + 0.5;
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
    if (type == 'B') {
        return *pixel;
    } else if (type == 'd') {
        double value;
        memcpy(&value, pixel, sizeof(value));
        return value;
    }
    float value;
    memcpy(&value, pixel, sizeof(value));
    return (double)value;
}

static int8_t quantise_pixel(const unn_tensor_t *tensor, double pixel) {
    return unn_quantise(tensor, (pixel - (double)tensor->pixel_offset) * (double)tensor->pixel_scale);
}

// Pixels whose own scale the tensor has only change their sign.
static bool keeps_pixels(const unn_tensor_t *tensor) {
    return tensor->scale == tensor->pixel_scale && tensor->pixel_offset == (float)(tensor->zero_point + 128);
}

void unn_put_pixels(unn_net_t *net, uint8_t *arena, size_t input, size_t start, char type, const uint8_t *pixels,
    ptrdiff_t stride, size_t count) {
    const unn_tensor_t *tensor = &net->tensors[input];
    uint8_t *items = arena + tensor->offset + start * unn_itemsize(tensor);
    if (tensor->type == UNN_FLOAT32) {
        size_t i = type == 'B' && stride == 1 ? unn_float32_normalise(tensor, (float *)items, pixels, count) : 0;
        pixels += (ptrdiff_t)i * stride;
        for (; i < count; i++, pixels += stride) {
            float pixel = type == 'B' ? (float)*pixels : (float)load_pixel(type, pixels);
            ((float *)items)[i] = (pixel - tensor->pixel_offset) * tensor->pixel_scale;
        }
    } else if (type != 'B') {
        for (size_t i = 0; i < count; i++, pixels += stride) {
            items[i] = (uint8_t)quantise_pixel(tensor, load_pixel(type, pixels));
        }
    } else if (stride == 1 && keeps_pixels(tensor)) {
        size_t i = 0;
        for (; i + sizeof(unn_sixteen_t) <= count; i += sizeof(unn_sixteen_t)) {
            *(unn_sixteen_t *)(items + i) = *(const unn_sixteen_t *)(pixels + i) ^ 0x80;
        }
        for (; i < count; i++) {
            items[i] = pixels[i] ^ 0x80;
        }
    } else {
        if (net->tabled != tensor) {
            for (int i = 0; i < 256; i++) {
                net->table[i] = quantise_pixel(tensor, i);
            }
            net->tabled = tensor;
        }
        for (size_t i = 0; i < count; i++, pixels += stride) {
            items[i] = (uint8_t)net->table[*pixels];
        }
    }
}

void unn_run_layer(const unn_net_t *net, uint8_t *arena, size_t index) {
    static void (*const functions[])(const unn_step_t *step) = {
        unn_add, unn_multiply, unn_activation, unn_softmax, unn_resize, unn_move, unn_convert, reshape,
    };
    unn_step_t step;
    unn_step_set(&step, net, index);
    step.in = (step.source->place == UNN_IN_FILE ? net->file : arena) + step.source->offset;
    step.in_second = (step.second->place == UNN_IN_FILE ? net->file : arena) + step.second->offset;
    step.out = arena + step.target->offset;
    step.scratch = arena + step.layer->scratch;
    if (unn_has_window(step.layer)) {
        unn_run_windows(&step);
    } else {
        functions[step.layer->operator - UNN_ADD](&step);
    }
}

void unn_get_answer(const unn_net_t *net, const uint8_t *arena, size_t output, bool raw, void *answer) {
    const unn_tensor_t *tensor = unn_output(net, output);
    const uint8_t *items = arena + tensor->offset;
    size_t count = unn_items(tensor);
    if (raw || tensor->type == UNN_FLOAT32) {
        memcpy(answer, items, count * unn_itemsize(tensor));
        return;
    }
    for (size_t i = 0; i < count; i++) {
        ((float *)answer)[i] = (float)((int8_t)items[i] - tensor->zero_point) * tensor->scale;
    }
}
