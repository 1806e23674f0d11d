// Runs small convolutional networks out of .unn files. docs/unn-format.md says
// what is in the file and what each operator computes. Nothing here knows of
// Python, and nothing allocates.

#ifndef UNN_H
#define UNN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UNN_INT8, UNN_FLOAT32 };
enum { UNN_NONE, UNN_RELU, UNN_RELU6 };
enum {
    UNN_CONV2D, UNN_DEPTHWISE_CONV2D, UNN_DENSE, UNN_MAX_POOL, UNN_AVERAGE_POOL,
    UNN_ACTIVATION, UNN_SOFTMAX, UNN_FLATTEN, UNN_OPERATORS
};

// The tables of the file, used in place.
typedef struct _unn_header_t {
    uint8_t magic[4];
    uint16_t version;
    uint16_t zero;
    uint32_t bytes;
    uint32_t checksum;
    uint32_t arena_bytes;
    float scale;
    float offset;
    uint16_t layers;
    uint16_t labels;
    uint32_t labels_offset;
    uint32_t labels_bytes;
} unn_header_t;

typedef struct _unn_tensor_t {
    uint8_t type;
    uint8_t dimensions;
    int8_t zero_point;
    uint8_t zero;
    float scale;
    uint32_t shape[3];
    uint32_t arena_offset;
    uint32_t zero2;
} unn_tensor_t;

typedef struct _unn_layer_t {
    uint8_t operator;
    uint8_t activation;
    uint16_t zero;
    uint16_t kernel[2]; // height, width; so are stride and padding
    uint16_t stride[2];
    uint16_t padding[2];
    uint32_t weights;
    uint32_t channels;
    uint32_t scratch;
    uint32_t zero2;
} unn_layer_t;

typedef struct _unn_net_t {
    const uint8_t *file;
    const unn_header_t *header;
    const unn_tensor_t *tensors; // layers + 1
    const unn_layer_t *layers;
    uint64_t multiply_adds;
    uint64_t weight_bytes;
    int8_t quantised[256]; // uint8 pixels of an int8 network
} unn_net_t;

typedef struct _unn_error_t {
    int layer; // or -1
    const char *operator; // of the layer, or NULL
    const char *problem;
    uint32_t have;
    uint32_t need;
} unn_error_t;

// Checks a file, aligned to 4 bytes, so that no run of it can leave the file or
// the arena. The file has to stay as it is for as long as the network is used.
bool unn_open(unn_net_t *net, const uint8_t *file, size_t bytes, unn_error_t *error);

// Normalises `count` pixels of type 'B', 'f' or 'd', `stride` bytes apart, into
// the first tensor from item `start` on.
void unn_put_pixels(const unn_net_t *net, uint8_t *arena, size_t start, char type, const uint8_t *pixels,
    ptrdiff_t stride, size_t count);

void unn_run(const unn_net_t *net, uint8_t *arena);

// Copies the last tensor's items as real numbers.
void unn_get_answer(const unn_net_t *net, const uint8_t *arena, float *answer);

size_t unn_items(const unn_tensor_t *tensor);

#endif // UNN_H
