// One layer about to run: its sizes and where its data lies.

#ifndef UNN_STEP_H
#define UNN_STEP_H

#include "unn.h"

// Output channels are computed, and their weights stored, in blocks of this many.
#define UNN_BLOCK (8)
// The weights of an int8 convolution are stored in groups of this many.
#define UNN_GROUP (4)

typedef struct _unn_step_t {
    const unn_layer_t *layer;
    const unn_tensor_t *source;
    const unn_tensor_t *second; // or source, for an operator of one input
    const unn_tensor_t *target;
    size_t height, width, channels;
    size_t out_height, out_width, out_channels;
    size_t itemsize; // of the input
    const uint8_t *in;
    const uint8_t *in_second;
    uint8_t *out;
    uint8_t *scratch;
    const uint8_t *weights;
    const uint8_t *parameters;

    // Operators with a window. It consists of `runs` pieces of `run_items` items
    // each that lie together; jumps[i] bytes lead from where a kernel stands after
    // one (its end for conv2d, otherwise its start) to the start of the next.
    size_t runs, run_items;
    size_t line_runs; // of one line of the window
    int32_t *jumps;
    size_t step_bytes; // from one window to the next
    bool padded; // windows may reach over the edge
    size_t band_height, band_width; // pixels that the windows of a row see
    int32_t top; // of the row's windows, for a pool that leaves padding out
} unn_step_t;

// Windows side by side, and one whole block of the channels that are made of them.
typedef struct _unn_row_t {
    const uint8_t *in;
    uint8_t *out;
    size_t out_step; // bytes from one position to the next
    const uint8_t *weights;
    const uint8_t *parameters;
    size_t channels; // of the block that exist; the average alone leaves out the others
    size_t positions;
} unn_row_t;

typedef void (*unn_row_function_t)(const unn_step_t *step, const unn_row_t *row);

static inline size_t unn_whole_blocks(size_t items, size_t block) {
    return (items + block - 1) / block * block;
}

// Goes on behind what was just loaded, in such a way that the compiler makes it
// a part of the load instead of putting steps together.
#define STEP(from, count) \
    do { \
        (from) += (count); \
        __asm__ ("" : "+r" (from)); \
    } while (0)

// Any sixteen bytes, to copy or to change at once.
typedef uint8_t unn_sixteen_t __attribute__((vector_size(16), aligned(1), may_alias));

static inline size_t unn_itemsize(const unn_tensor_t *tensor) {
    return tensor->type == UNN_INT8 ? 1 : sizeof(float);
}

static inline bool unn_has_window(const unn_layer_t *layer) {
    return layer->operator <= UNN_AVERAGE_POOL;
}

void unn_step_set(unn_step_t *step, const unn_net_t *net, size_t index);

// Bytes of the table of jumps, which begins the scratch memory, and of the
// padded lines behind it.
uint64_t unn_step_jumps_bytes(const unn_step_t *step);
uint64_t unn_step_band_bytes(const unn_step_t *step);
// Bytes of the weights of one block of channels.
uint64_t unn_step_block_bytes(const unn_step_t *step);

// Runs the operators with a window.
void unn_run_windows(unn_step_t *step);

int8_t unn_quantise(const unn_tensor_t *tensor, double value);
// exp of a value not above 0, and the functions made of it.
float unn_exp_negative(float x);

void unn_int8_conv2d(const unn_step_t *step, const unn_row_t *row);
void unn_int8_depthwise_conv2d(const unn_step_t *step, const unn_row_t *row);
void unn_int8_max_pool(const unn_step_t *step, const unn_row_t *row);
void unn_float32_conv2d(const unn_step_t *step, const unn_row_t *row);
void unn_float32_depthwise_conv2d(const unn_step_t *step, const unn_row_t *row);
void unn_float32_max_pool(const unn_step_t *step, const unn_row_t *row);
void unn_average_pool(const unn_step_t *step, const unn_row_t *row);

// The sums of the items of one window, for eight channels.
void unn_int8_sum_window(const unn_step_t *step, const uint8_t *in, int32_t *items);
void unn_float32_sum_window(const unn_step_t *step, const uint8_t *in, float *items);

// Normalises uint8 pixels, in whole eights, and returns how many.
size_t unn_float32_normalise(const unn_tensor_t *tensor, float *items, const uint8_t *pixels, size_t count);

void unn_add(const unn_step_t *step);
void unn_multiply(const unn_step_t *step);
void unn_activation(const unn_step_t *step);
void unn_softmax(const unn_step_t *step);
void unn_resize(const unn_step_t *step);
void unn_move(const unn_step_t *step);
void unn_convert(const unn_step_t *step);

#endif // UNN_STEP_H
