// Walks over the windows of a layer: where they lie, what pads them, and which
// block of channels is next. The kernels only see rows of windows side by side.

#include <math.h>
#include <string.h>

#include "unn_step.h"

// Positions of a block that is not whole that are computed at once.
#define PART_POSITIONS (16)

static void set_shape(const unn_tensor_t *tensor, size_t *height, size_t *width, size_t *channels) {
    bool flat = tensor->dimensions == 1;
    *height = flat ? 1 : tensor->shape[0];
    *width = flat ? 1 : tensor->shape[1];
    *channels = flat ? tensor->shape[0] : tensor->shape[2];
}

void unn_step_set(unn_step_t *step, const unn_net_t *net, size_t index) {
    const unn_layer_t *layer = &net->layers[index];
    step->layer = layer;
    step->source = &net->tensors[layer->input[0]];
    step->second = &net->tensors[layer->input[1]];
    step->target = &net->tensors[layer->output];
    set_shape(step->source, &step->height, &step->width, &step->channels);
    set_shape(step->target, &step->out_height, &step->out_width, &step->out_channels);
    step->itemsize = unn_itemsize(step->source);
    step->weights = net->file + layer->weights;
    step->parameters = net->file + layer->parameters;
    if (!unn_has_window(layer)) {
        return;
    }
    size_t rows = layer->kernel[0], columns = layer->kernel[1];
    step->step_bytes = layer->stride[1] * step->channels * step->itemsize;
    step->line_runs = columns;
    step->run_items = 1;
    if (layer->operator == UNN_CONV2D) {
        step->run_items = step->channels / layer->groups;
        if (layer->groups == 1 && layer->dilation[1] == 1) {
            step->line_runs = 1;
            step->run_items *= columns;
        }
        if (step->itemsize == 1) {
            step->run_items = unn_whole_blocks(step->run_items, UNN_GROUP);
        }
    }
    step->runs = rows * step->line_runs;
    step->band_height = (rows - 1) * layer->dilation[0] + 1;
    step->band_width = (step->out_width - 1) * layer->stride[1] + (columns - 1) * layer->dilation[1] + 1;
    step->padded = layer->padding[0] > 0 || layer->padding[1] > 0 || step->band_width > step->width
        || (step->out_height - 1) * layer->stride[0] + step->band_height > step->height;
}

uint64_t unn_step_jumps_bytes(const unn_step_t *step) {
    return unn_whole_blocks(step->runs * sizeof(int32_t), 16);
}

uint64_t unn_step_band_bytes(const unn_step_t *step) {
    return step->padded ? (uint64_t)step->band_height * step->band_width * step->channels * step->itemsize : 0;
}

uint64_t unn_step_block_bytes(const unn_step_t *step) {
    return step->layer->operator <= UNN_DEPTHWISE_CONV2D
        ? (uint64_t)step->runs * step->run_items * UNN_BLOCK * step->itemsize : 0;
}

static void fill(const unn_step_t *step, uint8_t *to, size_t bytes) {
    bool largest = step->layer->operator == UNN_MAX_POOL;
    if (step->itemsize == 1) {
        memset(to, largest ? INT8_MIN : step->source->zero_point, bytes);
    } else {
        const float value = largest ? -INFINITY : 0;
        for (; bytes > 0; bytes -= sizeof(value)) {
            memcpy(to, &value, sizeof(value));
            to += sizeof(value);
        }
    }
}

// The padded lines that the windows of a row see: a ring, in which each line of
// the input is copied once.
typedef struct _band_t {
    uint8_t *lines;
    size_t line; // bytes
    size_t left, inside; // bytes of padding and of the input
    size_t first; // where in the ring the row's first line lies
    size_t filled; // lines from there on
} band_t;

static void start_band(const unn_step_t *step, band_t *band) {
    size_t pixel = step->channels * step->itemsize, left = step->layer->padding[1] * pixel;
    band->lines = step->scratch + unn_step_jumps_bytes(step);
    band->line = step->band_width * pixel;
    // a band of one window can end inside of the padding
    band->left = left < band->line ? left : band->line;
    band->inside = step->width * pixel < band->line - band->left ? step->width * pixel : band->line - band->left;
    band->first = band->filled = 0;
    fill(step, band->lines, step->band_height * band->line);
}

// Lines are short, so a call of memcpy would cost more than it copies.
static inline void copy_bytes(uint8_t *to, const uint8_t *from, size_t bytes) {
    size_t size = sizeof(unn_sixteen_t);
    if (bytes < size) {
        memcpy(to, from, bytes);
        return;
    }
    const uint8_t *last = from + bytes - size;
    uint8_t *to_last = to + bytes - size;
    do {
        *(unn_sixteen_t *)to = *(const unn_sixteen_t *)from;
        STEP(from, sizeof(unn_sixteen_t));
        STEP(to, sizeof(unn_sixteen_t));
    } while (from < last);
    // these overlap those before
    *(unn_sixteen_t *)to_last = *(const unn_sixteen_t *)last;
}

static void fill_band(const unn_step_t *step, band_t *band) {
    size_t whole = step->width * step->channels * step->itemsize;
    for (; band->filled < step->band_height; band->filled++) {
        size_t place = band->first + band->filled;
        place -= place < step->band_height ? 0 : step->band_height;
        uint8_t *line = band->lines + place * band->line + band->left;
        ptrdiff_t y = step->top + (ptrdiff_t)band->filled;
        if (y >= 0 && (size_t)y < step->height) {
            copy_bytes(line, step->in + (size_t)y * whole, band->inside);
        } else {
            fill(step, line, band->inside);
        }
    }
}

// Leaves `count` lines behind.
static void advance_band(const unn_step_t *step, band_t *band, size_t count) {
    if (count >= step->band_height) {
        band->first = band->filled = 0;
    } else {
        band->first += count;
        band->first -= band->first < step->band_height ? 0 : step->band_height;
        band->filled -= count;
    }
}

// Bytes from one run of a line of the window to the next.
static int32_t run_bytes(const unn_step_t *step) {
    return (int32_t)(step->layer->dilation[1] * step->channels * step->itemsize);
}

// Bytes that a kernel goes on by itself in a run.
static int32_t used_bytes(const unn_step_t *step) {
    return step->layer->operator == UNN_CONV2D ? (int32_t)(step->run_items * step->itemsize) : 0;
}

// The jumps along a line, which never change.
static void set_jumps(unn_step_t *step) {
    int32_t jump = run_bytes(step) - used_bytes(step);
    step->jumps = (int32_t *)step->scratch;
    for (size_t i = 0; i < step->runs; i++) {
        step->jumps[i] = jump;
    }
}

// The jumps to the next line of `line` bytes, in a ring of `ring` of them, from line `first` of it on.
static void set_line_jumps(const unn_step_t *step, size_t line, size_t ring, size_t first) {
    int32_t down = (int32_t)(step->layer->dilation[0] * line) - used_bytes(step)
        - run_bytes(step) * (int32_t)(step->line_runs - 1);
    for (size_t i = step->line_runs - 1; i < step->runs; i += step->line_runs) {
        step->jumps[i] = down;
        first += step->layer->dilation[0];
        if (first >= ring) {
            first -= ring;
            step->jumps[i] -= (int32_t)(ring * line);
        }
    }
}

// Runs the last block of a group where it is not whole: its channels that exist are copied from whole ones.
static void run_part(const unn_step_t *step, unn_row_t *row, unn_row_function_t run) {
    float blocks[PART_POSITIONS * UNN_BLOCK];
    size_t itemsize = step->itemsize, out_step = row->out_step;
    uint8_t *out = row->out;
    for (size_t left = row->positions; left > 0; left -= row->positions) {
        row->positions = left < PART_POSITIONS ? left : PART_POSITIONS;
        row->out = (uint8_t *)blocks;
        row->out_step = UNN_BLOCK * itemsize;
        run(step, row);
        for (size_t i = 0; i < row->positions; i++) {
            memcpy(out, row->out + i * row->out_step, row->channels * itemsize);
            out += out_step;
        }
        row->in += row->positions * step->step_bytes;
    }
}

void unn_run_windows(unn_step_t *step) {
    static const unn_row_function_t functions[][2] = {
        { unn_int8_conv2d, unn_float32_conv2d },
        { unn_int8_depthwise_conv2d, unn_float32_depthwise_conv2d },
        { unn_int8_max_pool, unn_float32_max_pool },
        { unn_average_pool, unn_average_pool },
    };
    const unn_layer_t *layer = step->layer;
    unn_row_function_t run = functions[layer->operator][step->itemsize > 1];
    bool convolution = layer->operator == UNN_CONV2D;
    size_t itemsize = step->itemsize, groups = convolution ? layer->groups : 1;
    size_t group_channels = step->out_channels / groups;
    // a convolution's block sees its whole group, any other's its own channels
    size_t group_bytes = convolution ? step->channels / groups * itemsize : 0;
    size_t in_bytes = convolution ? 0 : UNN_BLOCK * itemsize;
    size_t weight_bytes = unn_step_block_bytes(step);
    size_t parameter_bytes = UNN_BLOCK * sizeof(int32_t) * (itemsize == 1 ? 3 : 1);
    size_t rows = step->out_height, positions = step->out_width;
    size_t line = step->width * step->channels * itemsize, out_step = step->out_channels * itemsize;
    uint8_t *out = step->out;
    band_t band = { 0 };
    set_jumps(step);
    if (step->padded) {
        start_band(step, &band);
    } else {
        set_line_jumps(step, line, SIZE_MAX, 0);
    }
    if ((layer->kernel[0] | layer->kernel[1] | layer->stride[0] | layer->stride[1]) == 1 && !step->padded) {
        positions *= rows;
        rows = 1;
    }
    for (size_t i = 0; i < rows; i++) {
        step->top = (int32_t)(i * layer->stride[0]) - layer->padding[0];
        const uint8_t *in = step->in + i * layer->stride[0] * line;
        if (step->padded) {
            fill_band(step, &band);
            set_line_jumps(step, band.line, step->band_height, band.first);
            in = band.lines + band.first * band.line;
            advance_band(step, &band, layer->stride[0]);
        }
        unn_row_t row = { .weights = step->weights, .parameters = step->parameters };
        for (size_t j = 0; j < groups; j++) {
            row.in = in + j * group_bytes;
            row.out = out + j * group_channels * itemsize;
            row.out_step = out_step;
            row.positions = positions;
            for (size_t left = group_channels; left > 0; left -= row.channels) {
                row.channels = left < UNN_BLOCK ? left : UNN_BLOCK;
                if (left >= UNN_BLOCK || layer->operator == UNN_AVERAGE_POOL) {
                    run(step, &row);
                } else {
                    run_part(step, &row, run);
                }
                row.in += in_bytes;
                row.out += UNN_BLOCK * itemsize;
                row.weights += weight_bytes;
                row.parameters += parameter_bytes;
            }
        }
        out += positions * out_step;
    }
}
