// A libFuzzer target over ujpeg's algorithms. The last bytes of an input choose what
// is done with the image in front of them; what follows an image is no part of it.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame_search.h"
#include "jpeg_decode.h"

#define OPTION_BYTES (8)
#define MEMORY_LIMIT (32 * 1024 * 1024)
#define MAX_PIXELS (1 << 19)

#define CHECK(condition) if (!(condition)) { fprintf(stderr, "%d: %s\n", __LINE__, #condition); abort(); }

//
// Memory, limited and counted; one allocation of many fails
//

static size_t memory_used;
static int allocations_left;

void *ujpeg_memory_alloc(size_t bytes) {
    if (bytes > MEMORY_LIMIT - memory_used || allocations_left-- == 0) {
        return NULL;
    }
    size_t *memory = malloc(bytes + 16);
    memory[0] = bytes;
    memory_used += bytes;
    return (uint8_t *)memory + 16;
}

void ujpeg_memory_free(void *memory) {
    size_t *block = (size_t *)((uint8_t *)memory - 16);
    memory_used -= block[0];
    free(block);
}

//
// A source that gives pieces
//

typedef struct {
    const uint8_t *bytes;
    size_t length;
    size_t position;
    size_t piece;
} pieces_t;

static ptrdiff_t read_piece(void *context, uint8_t *buffer, size_t size) {
    pieces_t *pieces = context;
    size_t left = pieces->length - pieces->position;
    size_t count = size < pieces->piece ? size : pieces->piece;
    count = count < left ? count : left;
    memcpy(buffer, pieces->bytes + pieces->position, count);
    pieces->position += count;
    return (ptrdiff_t)count;
}

//
// Results: planes inside of a larger array, whose frame must stay as it was
//

#define BORDER (5)
#define UNTOUCHED (0xa5)

static uint8_t *planes_for(ujpeg_request_t *request, unsigned layout, size_t *bytes) {
    size_t channels = request->format == UJPEG_GRAY ? 1 : 3;
    size_t width = request->width, height = request->height;
    *bytes = width * height * channels + 2 * BORDER;
    uint8_t *pixels = malloc(*bytes);
    memset(pixels, UNTOUCHED, *bytes);
    for (size_t i = 0; i < channels; ++i) {
        ptrdiff_t row = (ptrdiff_t)(width * channels), column = (ptrdiff_t)channels;
        uint8_t *data = pixels + BORDER + i;
        switch (layout % 5) {
            case 1: // planes
                row = (ptrdiff_t)width;
                column = 1;
                data = pixels + BORDER + i * width * height;
                break;
            case 2: // upside down
                data += (ptrdiff_t)(height - 1) * row;
                row = -row;
                break;
            case 3: // transposed
                row = (ptrdiff_t)channels;
                column = (ptrdiff_t)(height * channels);
                break;
            case 4: // channels backwards
                data = pixels + BORDER + (channels - 1 - i);
                break;
            default:
                break;
        }
        request->planes[i] = (plane_t) { data, row, column };
    }
    return pixels;
}

static bool border_untouched(const uint8_t *pixels, size_t bytes) {
    bool untouched = true;
    for (size_t i = 0; i < BORDER; ++i) {
        untouched = untouched && pixels[i] == UNTOUCHED && pixels[bytes - 1 - i] == UNTOUCHED;
    }
    return untouched;
}

static ujpeg_status_t decode(ujpeg_decoder_t *decoder, const ujpeg_source_t *source, const uint8_t *options) {
    ujpeg_header_t header;
    ujpeg_status_t status = ujpeg_open(decoder, source, options[1] & 8, &header, NULL);
    if (status != UJPEG_OK || (uint64_t)header.width * header.height > MAX_PIXELS) {
        return status == UJPEG_OK ? UJPEG_NO_MEMORY : status;
    }
    ujpeg_request_t request = {
        .region = { 0, 0, header.width, header.height },
        .scale = 1u << (options[1] & 3),
        .resize = options[1] & 4,
        .format = (ujpeg_format_t)((options[1] >> 4) % 3),
    };
    if (options[1] & 0x80) {
        request.region.x = header.width * options[2] / 256;
        request.region.y = header.height * options[3] / 256;
        request.region.width = 1 + (header.width - request.region.x - 1) * options[4] / 255;
        request.region.height = 1 + (header.height - request.region.y - 1) * options[5] / 255;
    }
    request.width = (request.region.width + request.scale - 1) / request.scale;
    request.height = (request.region.height + request.scale - 1) / request.scale;
    if (request.resize) {
        request.width = 1u + options[6] % 128;
        request.height = 1u + options[6] / 2;
        request.scale = ujpeg_scale_for_size(&request.region, request.width, request.height);
    }
    size_t bytes;
    uint8_t *pixels = planes_for(&request, options[7], &bytes);
    status = ujpeg_decode(decoder, &request);
    CHECK(border_untouched(pixels, bytes));
    CHECK(ujpeg_rows(decoder) <= request.height);
    if ((options[1] & 8) && status == UJPEG_OK) {
        CHECK(ujpeg_rows(decoder) == request.height && ujpeg_warnings(decoder) == 0);
    }
    CHECK((status == UJPEG_BAD_DATA) <= (strlen(ujpeg_message(decoder)) > 0));
    free(pixels);
    return status;
}

static void search_frames(const uint8_t *data, size_t size, size_t piece) {
    enum { BUFFER = 4096 };
    uint8_t *buffer = malloc(BUFFER);
    frame_search_t search = { .inside = false };
    pieces_t pieces = { data, size, 0, piece };
    for (;;) {
        size_t length = frame_search_next(&search, buffer);
        CHECK(search.start + length <= search.filled && search.position <= search.filled);
        if (length > 0) {
            CHECK(buffer[search.start] == 0xff && buffer[search.start + length - 1] == 0xd9);
            continue;
        }
        frame_search_compact(&search, buffer);
        if (search.filled == BUFFER) {
            frame_search_give_up(&search);
            continue;
        }
        ptrdiff_t got = read_piece(&pieces, buffer + search.filled, BUFFER - search.filled);
        if (got == 0) {
            break;
        }
        search.filled += (size_t)got;
    }
    free(buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < OPTION_BYTES) {
        return 0;
    }
    size -= OPTION_BYTES;
    const uint8_t *options = data + size;
    bool failing = (options[0] & 0x70) == 0x70;
    allocations_left = failing ? options[0] & 15 : -1;
    pieces_t pieces = { data, size, 0, 1u + options[7] };
    ujpeg_source_t source = { data, size, NULL, NULL, false };
    if (options[0] & 1) {
        source = (ujpeg_source_t) { NULL, 0, read_piece, &pieces, options[0] & 2 };
    }
    ujpeg_decoder_t *decoder = ujpeg_decoder_new();
    if (decoder == NULL) {
        return 0;
    }
    ujpeg_header_t header;
    ujpeg_details_t details = { .wants_length = true };
    size_t length = ujpeg_open(decoder, &source, false, &header, &details) == UJPEG_OK ? details.length : 0;
    CHECK(length <= size && details.quality <= 100 && details.orientation <= 8);
    ujpeg_close(decoder);
    // The second time the decoder's memory is at hand already.
    size_t used = 0;
    for (int i = 0; i < 2; ++i) {
        pieces.position = 0;
        ujpeg_status_t status = decode(decoder, &source, options);
        if (source.shared && status == UJPEG_OK && length > 0 && (options[1] & 8)) {
            CHECK(pieces.position == length);
        }
        ujpeg_close(decoder);
        CHECK(i == 0 || failing || memory_used == used);
        used = memory_used;
    }
    ujpeg_decoder_free(decoder);
    CHECK(memory_used == 0);
    search_frames(data, size, 1u + options[7]);
    return 0;
}
