// A libFuzzer target over unn's loader and over runs of what loads. The last bytes of
// an input choose what is done with the file in front of them.

#include <stdlib.h>
#include <string.h>

#include "unn_step.h"

#define OPTION_BYTES (4)
#define MOST_ARENA (1 << 20)
#define MOST_WORK (1 << 20)
#define CHECK(condition) if (!(condition)) { abort(); }

static uint32_t crc32(const uint8_t *data, size_t bytes) {
    uint32_t crc = 0xffffffff;
    while (bytes--) {
        crc ^= *data++;
        for (int i = 0; i < 8; i++) {
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
        }
    }
    return ~crc;
}

// What stands before everything else that the loader looks at.
static void mend_header(uint8_t *file, size_t size) {
    static const uint8_t start[8] = { 'U', 'N', 'N', 0, 2 };
    uint32_t bytes = (uint32_t)size;
    memcpy(file, start, sizeof(start));
    memcpy(file + offsetof(unn_header_t, bytes), &bytes, sizeof(bytes));
    size_t checked = offsetof(unn_header_t, arena_bytes);
    uint32_t checksum = crc32(file + checked, size - checked);
    memcpy(file + offsetof(unn_header_t, checksum), &checksum, sizeof(checksum));
}

// Items that a run touches, with all the windows.
static uint64_t work_of(const unn_net_t *net) {
    uint64_t work = net->multiply_adds;
    for (size_t i = 0; i < net->header->layers; i++) {
        unn_step_t step;
        unn_step_set(&step, net, i);
        uint64_t items = unn_items(step.source) + unn_items(step.target);
        if (unn_has_window(step.layer)) {
            items += step.runs * (uint64_t)unn_items(step.target) + step.runs * (uint64_t)step.out_height;
            items += unn_step_band_bytes(&step) + unn_step_block_bytes(&step);
        }
        work += items;
    }
    return work;
}

// Pixels of each type, one after the other or apart, in a piece of memory that ends with the last one.
static void put_image(unn_net_t *net, uint8_t *arena, size_t input, const uint8_t *options) {
    static const char types[] = { 'B', 'f', 'd' };
    static const size_t sizes[] = { 1, sizeof(float), sizeof(double) };
    size_t kind = options[1] % 3, size = sizes[kind], apart = 1 + (options[1] >> 2 & 3);
    size_t count = unn_items(&net->tensors[input]), bytes = (count - 1) * apart * size + size;
    uint8_t *pixels = malloc(bytes);
    for (size_t i = 0; i < bytes; i++) {
        pixels[i] = (uint8_t)(i * options[2] + options[3]);
    }
    // in two parts, as from rows of an image
    size_t half = count / 2;
    bool backwards = options[1] & 0x80;
    ptrdiff_t step = (ptrdiff_t)(apart * size);
    const uint8_t *last = pixels + (bytes - size);
    unn_put_pixels(net, arena, input, 0, types[kind], backwards ? last : pixels, backwards ? -step : step, half);
    unn_put_pixels(net, arena, input, half, types[kind], pixels, step, count - half);
    free(pixels);
}

static void run(unn_net_t *net, const uint8_t *options) {
    size_t bytes = net->header->arena_bytes + UNN_SLACK;
    uint8_t *arena = malloc(bytes); // guarded behind its last byte
    memset(arena, options[2], bytes);
    for (size_t i = 0; i < net->header->inputs; i++) {
        put_image(net, arena, i, options);
    }
    for (size_t i = 0; i < net->header->layers; i++) {
        unn_run_layer(net, arena, i);
    }
    for (size_t i = 0; i < net->header->outputs; i++) {
        const unn_tensor_t *tensor = unn_output(net, i);
        bool raw = options[0] & 2;
        void *answer = malloc(unn_items(tensor) * (raw ? unn_itemsize(tensor) : sizeof(float)));
        unn_get_answer(net, arena, i, raw, answer);
        free(answer);
    }
    free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < OPTION_BYTES) {
        return 0;
    }
    size -= OPTION_BYTES;
    const uint8_t *options = data + size;
    uint8_t *file = malloc(size > 0 ? size : 1);
    memcpy(file, data, size);
    if (size >= sizeof(unn_header_t) && !(options[0] & 1)) {
        mend_header(file, size);
    }
    unn_net_t net;
    unn_error_t error;
    if (unn_open(&net, file, size, &error)) {
        CHECK(net.weight_bytes <= (uint64_t)size * net.header->layers);
        for (size_t i = 0; i < net.header->layers; i++) {
            CHECK(unn_operator_name(&net, i) != NULL);
        }
        if (net.header->arena_bytes <= MOST_ARENA && work_of(&net) <= MOST_WORK) {
            run(&net, options);
        }
    } else {
        CHECK(error.problem != NULL && error.layer < (int)(UINT16_MAX + 1));
    }
    free(file);
    return 0;
}
