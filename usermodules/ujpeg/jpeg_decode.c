#define JPEG_INTERNALS
#include "jpeg_decoder.h"

#include <string.h>

#include "area_resize.h"
#include "jpeg_tables.h"
#include "pixels.h"

// Encoders write about ten scans. A file with many of them makes the decoder
// work through the whole image for each, with next to no data.
#define MAX_SCANS (100)
#define FREE_BLOCKS (4000000)
#define BLOCKS_OF_BYTE (64)

// Upsampling looks at neighbouring columns: this many more than asked for are
// decoded, so that the edge of the region is as in the full image.
#define MARGIN (4)

//
// Errors
//

void ujpeg_leave(ujpeg_decoder_t *decoder, ujpeg_status_t status) {
    decoder->status = status;
    longjmp(decoder->escape, 1);
}

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

// libjpeg's text, and where in the file and in the image.
static void keep_message(ujpeg_decoder_t *decoder) {
    const struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    size_t size = sizeof(decoder->message);
    jpeg_errors_describe(&decoder->error, decoder->message, size);
    size_t used = strlen(decoder->message);
    int place[] = { (int)ujpeg_position(decoder), (int)jpeg->output_scanline };
    const char *format = jpeg->output_scanline > 0 ? " (at byte %u, row %u)" : " (at byte %u)";
    if (decoder->error.msg_code == JERR_SOF_UNSUPPORTED) {
        format = kind_of_process(decoder->error.msg_parm.i[0]);
    }
    format_text(decoder->message + used, size - used, format, place);
}

static void note_fault(ujpeg_decoder_t *decoder) {
    if (decoder->warnings++ == 0) {
        keep_message(decoder);
    }
}

static void error_exit(j_common_ptr jpeg) {
    ujpeg_decoder_t *decoder = decoder_of(jpeg);
    if (decoder->error.msg_code == JERR_OUT_OF_MEMORY) {
        ujpeg_leave(decoder, UJPEG_NO_MEMORY);
    }
    note_fault(decoder);
    ujpeg_leave(decoder, UJPEG_BAD_DATA);
}

// libjpeg carries on after damage with a warning and invented pixels; unless it
// was asked for, a damaged picture must not be taken for a good one. Some
// warnings are only about the form of the headers.
static void emit_message(j_common_ptr jpeg, int level) {
    ujpeg_decoder_t *decoder = decoder_of(jpeg);
    switch (decoder->error.msg_code) {
        case JWRN_ADOBE_XFORM:
        case JWRN_JFIF_MAJOR:
        case JWRN_NOT_SEQUENTIAL:
            return;
        case JWRN_HIT_MARKER:
            decoder->ended = decoder->ended || decoder->jpeg.unread_marker == JPEG_EOI;
            break;
        default:
            break;
    }
    if (decoder->strict) {
        error_exit(jpeg);
    }
    note_fault(decoder);
}

static void reset_error(j_common_ptr jpeg) {
}

static void refuse(ujpeg_decoder_t *decoder, const char *text) {
    decoder->warnings = 1;
    format_text(decoder->message, sizeof(decoder->message), text, NULL);
    ujpeg_leave(decoder, UJPEG_BAD_DATA);
}

// Bounds the time that a small file can take.
static void check_progress(j_common_ptr common) {
    ujpeg_decoder_t *decoder = decoder_of(common);
    const struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    if (jpeg->input_scan_number == decoder->scans) {
        return;
    }
    decoder->scans = jpeg->input_scan_number;
    decoder->work += (uint64_t)jpeg->MCUs_per_row * jpeg->MCU_rows_in_scan * (uint64_t)jpeg->blocks_in_MCU;
    if (decoder->scans > MAX_SCANS) {
        refuse(decoder, "more than 100 scans");
    }
    if (jpeg->inputctl->has_multiple_scans
        && decoder->work > FREE_BLOCKS + (uint64_t)ujpeg_position(decoder) * BLOCKS_OF_BYTE) {
        refuse(decoder, "too many scans for so few data");
    }
}

//
// Opening and header
//

const size_t ujpeg_decoder_bytes = sizeof(ujpeg_decoder_t);

ujpeg_decoder_t *ujpeg_decoder_new(void) {
    ujpeg_decoder_t *decoder = ujpeg_memory_alloc(sizeof(*decoder));
    if (decoder != NULL) {
        memset(decoder, 0, sizeof(*decoder));
    }
    return decoder;
}

void ujpeg_decoder_free(ujpeg_decoder_t *decoder) {
    ujpeg_free_cache(decoder);
    ujpeg_memory_free(decoder);
}

void ujpeg_close(ujpeg_decoder_t *decoder) {
    jpeg_destroy_decompress(&decoder->jpeg);
}

const char *ujpeg_message(const ujpeg_decoder_t *decoder) {
    return decoder->warnings > 0 ? decoder->message : "";
}

size_t ujpeg_bytes_needed(const ujpeg_decoder_t *decoder) {
    return decoder->bytes_needed;
}

uint32_t ujpeg_rows(const ujpeg_decoder_t *decoder) {
    return decoder->rows;
}

uint32_t ujpeg_warnings(const ujpeg_decoder_t *decoder) {
    return decoder->warnings;
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
        return NULL;
    }
    for (size_t i = 0; i < sizeof(samplings) / sizeof(samplings[0]); ++i) {
        if (component[0].h_samp_factor == samplings[i].along_row * component[1].h_samp_factor
            && component[0].v_samp_factor == samplings[i].along_column * component[1].v_samp_factor) {
            return samplings[i].name;
        }
    }
    return NULL;
}

static uint8_t estimated_quality(const struct jpeg_decompress_struct *jpeg) {
    const JQUANT_TBL *table = jpeg->quant_tbl_ptrs[jpeg->comp_info[0].quant_tbl_no & 3];
    uint8_t best = 0;
    uint32_t least = UINT32_MAX;
    for (uint8_t quality = 100; table != NULL && quality > 0; --quality) {
        uint32_t difference = 0;
        for (uint32_t i = 0; i < 64 && difference < least; ++i) {
            int32_t step = jpeg_quantizer(0, i, quality) - table->quantval[i];
            difference += (uint32_t)(step < 0 ? -step : step);
        }
        if (difference < least) {
            least = difference;
            best = quality;
        }
    }
    return best;
}

static void complete_details(ujpeg_decoder_t *decoder) {
    const struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    ujpeg_details_t *details = decoder->details;
    details->subsampling = name_of_sampling(jpeg);
    details->progressive = jpeg->progressive_mode;
    details->restart = jpeg->restart_interval;
    details->quality = estimated_quality(jpeg);
    if (details->wants_length) {
        details->length = ujpeg_find_end(decoder);
    }
}

ujpeg_status_t ujpeg_open(ujpeg_decoder_t *decoder, const ujpeg_source_t *source, bool strict,
    ujpeg_header_t *header, ujpeg_details_t *details) {
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    // All but the memory that is kept begins anew.
    void *cache = decoder->cache;
    memset(decoder, 0, sizeof(*decoder));
    decoder->cache = cache;
    decoder->source = source;
    decoder->details = details;
    decoder->strict = strict;
    decoder->error.error_exit = error_exit;
    decoder->error.emit_message = emit_message;
    decoder->error.reset_error_mgr = reset_error;
    decoder->progress.progress_monitor = check_progress;
    jpeg->err = &decoder->error;
    jpeg->client_data = decoder;
    if (setjmp(decoder->escape)) {
        return decoder->status;
    }
    jpeg_create_decompress(jpeg);
    jpeg->progress = &decoder->progress;
    ujpeg_start_input(decoder);
    if (details != NULL) {
        ujpeg_want_segments(decoder);
    }
    jpeg_read_header(jpeg, TRUE);
    header->width = jpeg->image_width;
    header->height = jpeg->image_height;
    header->components = (uint8_t)jpeg->num_components;
    if (details != NULL) {
        complete_details(decoder);
    }
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

static uint8_t *take_row(struct jpeg_decompress_struct *jpeg) {
    return take_memory(jpeg, (size_t)jpeg->output_width * (size_t)jpeg->output_components);
}

// How many rows of the scaled image are from data, not invented. A block takes a bit
// at least: no damage makes a large picture of a small file.
static uint32_t rows_reached(const ujpeg_decoder_t *decoder) {
    const struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    const jpeg_component_info *first = jpeg->comp_info;
    uint32_t unit_rows = (uint32_t)(jpeg->max_v_samp_factor * jpeg->min_DCT_scaled_size);
    uint64_t blocks = (uint64_t)ujpeg_position(decoder) * 8;
    uint64_t paid = blocks * unit_rows / ((uint64_t)first->width_in_blocks * (uint32_t)first->v_samp_factor);
    uint32_t rows = jpeg->output_height;
    // A progressive image has all of its rows, coarsely, after the first scan.
    bool all_rows = jpeg->inputctl->has_multiple_scans && (jpeg->input_scan_number > 1
        || (jpeg->input_iMCU_row == jpeg->total_iMCU_rows && !jpeg->entropy->insufficient_data));
    if (decoder->ended && !all_rows) {
        rows = jpeg->master->last_good_iMCU_row * unit_rows;
    }
    return rows < paid ? rows : (uint32_t)paid;
}

// False where the data do not reach that far.
static bool read_row(ujpeg_decoder_t *decoder, uint8_t *pixels, uint32_t channels) {
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    uint32_t row = jpeg->output_scanline;
    jpeg_read_scanlines(jpeg, &pixels, 1);
    if (jpeg->out_color_space == JCS_CMYK) {
        pixels_cmyk_to_rgb(pixels, jpeg->output_width);
        if (channels == 1) {
            pixels_rgb_to_gray(pixels, jpeg->output_width);
        }
    }
    return row < rows_reached(decoder);
}

static void complete_row(ujpeg_decoder_t *decoder, const ujpeg_request_t *request) {
    ++decoder->rows;
    if (request->row_done != NULL) {
        request->row_done(request->context);
    }
}

static void decode_scaled(ujpeg_decoder_t *decoder, const ujpeg_request_t *request, uint32_t channels) {
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    uint32_t left = request->region.x / request->scale;
    uint32_t offset = crop_columns(jpeg, left, left + request->width);
    jpeg_skip_scanlines(jpeg, request->region.y / request->scale);
    const plane_t *planes = request->planes;
    bool direct = offset == 0 && jpeg->output_width == request->width && jpeg->out_color_space != JCS_CMYK
        && planes_are_interleaved(planes, channels);
    uint8_t *pixels = direct ? NULL : take_row(jpeg);
    while (decoder->rows < request->height) {
        uint8_t *target = direct ? planes[0].data + (ptrdiff_t)decoder->rows * planes[0].row_stride : pixels;
        if (!read_row(decoder, target, channels)) {
            return;
        }
        if (!direct) {
            planes_store_row(planes, channels, decoder->rows, pixels + (size_t)offset * channels, request->width);
        }
        complete_row(decoder, request);
    }
}

static void decode_resized(ujpeg_decoder_t *decoder, const ujpeg_request_t *request, uint32_t channels) {
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    const ujpeg_region_t *region = &request->region;
    area_axis_t columns = { region->x, region->width, request->scale, request->width };
    area_axis_t rows = { region->y, region->height, request->scale, request->height };
    uint32_t left = area_axis_first(&columns);
    uint32_t offset = crop_columns(jpeg, left, area_axis_end(&columns));
    uint8_t *pixels = take_row(jpeg);
    uint8_t *averaged = take_memory(jpeg, (size_t)request->width * channels);
    area_resize_t resize;
    area_resize_start(&resize, &columns, &rows, channels, left - offset,
        take_memory(jpeg, area_resize_memory(&columns, channels)));
    jpeg_skip_scanlines(jpeg, area_axis_first(&rows));
    for (uint32_t row = area_axis_first(&rows); row < area_axis_end(&rows); ++row) {
        if (!read_row(decoder, pixels, channels)) {
            return;
        }
        area_resize_add(&resize, pixels, row);
        while (area_resize_take(&resize, row, averaged)) {
            planes_store_row(request->planes, channels, decoder->rows, averaged, request->width);
            complete_row(decoder, request);
        }
    }
}

static void choose_colours(ujpeg_decoder_t *decoder, ujpeg_format_t format) {
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    if (jpeg->num_components == 4) {
        if (format == UJPEG_YCBCR) {
            refuse(decoder, "4 components (CMYK or YCCK) cannot be given as ycbcr");
        }
        jpeg->out_color_space = JCS_CMYK;
    } else if (jpeg->num_components != 1 && jpeg->num_components != 3) {
        refuse(decoder, "neither 1, 3 nor 4 components");
    } else if (format == UJPEG_YCBCR && jpeg->jpeg_color_space != JCS_YCbCr) {
        refuse(decoder, "the file does not hold YCbCr");
    } else {
        static const J_COLOR_SPACE spaces[] = {
            [UJPEG_GRAY] = JCS_GRAYSCALE, [UJPEG_RGB] = JCS_RGB, [UJPEG_YCBCR] = JCS_YCbCr,
        };
        jpeg->out_color_space = spaces[format];
    }
}

static void finish(ujpeg_decoder_t *decoder) {
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    uint32_t left = jpeg->output_height - jpeg->output_scanline;
    if (decoder->source->shared && left > 0 && !decoder->ended) {
        // libjpeg reads nothing where it may skip all that is left.
        jpeg_skip_scanlines(jpeg, left - 1);
        read_row(decoder, take_row(jpeg), 3);
    }
    // Up to the end marker, to notice what is cut off or does not belong there.
    if (jpeg->output_scanline == jpeg->output_height) {
        jpeg_finish_decompress(jpeg);
    }
}

// Where all scans are read before the first row comes out, what was read before an
// error can still come out.
static bool goes_on_after_error(ujpeg_decoder_t *decoder) {
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    if (decoder->strict || decoder->status != UJPEG_BAD_DATA || jpeg->global_state != DSTATE_PRELOAD
        || jpeg->inputctl->eoi_reached || decoder->error.msg_code == JERR_SOF_DUPLICATE) {
        return false; // a second frame header has taken the place of the first one
    }
    decoder->ended = true;
    jpeg->inputctl->finish_input_pass(jpeg);
    jpeg->inputctl->eoi_reached = TRUE;
    // libjpeg would wait for the rest of a scan that broke off.
    if (jpeg->input_iMCU_row < jpeg->total_iMCU_rows) {
        jpeg->entropy->insufficient_data = TRUE;
        jpeg->input_iMCU_row = jpeg->total_iMCU_rows;
    }
    return true;
}

ujpeg_status_t ujpeg_decode(ujpeg_decoder_t *decoder, const ujpeg_request_t *request) {
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    if (setjmp(decoder->escape) && !goes_on_after_error(decoder)) {
        bool salvaged = decoder->status == UJPEG_BAD_DATA && !decoder->strict && decoder->rows > 0;
        return salvaged ? UJPEG_OK : decoder->status;
    }
    if (jpeg->global_state == DSTATE_READY) {
        choose_colours(decoder, request->format);
        jpeg->dct_method = JDCT_ISLOW;
        jpeg->scale_num = 1;
        jpeg->scale_denom = request->scale;
    }
    jpeg_start_decompress(jpeg);
    if (decoder->source->shared && !jpeg->inputctl->has_multiple_scans) {
        ujpeg_count_mcus(decoder);
    }
    uint32_t channels = request->format == UJPEG_GRAY ? 1 : 3;
    if (request->resize) {
        decode_resized(decoder, request, channels);
    } else {
        decode_scaled(decoder, request, channels);
    }
    if (decoder->rows == 0) {
        return UJPEG_BAD_DATA;
    }
    finish(decoder);
    return UJPEG_OK;
}
