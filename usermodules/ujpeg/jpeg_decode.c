#include "jpeg_decoder.h"

#include <string.h>

#include "area_resize.h"
#include "jerror.h"

#define READ_BUFFER_SIZE (4096)

// Encoders write about ten scans. A file with many of them makes the decoder
// work through the whole image for each.
#define MAX_SCANS (100)

// Upsampling looks at neighbouring columns: this many more than asked for are
// decoded, so that the edge of the region is as in the full image.
#define MARGIN (4)

static ujpeg_decoder_t *decoder_of(void *jpeg) {
    return ((j_common_ptr)jpeg)->client_data;
}

//
// Errors
//

static const char *kind_of_process(int marker) {
    switch (marker) {
        case 0xc3:
        case 0xcb:
            return " (lossless)";
        case 0xc5:
        case 0xc6:
        case 0xc7:
        case 0xcd:
        case 0xce:
        case 0xcf:
            return " (hierarchical)";
        default:
            return "";
    }
}

static void leave(ujpeg_decoder_t *decoder, ujpeg_status_t status) {
    decoder->status = status;
    longjmp(decoder->escape, 1);
}

// libjpeg's text, and where in the file and in the image.
static void leave_with_message(ujpeg_decoder_t *decoder) {
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    decoder->error.format_message((j_common_ptr)jpeg, decoder->message);
    size_t used = strlen(decoder->message);
    size_t left = sizeof(decoder->message) - used;
    unsigned long offset = (unsigned long)(decoder->bytes_taken - decoder->input.bytes_in_buffer);
    if (decoder->error.msg_code == JERR_SOF_UNSUPPORTED) {
        snprintf(decoder->message + used, left, "%s", kind_of_process(decoder->error.msg_parm.i[0]));
    } else if (jpeg->output_scanline > 0) {
        snprintf(decoder->message + used, left, " (at byte %lu, row %u)", offset, jpeg->output_scanline);
    } else {
        snprintf(decoder->message + used, left, " (at byte %lu)", offset);
    }
    leave(decoder, UJPEG_BAD_DATA);
}

static void error_exit(j_common_ptr jpeg) {
    ujpeg_decoder_t *decoder = decoder_of(jpeg);
    if (decoder->error.msg_code == JERR_OUT_OF_MEMORY) {
        leave(decoder, UJPEG_NO_MEMORY);
    }
    leave_with_message(decoder);
}

// libjpeg carries on after damage with a warning and invented pixels; a
// damaged picture must not be taken for a good one. Some warnings are only about
// the form of the headers.
static void emit_message(j_common_ptr jpeg, int level) {
    switch (jpeg->err->msg_code) {
        case JWRN_ADOBE_XFORM:
        case JWRN_JFIF_MAJOR:
        case JWRN_NOT_SEQUENTIAL:
            return;
        default:
            if (level < 0) {
                leave_with_message(decoder_of(jpeg));
            }
    }
}

static void refuse(ujpeg_decoder_t *decoder, const char *text) {
    snprintf(decoder->message, sizeof(decoder->message), "%s", text);
    leave(decoder, UJPEG_BAD_DATA);
}

static void check_progress(j_common_ptr jpeg) {
    ujpeg_decoder_t *decoder = decoder_of(jpeg);
    if (decoder->jpeg.input_scan_number > MAX_SCANS) {
        refuse(decoder, "more than 100 scans");
    }
}

//
// Source
//

static void nothing(j_decompress_ptr jpeg) {
}

static boolean fill_input_buffer(j_decompress_ptr jpeg) {
    ujpeg_decoder_t *decoder = decoder_of(jpeg);
    const ujpeg_source_t *source = decoder->source;
    ptrdiff_t size = 0;
    if (source->bytes == NULL) {
        size = source->read(source->context, decoder->buffer, READ_BUFFER_SIZE);
    }
    if (size < 0) {
        leave(decoder, UJPEG_READ_ERROR);
    }
    if (size == 0) {
        if (decoder->bytes_taken == 0) {
            ERREXIT(jpeg, JERR_INPUT_EMPTY);
        }
        ERREXIT(jpeg, JERR_INPUT_EOF);
    }
    decoder->bytes_taken += (size_t)size;
    decoder->input.next_input_byte = decoder->buffer;
    decoder->input.bytes_in_buffer = (size_t)size;
    return TRUE;
}

static void skip_input_data(j_decompress_ptr jpeg, long count) {
    struct jpeg_source_mgr *input = jpeg->src;
    size_t left = count > 0 ? (size_t)count : 0;
    while (left > input->bytes_in_buffer) {
        left -= input->bytes_in_buffer;
        input->bytes_in_buffer = 0;
        fill_input_buffer(jpeg);
    }
    input->next_input_byte += left;
    input->bytes_in_buffer -= left;
}

static void start_source(ujpeg_decoder_t *decoder) {
    struct jpeg_source_mgr *input = &decoder->input;
    input->init_source = nothing;
    input->fill_input_buffer = fill_input_buffer;
    input->skip_input_data = skip_input_data;
    input->resync_to_restart = jpeg_resync_to_restart;
    input->term_source = nothing;
    if (decoder->source->bytes != NULL) {
        input->next_input_byte = decoder->source->bytes;
        input->bytes_in_buffer = decoder->bytes_taken = decoder->source->length;
    } else {
        j_common_ptr jpeg = (j_common_ptr)&decoder->jpeg;
        decoder->buffer = jpeg->mem->alloc_small(jpeg, JPOOL_PERMANENT, READ_BUFFER_SIZE);
    }
    decoder->jpeg.src = input;
}

//
// Opening and header
//

ujpeg_decoder_t *ujpeg_open(const ujpeg_source_t *source) {
    ujpeg_decoder_t *decoder = ujpeg_memory_alloc(sizeof(*decoder));
    if (decoder == NULL) {
        return NULL;
    }
    memset(decoder, 0, sizeof(*decoder));
    decoder->source = source;
    decoder->jpeg.err = jpeg_std_error(&decoder->error);
    decoder->error.error_exit = error_exit;
    decoder->error.emit_message = emit_message;
    decoder->jpeg.client_data = decoder;
    if (setjmp(decoder->escape)) {
        ujpeg_close(decoder);
        return NULL;
    }
    jpeg_create_decompress(&decoder->jpeg);
    decoder->progress.progress_monitor = check_progress;
    decoder->jpeg.progress = &decoder->progress;
    start_source(decoder);
    return decoder;
}

void ujpeg_close(ujpeg_decoder_t *decoder) {
    jpeg_destroy_decompress(&decoder->jpeg);
    ujpeg_memory_free(decoder);
}

const char *ujpeg_message(const ujpeg_decoder_t *decoder) {
    return decoder->message;
}

size_t ujpeg_bytes_needed(const ujpeg_decoder_t *decoder) {
    return decoder->bytes_needed;
}

// A name for the usual ways of sampling chroma less often than luma.
static const char *name_of_sampling(const struct jpeg_decompress_struct *jpeg) {
    static const struct {
        uint8_t along_row;
        uint8_t along_column;
        char name[6];
    } samplings[] = {
        { 1, 1, "4:4:4" }, { 2, 1, "4:2:2" }, { 2, 2, "4:2:0" }, { 1, 2, "4:4:0" },
        { 4, 1, "4:1:1" }, { 4, 2, "4:1:0" }, { 1, 4, "4:4:1" },
    };
    const jpeg_component_info *component = jpeg->comp_info;
    if (jpeg->num_components != 3 || component[1].h_samp_factor != component[2].h_samp_factor
        || component[1].v_samp_factor != component[2].v_samp_factor) {
        return "";
    }
    for (size_t i = 0; i < sizeof(samplings) / sizeof(samplings[0]); ++i) {
        if (component[0].h_samp_factor == samplings[i].along_row * component[1].h_samp_factor
            && component[0].v_samp_factor == samplings[i].along_column * component[1].v_samp_factor) {
            return samplings[i].name;
        }
    }
    return "";
}

ujpeg_status_t ujpeg_read_header(ujpeg_decoder_t *decoder, ujpeg_header_t *header) {
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    if (setjmp(decoder->escape)) {
        return decoder->status;
    }
    jpeg_read_header(jpeg, TRUE);
    header->width = jpeg->image_width;
    header->height = jpeg->image_height;
    header->components = (uint8_t)jpeg->num_components;
    header->progressive = jpeg->progressive_mode;
    strcpy(header->subsampling, name_of_sampling(jpeg));
    return UJPEG_OK;
}

//
// Decoding
//

uint32_t ujpeg_scale_for_size(const ujpeg_region_t *region, uint32_t width, uint32_t height) {
    uint32_t scale = 8;
    while (scale > 1 && (region->width / scale < width || region->height / scale < height)) {
        scale /= 2;
    }
    return scale;
}

// Decodes columns [left, end) of the scaled image, and a little more; gives how
// far into libjpeg's rows they begin.
static uint32_t crop_columns(struct jpeg_decompress_struct *jpeg, uint32_t left, uint32_t end) {
    JDIMENSION start = left > MARGIN ? left - MARGIN : 0;
    JDIMENSION width = (jpeg->output_width - end > MARGIN ? end + MARGIN : jpeg->output_width) - start;
    jpeg_crop_scanline(jpeg, &start, &width);
    return left - start;
}

static void *take_memory(struct jpeg_decompress_struct *jpeg, size_t bytes) {
    return jpeg->mem->alloc_large((j_common_ptr)jpeg, JPOOL_IMAGE, bytes);
}

static void read_row(struct jpeg_decompress_struct *jpeg, uint8_t *pixels) {
    jpeg_read_scanlines(jpeg, &pixels, 1);
}

static void decode_scaled(ujpeg_decoder_t *decoder, const ujpeg_request_t *request) {
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    uint32_t left = request->region.x / request->scale;
    uint32_t offset = crop_columns(jpeg, left, left + request->width);
    jpeg_skip_scanlines(jpeg, request->region.y / request->scale);
    const plane_t *planes = request->planes;
    if (offset == 0 && jpeg->output_width == request->width && planes_are_interleaved(planes, request->channels)) {
        for (uint32_t row = 0; row < request->height; ++row) {
            read_row(jpeg, planes[0].data + (ptrdiff_t)row * planes[0].row_stride);
        }
        return;
    }
    uint8_t *pixels = take_memory(jpeg, (size_t)jpeg->output_width * request->channels);
    for (uint32_t row = 0; row < request->height; ++row) {
        read_row(jpeg, pixels);
        planes_store_row(planes, request->channels, row, pixels + (size_t)offset * request->channels, request->width);
    }
}

static void decode_resized(ujpeg_decoder_t *decoder, const ujpeg_request_t *request) {
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    const ujpeg_region_t *region = &request->region;
    area_axis_t columns = { region->x, region->width, request->scale, request->width };
    area_axis_t rows = { region->y, region->height, request->scale, request->height };
    uint32_t left = area_axis_first(&columns);
    uint32_t offset = crop_columns(jpeg, left, area_axis_end(&columns));
    uint8_t *pixels = take_memory(jpeg, (size_t)jpeg->output_width * request->channels);
    uint8_t *averaged = take_memory(jpeg, (size_t)request->width * request->channels);
    area_resize_t resize;
    area_resize_start(&resize, &columns, &rows, request->channels, left - offset,
        take_memory(jpeg, area_resize_memory(&columns, request->channels)));
    jpeg_skip_scanlines(jpeg, area_axis_first(&rows));
    uint32_t result_row = 0;
    for (uint32_t row = area_axis_first(&rows); row < area_axis_end(&rows); ++row) {
        read_row(jpeg, pixels);
        area_resize_add(&resize, pixels, row);
        while (area_resize_take(&resize, row, averaged)) {
            planes_store_row(request->planes, request->channels, result_row++, averaged, request->width);
        }
    }
}

ujpeg_status_t ujpeg_decode(ujpeg_decoder_t *decoder, const ujpeg_request_t *request) {
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    if (setjmp(decoder->escape)) {
        return decoder->status;
    }
    if (jpeg->num_components == 4) {
        refuse(decoder, "4 components (CMYK or YCCK) are not supported");
    }
    if (jpeg->num_components != 1 && jpeg->num_components != 3) {
        refuse(decoder, "neither 1 nor 3 components");
    }
    jpeg->out_color_space = request->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg->dct_method = JDCT_ISLOW;
    jpeg->scale_num = 1;
    jpeg->scale_denom = request->scale;
    jpeg_start_decompress(jpeg);
    if (request->resize) {
        decode_resized(decoder, request);
    } else {
        decode_scaled(decoder, request);
    }
    // Up to the end marker, to notice what is cut off or does not belong there.
    if (jpeg->output_scanline == jpeg->output_height) {
        jpeg_finish_decompress(jpeg);
    }
    return UJPEG_OK;
}
