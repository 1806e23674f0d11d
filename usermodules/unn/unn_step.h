// One layer about to run: its sizes and where its data lies.

#ifndef UNN_STEP_H
#define UNN_STEP_H

#include "unn.h"

// Output channels are stored in whole blocks, and so are the weights of one.
#define UNN_CHANNEL_BLOCK (4)
#define UNN_INT8_ROW_BLOCK (8)
#define UNN_FLOAT32_ROW_BLOCK (4)

typedef struct _unn_step_t {
    const unn_layer_t *layer;
    const unn_tensor_t *source;
    const unn_tensor_t *target;
    size_t height, width, channels;
    size_t out_height, out_width, out_channels;
    size_t row_items;   // weights of one output channel in whole blocks (conv2d, dense)
    size_t pixel_bytes; // of the input
    const uint8_t *in;
    uint8_t *out;
    uint8_t *scratch;
    const uint8_t *weights;
    const int32_t *bias; // float for float32
    const int32_t *multipliers;
    const int32_t *shifts;
    int8_t low, high;      // what the activation lets through, for int8
    float lowest, highest; // and for float32
} unn_step_t;

static inline size_t unn_whole_blocks(size_t items, size_t block) {
    return (items + block - 1) / block * block;
}

void unn_step_set_sizes(unn_step_t *step, const unn_net_t *net, size_t index);
void unn_step_set_parameters(unn_step_t *step, const unn_net_t *net);

// Copies the window whose corner is (y, x), which may lie outside, as one row.
void unn_step_copy_window(const unn_step_t *step, ptrdiff_t y, ptrdiff_t x, uint8_t *row);

// The same, without a copy where the window lies inside: its first item, and the
// bytes from one of its lines to the next. `row` is used where it does not.
static inline const uint8_t *unn_step_window(const unn_step_t *step, ptrdiff_t y, ptrdiff_t x,
    uint8_t *row, size_t *line) {
    size_t height = step->layer->kernel[0], width = step->layer->kernel[1];
    if (y >= 0 && x >= 0 && (size_t)y + height <= step->height && (size_t)x + width <= step->width) {
        *line = step->width * step->pixel_bytes;
        return step->in + ((size_t)y * step->width + (size_t)x) * step->pixel_bytes;
    }
    unn_step_copy_window(step, y, x, row);
    *line = width * step->pixel_bytes;
    return row;
}

// The part of a window along an axis that lies inside: from its item *first on, *count items.
static inline void unn_clip(ptrdiff_t start, size_t kernel, size_t size, size_t *first, size_t *count) {
    ptrdiff_t end = start + (ptrdiff_t)kernel;
    *first = start < 0 ? (size_t)-start : 0;
    *count = (size_t)((end < (ptrdiff_t)size ? end : (ptrdiff_t)size) - start) - *first;
}

int8_t unn_quantise(const unn_net_t *net, double pixel);

void unn_int8_conv2d(const unn_step_t *step);
void unn_int8_depthwise_conv2d(const unn_step_t *step);
void unn_int8_dense(const unn_step_t *step);
void unn_int8_max_pool(const unn_step_t *step);
void unn_int8_average_pool(const unn_step_t *step);
void unn_int8_activation(const unn_step_t *step);
void unn_int8_softmax(const unn_step_t *step);

void unn_float32_conv2d(const unn_step_t *step);
void unn_float32_depthwise_conv2d(const unn_step_t *step);
void unn_float32_dense(const unn_step_t *step);
void unn_float32_max_pool(const unn_step_t *step);
void unn_float32_average_pool(const unn_step_t *step);
void unn_float32_activation(const unn_step_t *step);
void unn_float32_softmax(const unn_step_t *step);

#endif // UNN_STEP_H
