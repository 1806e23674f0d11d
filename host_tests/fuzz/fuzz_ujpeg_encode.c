// A libFuzzer target over ujpeg's encoder: what it writes is one whole image, from which
// ujpeg's decoder reads again what went in. The first bytes choose the image and how it is
// encoded, the others are its pixels.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jpeg_decode.h"
#include "jpeg_encode.h"

#define OPTION_BYTES (10)
#define OUTPUT_BYTES (1 << 20)

#define CHECK(condition) if (!(condition)) { fprintf(stderr, "%d: %s\n", __LINE__, #condition); abort(); }

void *ujpeg_memory_alloc(size_t bytes) {
    return malloc(bytes);
}

void ujpeg_memory_free(void *memory) {
    free(memory);
}

typedef struct {
    uint8_t *bytes;
    size_t length;
} output_t;

static void append(void *context, const uint8_t *bytes, size_t count) {
    output_t *output = context;
    CHECK(count <= OUTPUT_BYTES - output->length);
    memcpy(output->bytes + output->length, bytes, count);
    output->length += count;
}

// Rows of pixels, of planes, or either from right to left.
static void lay_out(ujpeg_image_t *image, uint8_t *pixels, uint32_t layout) {
    ptrdiff_t width = (ptrdiff_t)image->width;
    ptrdiff_t channels = (ptrdiff_t)image->channels;
    for (ptrdiff_t i = 0; i < channels; ++i) {
        plane_t plane = { pixels + i, width * channels, channels };
        if (layout & 1) {
            plane = (plane_t) { pixels + i * width * (ptrdiff_t)image->height, width, 1 };
        }
        if (layout & 2) {
            plane.data += (width - 1) * plane.column_stride;
            plane.column_stride = -plane.column_stride;
        }
        image->planes[i] = plane;
    }
}

static uint8_t pixel_of(const ujpeg_image_t *image, uint32_t x, uint32_t y) {
    const plane_t *plane = &image->planes[0];
    return plane->data[(ptrdiff_t)y * plane->row_stride + (ptrdiff_t)x * plane->column_stride];
}

static void check_header(ujpeg_decoder_t *decoder, const ujpeg_source_t *source, const ujpeg_image_t *image) {
    ujpeg_header_t header;
    ujpeg_details_t details = { .wants_length = true };
    CHECK(ujpeg_open(decoder, source, true, &header, &details) == UJPEG_OK);
    CHECK(details.length == source->length && !details.progressive && details.restart == image->restart);
    CHECK(details.comment_length == image->comment_length);
    CHECK(memcmp(details.comment_length > 0 ? details.comment : image->comment, image->comment,
        image->comment_length) == 0);
    const char *name = image->channels == 1 ? NULL : image->horizontal == 1 ? "4:4:4"
        : image->vertical == 1 ? "4:2:2" : "4:2:0";
    CHECK(name == NULL ? details.subsampling == NULL : strcmp(details.subsampling, name) == 0);
    ujpeg_close(decoder);
}

static void check_pixels(ujpeg_decoder_t *decoder, const ujpeg_source_t *source, const ujpeg_image_t *image) {
    ujpeg_header_t header;
    CHECK(ujpeg_open(decoder, source, true, &header, NULL) == UJPEG_OK);
    CHECK(header.width == image->width && header.height == image->height && header.components == image->channels);
    uint8_t *gray = malloc((size_t)image->width * image->height);
    ujpeg_request_t request = {
        .region = { 0, 0, image->width, image->height },
        .scale = 1,
        .width = image->width,
        .height = image->height,
        .format = UJPEG_GRAY,
        .planes = { { gray, (ptrdiff_t)image->width, 1 } },
    };
    CHECK(ujpeg_decode(decoder, &request) == UJPEG_OK && ujpeg_warnings(decoder) == 0);
    for (uint32_t y = 0; image->channels == 1 && image->quality == 100 && y < image->height; ++y) {
        for (uint32_t x = 0; x < image->width; ++x) {
            // Steps of 1: 64 coefficients are wrong by a half each at most.
            CHECK(abs(gray[(size_t)y * image->width + x] - pixel_of(image, x, y)) <= 6);
        }
    }
    free(gray);
    ujpeg_close(decoder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < OPTION_BYTES) {
        return 0;
    }
    const uint8_t *options = data;
    data += OPTION_BYTES;
    size -= OPTION_BYTES;
    bool chroma = options[2] & 1;
    ujpeg_image_t image = {
        .width = 1u + options[0] % 80,
        .height = 1u + options[1] % 60,
        .channels = chroma ? 3 : 1,
        .quality = options[3] > 200 ? 100 : 1u + options[3] / 2,
        .horizontal = chroma && (options[2] & 6) ? 2 : 1,
        .vertical = chroma && (options[2] & 4) ? 2 : 1,
        .restart = options[4] & 1 ? options[5] : 0,
        .comment = data,
        .comment_length = options[6] < size ? options[6] : size,
        .exif = data,
        .exif_length = options[7] < size ? options[7] : size,
        .write = append,
    };
    size_t count = (size_t)image.width * image.height * image.channels;
    uint8_t *pixels = malloc(count);
    for (size_t i = 0; i < count; ++i) {
        pixels[i] = size > 0 ? data[i % size] : options[8];
    }
    lay_out(&image, pixels, options[9]);
    output_t output = { malloc(OUTPUT_BYTES), 0 };
    image.context = &output;
    void *memory = malloc(ujpeg_encode_memory(&image));
    ujpeg_encode(&image, memory);
    free(memory);

    ujpeg_source_t source = { output.bytes, output.length, NULL, NULL, false };
    ujpeg_decoder_t *decoder = ujpeg_decoder_new();
    check_header(decoder, &source, &image);
    check_pixels(decoder, &source, &image);
    ujpeg_decoder_free(decoder);
    free(output.bytes);
    free(pixels);
    return 0;
}
