// Runs small convolutional networks out of .unn files. docs/unn-format.md says
// what is in the file and what each operator computes. Nothing here knows of
// Python, and nothing allocates.

#ifndef UNN_H
#define UNN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Operators read up to this many bytes behind their input, without using them.
#define UNN_SLACK (32)

enum { UNN_INT8, UNN_FLOAT32 };
enum { UNN_IN_ARENA, UNN_IN_FILE };
enum {
    UNN_CONV2D, UNN_DEPTHWISE_CONV2D, UNN_MAX_POOL, UNN_AVERAGE_POOL, UNN_ADD, UNN_MULTIPLY,
    UNN_ACTIVATION, UNN_SOFTMAX, UNN_RESIZE, UNN_MOVE, UNN_CONVERT, UNN_RESHAPE, UNN_OPERATORS
};
enum { UNN_CLAMP, UNN_LEAKY_RELU, UNN_HARD_SWISH, UNN_HARD_SIGMOID, UNN_SIGMOID, UNN_TANH, UNN_FUNCTIONS };

// The tables of the file, used in place.
typedef struct _unn_header_t {
    uint8_t magic[4];
    uint16_t version;
    uint16_t zero;
    uint32_t bytes;
    uint32_t checksum;
    uint32_t arena_bytes;
    uint16_t tensors;
    uint16_t layers;
    uint16_t inputs;  // the first tensors
    uint16_t outputs; // the last ones
    uint32_t labels;
    uint32_t labels_offset;
    uint32_t labels_bytes;
} unn_header_t;

typedef struct _unn_tensor_t {
    uint8_t type;
    uint8_t dimensions;
    int8_t zero_point;
    uint8_t place;
    float scale;
    uint32_t shape[3];
    uint32_t offset;
    float pixel_scale; // of an input
    float pixel_offset;
} unn_tensor_t;

typedef struct _unn_layer_t {
    uint8_t operator;
    uint8_t option;
    uint16_t input[2];
    uint16_t output;
    uint16_t kernel[2]; // height, width; so are stride, padding and dilation
    uint16_t stride[2];
    uint16_t padding[2];
    uint16_t dilation[2];
    uint16_t groups;
    int8_t low; // what the activation lets through, for int8
    int8_t high;
    float lowest; // and for float32
    float highest;
    uint32_t weights;
    uint32_t parameters;
    uint32_t scratch;
} unn_layer_t;

typedef struct _unn_net_t {
    const uint8_t *file;
    const unn_header_t *header;
    const unn_tensor_t *tensors;
    const unn_layer_t *layers;
    uint64_t multiply_adds;
    uint64_t weight_bytes;
    const unn_tensor_t *tabled; // the input of which `table` holds the quantised uint8 pixels
    int8_t table[256];
} unn_net_t;

typedef struct _unn_error_t {
    int layer; // or -1
    const char *operator; // of the layer, or NULL
    const char *problem;
    uint32_t have;
    uint32_t need;
} unn_error_t;

// Checks a file, aligned to 4 bytes, so that no run of it can leave the file or
// the arena, which has UNN_SLACK bytes more than the header says. The file has
// to stay as it is for as long as the network is used.
bool unn_open(unn_net_t *net, const uint8_t *file, size_t bytes, unn_error_t *error);

// Normalises `count` pixels of type 'B', 'f' or 'd', `stride` bytes apart, into
// an input from item `start` on.
void unn_put_pixels(unn_net_t *net, uint8_t *arena, size_t input, size_t start, char type, const uint8_t *pixels,
    ptrdiff_t stride, size_t count);

void unn_run_layer(const unn_net_t *net, uint8_t *arena, size_t index);

// Copies the items of an output, an int8 one's as real numbers unless `raw`.
void unn_get_answer(const unn_net_t *net, const uint8_t *arena, size_t output, bool raw, void *answer);

const unn_tensor_t *unn_output(const unn_net_t *net, size_t output);
size_t unn_items(const unn_tensor_t *tensor);
uint64_t unn_layer_multiply_adds(const unn_net_t *net, size_t index);
const char *unn_operator_name(const unn_net_t *net, size_t index);

#endif // UNN_H
