#define JPEG_INTERNALS
#include "jpeg_decoder.h"

#include <string.h>

// libjpeg decodes fastest where some thousand bytes lie ready.
#define READ_BUFFER_SIZE (32768)

// libjpeg's bit buffer holds this much more than was decoded.
#define BYTES_AHEAD (8)

// Of an Exif segment; the first directory of tags lies at its beginning.
#define EXIF_BYTES (512)

//
// Bytes
//

size_t ujpeg_position(const ujpeg_decoder_t *decoder) {
    return decoder->bytes_taken - decoder->input.bytes_in_buffer;
}

// How much of a shared source can be read without reading beyond the image.
static size_t certain_bytes(const ujpeg_decoder_t *decoder) {
    size_t bytes = framing_certain(&decoder->framing);
    uint64_t coded = (uint64_t)decoder->mcus_left * decoder->bits_of_mcu / 8;
    if (decoder->framing.in_scan && coded > bytes + BYTES_AHEAD) {
        bytes = coded < READ_BUFFER_SIZE ? (size_t)coded - BYTES_AHEAD : READ_BUFFER_SIZE;
    }
    return bytes < READ_BUFFER_SIZE ? bytes : READ_BUFFER_SIZE;
}

static ptrdiff_t read_bytes(ujpeg_decoder_t *decoder) {
    const ujpeg_source_t *source = decoder->source;
    size_t size = source->shared ? certain_bytes(decoder) : READ_BUFFER_SIZE;
    if (source->bytes != NULL || size == 0) {
        return 0;
    }
    ptrdiff_t got = source->read(source->context, decoder->buffer, size);
    if (got > 0 && source->shared) {
        framing_feed(&decoder->framing, decoder->buffer, (size_t)got);
    }
    return got;
}

static boolean fill_input_buffer(j_decompress_ptr jpeg) {
    static const uint8_t end_marker[] = { 0xff, JPEG_EOI };
    ujpeg_decoder_t *decoder = decoder_of(jpeg);
    ptrdiff_t size = decoder->ended ? 0 : read_bytes(decoder);
    if (size < 0) {
        ujpeg_leave(decoder, UJPEG_READ_ERROR);
    }
    const uint8_t *bytes = decoder->buffer;
    if (size == 0) {
        if (decoder->bytes_taken == 0) {
            ERREXIT(jpeg, JERR_INPUT_EMPTY);
        }
        if (decoder->strict || jpeg->global_state <= DSTATE_READY) {
            ERREXIT(jpeg, JERR_INPUT_EOF);
        }
        if (!decoder->ended) {
            WARNMS(jpeg, JWRN_JPEG_EOF);
        }
        decoder->ended = true;
        bytes = end_marker;
        size = sizeof(end_marker);
    }
    decoder->bytes_taken += (size_t)size;
    decoder->input.next_input_byte = bytes;
    decoder->input.bytes_in_buffer = (size_t)size;
    return TRUE;
}

static void skip_input_data(j_decompress_ptr jpeg, long count) {
    struct jpeg_source_mgr *input = jpeg->src;
    size_t left = count > 0 ? (size_t)count : 0;
    while (left > input->bytes_in_buffer && !decoder_of(jpeg)->ended) {
        left -= input->bytes_in_buffer;
        input->bytes_in_buffer = 0;
        fill_input_buffer(jpeg);
    }
    left = left < input->bytes_in_buffer ? left : input->bytes_in_buffer;
    input->next_input_byte += left;
    input->bytes_in_buffer -= left;
}

static void nothing(j_decompress_ptr jpeg) {
}

void ujpeg_start_input(ujpeg_decoder_t *decoder) {
    struct jpeg_source_mgr *input = &decoder->input;
    j_common_ptr jpeg = (j_common_ptr)&decoder->jpeg;
    input->init_source = nothing;
    input->fill_input_buffer = fill_input_buffer;
    input->skip_input_data = skip_input_data;
    input->resync_to_restart = jpeg_resync_to_restart;
    input->term_source = nothing;
    input->next_input_byte = decoder->source->bytes;
    input->bytes_in_buffer = decoder->bytes_taken = decoder->source->length;
    if (decoder->source->bytes == NULL) {
        input->bytes_in_buffer = decoder->bytes_taken = 0;
        decoder->buffer = jpeg->mem->alloc_large(jpeg, JPOOL_PERMANENT, READ_BUFFER_SIZE);
    }
    memset(&decoder->framing, 0, sizeof(decoder->framing));
    decoder->jpeg.src = input;
}

size_t ujpeg_find_end(ujpeg_decoder_t *decoder) {
    framing_t scan = { .state = FRAMING_SCAN, .in_scan = true };
    struct jpeg_source_mgr *input = &decoder->input;
    for (;;) {
        size_t taken = framing_feed(&scan, input->next_input_byte, input->bytes_in_buffer);
        if (scan.state >= FRAMING_END) {
            return scan.state == FRAMING_END ? ujpeg_position(decoder) + taken : 0;
        }
        ptrdiff_t size = read_bytes(decoder);
        if (size < 0) {
            ujpeg_leave(decoder, UJPEG_READ_ERROR);
        }
        if (size == 0) {
            return 0;
        }
        decoder->bytes_taken += (size_t)size;
        input->next_input_byte = decoder->buffer;
        input->bytes_in_buffer = (size_t)size;
    }
}

//
// Units of a scan
//

static boolean decode_and_count(j_decompress_ptr jpeg, JBLOCKROW *blocks) {
    ujpeg_decoder_t *decoder = decoder_of(jpeg);
    if (decoder->mcus_left > 0) {
        --decoder->mcus_left;
    }
    return decoder->decode_mcu(jpeg, blocks);
}

static uint32_t shortest_code(const JHUFF_TBL *table) {
    uint32_t length = 1;
    while (table != NULL && length < 16 && table->bits[length] == 0) {
        ++length;
    }
    return length;
}

void ujpeg_count_mcus(ujpeg_decoder_t *decoder) {
    struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
    decoder->mcus_left = jpeg->MCUs_per_row * jpeg->MCU_rows_in_scan;
    // Each block has one code of either table at least.
    for (int i = 0; i < jpeg->blocks_in_MCU; ++i) {
        const jpeg_component_info *component = jpeg->cur_comp_info[jpeg->MCU_membership[i]];
        decoder->bits_of_mcu += shortest_code(jpeg->dc_huff_tbl_ptrs[component->dc_tbl_no])
            + shortest_code(jpeg->ac_huff_tbl_ptrs[component->ac_tbl_no]);
    }
    decoder->decode_mcu = jpeg->entropy->decode_mcu;
    jpeg->entropy->decode_mcu = decode_and_count;
}

//
// Segments of the header
//

static uint8_t next_byte(j_decompress_ptr jpeg) {
    struct jpeg_source_mgr *input = jpeg->src;
    if (input->bytes_in_buffer == 0) {
        input->fill_input_buffer(jpeg);
    }
    --input->bytes_in_buffer;
    return *input->next_input_byte++;
}

static uint32_t segment_length(j_decompress_ptr jpeg) {
    uint32_t length = (uint32_t)next_byte(jpeg) << 8;
    length |= next_byte(jpeg);
    if (length < 2) {
        ERREXIT(jpeg, JERR_BAD_LENGTH);
    }
    return length - 2;
}

static void copy_bytes(j_decompress_ptr jpeg, uint8_t *bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) {
        bytes[i] = next_byte(jpeg);
    }
}

static boolean read_comment(j_decompress_ptr jpeg) {
    ujpeg_details_t *details = decoder_of(jpeg)->details;
    uint32_t length = segment_length(jpeg);
    if (details->comment != NULL) {
        skip_input_data(jpeg, (long)length);
        return TRUE;
    }
    uint8_t *comment = jpeg->mem->alloc_large((j_common_ptr)jpeg, JPOOL_IMAGE, length + 1);
    copy_bytes(jpeg, comment, length);
    details->comment = comment;
    details->comment_length = length;
    return TRUE;
}

typedef struct {
    const uint8_t *bytes;
    uint32_t length;
    bool little_endian;
} tiff_t;

// 0 for what lies outside.
static uint32_t tiff_number(const tiff_t *tiff, uint32_t offset, uint32_t size) {
    uint32_t number = 0;
    for (uint32_t i = 0; i < size && offset + size <= tiff->length; ++i) {
        number |= (uint32_t)tiff->bytes[offset + i] << 8 * (tiff->little_endian ? i : size - 1 - i);
    }
    return number;
}

static uint8_t orientation_of(const tiff_t *tiff) {
    enum { ENTRY_SIZE = 12, TAG_ORIENTATION = 0x112 };
    uint32_t directory = tiff_number(tiff, 4, 4);
    if (directory >= tiff->length) {
        return 0;
    }
    uint32_t entries = tiff_number(tiff, directory, 2);
    for (uint32_t i = 0; i < entries; ++i) {
        uint32_t entry = directory + 2 + i * ENTRY_SIZE;
        if (tiff_number(tiff, entry, 2) == TAG_ORIENTATION) {
            uint32_t value = tiff_number(tiff, entry + 8, 2);
            return value >= 1 && value <= 8 ? (uint8_t)value : 0;
        }
    }
    return 0;
}

static boolean read_exif(j_decompress_ptr jpeg) {
    ujpeg_details_t *details = decoder_of(jpeg)->details;
    uint8_t bytes[EXIF_BYTES];
    uint32_t length = segment_length(jpeg);
    uint32_t count = length < sizeof(bytes) ? length : sizeof(bytes);
    copy_bytes(jpeg, bytes, count);
    skip_input_data(jpeg, (long)(length - count));
    if (count > 14 && memcmp(bytes, "Exif\0\0", 6) == 0 && details->orientation == 0) {
        tiff_t tiff = { bytes + 6, count - 6, bytes[6] == 'I' };
        details->orientation = orientation_of(&tiff);
    }
    return TRUE;
}

void ujpeg_want_segments(ujpeg_decoder_t *decoder) {
    jpeg_set_marker_processor(&decoder->jpeg, JPEG_COM, read_comment);
    jpeg_set_marker_processor(&decoder->jpeg, JPEG_APP0 + 1, read_exif);
}
