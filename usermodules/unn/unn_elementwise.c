// The operators without a window. They compute in single precision, operation
// by operation, so that results have the same bits on every machine (build
// without contraction and unsafe mathematics).

#include <string.h>

#include "unn_step.h"

// exp of a value not above 0: 2^k * exp(r), r by its power series.
float unn_exp_negative(float x) {
    static const float series[] = { 1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1.0f, 1.0f };
    if (!(x >= -87.0f)) {
        return 0;
    }
    int32_t k = (int32_t)(x * 1.44269504f - 0.5f);
    float r = (x - (float)k * 0.693359375f) - (float)k * -2.12194440e-4f;
    float sum = 1.0f / 5040;
    for (size_t i = 0; i < sizeof(series) / sizeof(series[0]); i++) {
        sum = sum * r + series[i];
    }
    uint32_t bits = (uint32_t)(k + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof(power));
    return sum * power;
}

static float clamp(float value, float low, float high) {
    return value < low ? low : value > high ? high : value;
}

// Halves go upward.
static int8_t clamp_int8(const unn_layer_t *layer, int32_t value) {
    return (int8_t)(value < layer->low ? layer->low : value > layer->high ? layer->high : value);
}

// The int8 value nearest to a value in units of the output's scale.
static int8_t round_int8(const unn_step_t *step, float value) {
    // rounded within 16 bits, and not-a-number to the smallest
    value = !(value > -1024.0f) ? -1024.0f : value > 1024.0f ? 1024.0f : value;
    int32_t whole = (int32_t)(value + 1024.5f) - 1024;
    return clamp_int8(step->layer, whole + step->target->zero_point);
}

static int32_t requantise_one(int32_t sum, const int32_t *parameters) {
    int32_t high = (int32_t)(((int64_t)sum * parameters[0] + (1 << 30)) >> 31);
    int32_t shift = -parameters[1];
    return (int32_t)(((int64_t)high + ((int64_t)1 << shift >> 1)) >> shift);
}

static inline void operate(const unn_step_t *step, const bool multiply) {
    const int32_t *parameters = (const int32_t *)step->parameters;
    const float *a = (const float *)step->in, *b = (const float *)step->in_second;
    int32_t zero_a = step->source->zero_point, zero_b = step->second->zero_point;
    size_t items = unn_items(step->target), period = unn_items(step->second);
    for (size_t i = 0, j = 0; i < items; i++, j = j + 1 < period ? j + 1 : 0) {
        if (step->itemsize > 1) {
            float value = multiply ? a[i] * b[j] : a[i] + b[j];
            ((float *)step->out)[i] = clamp(value, step->layer->lowest, step->layer->highest);
            continue;
        }
        int32_t x = (int8_t)step->in[i], y = (int8_t)step->in_second[j], sum;
        if (multiply) {
            sum = requantise_one((x - zero_a) * (y - zero_b), parameters) + step->target->zero_point;
        } else {
            sum = (x * parameters[0] + y * parameters[1] + parameters[2]) >> parameters[3];
        }
        step->out[i] = (uint8_t)clamp_int8(step->layer, sum);
    }
}

void unn_add(const unn_step_t *step) {
    operate(step, false);
}

void unn_multiply(const unn_step_t *step) {
    operate(step, true);
}

void unn_average_pool(const unn_step_t *step, const unn_row_t *row) {
    const unn_layer_t *layer = step->layer;
    int32_t zero = step->source->zero_point;
    float ratio = step->source->scale / step->target->scale;
    // option: only the items inside of the image count
    size_t rows = 0, columns = 0, area = step->runs;
    for (int32_t y = step->top; y < step->top + layer->kernel[0]; y++) {
        rows += y >= 0 && (size_t)y < step->height;
    }
    const uint8_t *in = row->in;
    uint8_t *out = row->out;
    int32_t left = -layer->padding[1];
    for (size_t positions = row->positions; positions > 0; positions--, left += layer->stride[1]) {
        if (layer->option) {
            columns = 0;
            for (int32_t x = left; x < left + layer->kernel[1]; x++) {
                columns += x >= 0 && (size_t)x < step->width;
            }
            area = rows * columns;
        }
        if (step->itemsize == 1) {
            int32_t sums[UNN_BLOCK], zeros = (int32_t)step->runs * zero;
            float factor = ratio / (float)area;
            unn_int8_sum_window(step, in, sums);
            for (size_t i = 0; i < row->channels; i++) {
                out[i] = (uint8_t)round_int8(step, (float)(sums[i] - zeros) * factor);
            }
        } else {
            float sums[UNN_BLOCK];
            unn_float32_sum_window(step, in, sums);
            for (size_t i = 0; i < row->channels; i++) {
                ((float *)out)[i] = clamp(sums[i] / (float)area, layer->lowest, layer->highest);
            }
        }
        in += step->step_bytes;
        out += row->out_step;
    }
}

static float sigmoid(float x) {
    float e = unn_exp_negative(x < 0 ? x : -x);
    return (x < 0 ? e : 1.0f) / (1.0f + e);
}

void unn_activation(const unn_step_t *step) {
    const unn_layer_t *layer = step->layer;
    size_t items = unn_items(step->target);
    if (step->itemsize == 1) {
        for (size_t i = 0; i < items; i++) {
            step->out[i] = step->weights[step->in[i] ^ 0x80];
        }
        return;
    }
    const float *in = (const float *)step->in;
    float *out = (float *)step->out, low = layer->lowest, high = layer->highest;
    for (size_t i = 0; i < items; i++) {
        float x = in[i];
        switch (layer->option) {
            case UNN_CLAMP:
                out[i] = clamp(x, low, high);
                break;
            case UNN_LEAKY_RELU:
                out[i] = x < 0 ? x * low : x;
                break;
            case UNN_HARD_SWISH:
                out[i] = x * clamp(x * low + high, 0, 1);
                break;
            case UNN_HARD_SIGMOID:
                out[i] = clamp(x * low + high, 0, 1);
                break;
            case UNN_SIGMOID:
                out[i] = sigmoid(x);
                break;
            default:
                out[i] = 2 * sigmoid(2 * x) - 1;
                break;
        }
    }
}

void unn_softmax(const unn_step_t *step) {
    float scale = step->source->scale, *out = (float *)step->out;
    size_t channels = step->channels, items = unn_items(step->source);
    for (size_t start = 0; start < items; start += channels, out += channels) {
        const int8_t *bytes = (const int8_t *)step->in + start;
        const float *floats = (const float *)step->in + start;
        float largest = step->itemsize == 1 ? (float)bytes[0] : floats[0], sum = 0;
        for (size_t i = 0; i < channels; i++) {
            out[i] = step->itemsize == 1 ? (float)bytes[i] : floats[i];
            largest = out[i] > largest ? out[i] : largest;
        }
        for (size_t i = 0; i < channels; i++) {
            out[i] = unn_exp_negative((out[i] - largest) * scale);
            sum += out[i];
        }
        for (size_t i = 0; i < channels; i++) {
            out[i] /= sum;
        }
    }
}

// Where an output row or column lies between those of the input.
typedef struct _between_t {
    uint16_t first, second;
    float part; // of the second
} between_t;

void unn_resize(const unn_step_t *step) {
    const between_t *rows = (const between_t *)step->weights, *columns = rows + step->out_height;
    size_t channels = step->channels, item = 0;
    for (size_t y = 0; y < step->out_height; y++) {
        for (size_t x = 0; x < step->out_width; x++) {
            const size_t corners[4] = {
                (rows[y].first * step->width + columns[x].first) * channels,
                (rows[y].first * step->width + columns[x].second) * channels,
                (rows[y].second * step->width + columns[x].first) * channels,
                (rows[y].second * step->width + columns[x].second) * channels,
            };
            for (size_t k = 0; k < channels; k++, item++) {
                float values[4];
                for (int i = 0; i < 4; i++) {
                    values[i] = step->itemsize == 1 ? (float)(int8_t)step->in[corners[i] + k]
                        : ((const float *)step->in)[corners[i] + k];
                }
                float top = values[0] + (values[1] - values[0]) * columns[x].part;
                float bottom = values[2] + (values[3] - values[2]) * columns[x].part;
                float value = top + (bottom - top) * rows[y].part;
                if (step->itemsize == 1) {
                    step->out[item] = (uint8_t)round_int8(step, value - (float)step->target->zero_point);
                } else {
                    ((float *)step->out)[item] = value;
                }
            }
        }
    }
}

// Items in four dimensions, from anywhere in the input to anywhere in the output.
typedef struct _moves_t {
    uint32_t counts[4];
    uint32_t in_steps[4];
    uint32_t out_steps[4];
    uint32_t in_start;
    uint32_t out_start;
} moves_t;

void unn_move(const unn_step_t *step) {
    const moves_t *moves = (const moves_t *)step->parameters;
    size_t itemsize = step->itemsize, items = unn_items(step->target), block = itemsize;
    if (step->layer->option) {
        for (size_t i = 0; i < items; i++) {
            memcpy(step->out + i * itemsize,
                itemsize == 1 ? (const void *)&step->layer->low : &step->layer->lowest, itemsize);
        }
    }
    size_t last = moves->counts[3];
    if (moves->in_steps[3] == 1 && moves->out_steps[3] == 1) {
        block *= last;
        last = 1;
    }
    for (size_t i = 0; i < moves->counts[0]; i++) {
        for (size_t j = 0; j < moves->counts[1]; j++) {
            for (size_t k = 0; k < moves->counts[2]; k++) {
                size_t in = moves->in_start, out = moves->out_start;
                in += i * moves->in_steps[0] + j * moves->in_steps[1] + k * moves->in_steps[2];
                out += i * moves->out_steps[0] + j * moves->out_steps[1] + k * moves->out_steps[2];
                for (size_t l = 0; l < last; l++) {
                    memcpy(step->out + out * itemsize, step->in + in * itemsize, block);
                    in += moves->in_steps[3];
                    out += moves->out_steps[3];
                }
            }
        }
    }
}

void unn_convert(const unn_step_t *step) {
    size_t items = unn_items(step->target);
    for (size_t i = 0; i < items; i++) {
        if (step->itemsize == 1) {
            ((float *)step->out)[i] = (float)((int8_t)step->in[i] - step->source->zero_point) * step->source->scale;
        } else {
            step->out[i] = (uint8_t)unn_quantise(step->target, (double)((const float *)step->in)[i]);
        }
    }
}
