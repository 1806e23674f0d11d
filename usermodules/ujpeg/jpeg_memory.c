// libjpeg's memory, taken where all memory of the C modules is counted and
// limited. Takes the place of libjpeg's jmemnobs.c.

#include "jpeg_decoder.h"
#include "jerror.h"
#include "jmemsys.h"

static void *take(j_common_ptr jpeg, size_t bytes) {
    void *memory = ujpeg_memory_alloc(bytes);
    if (memory == NULL) {
        ((ujpeg_decoder_t *)jpeg->client_data)->bytes_needed = bytes;
    }
    return memory;
}

void *jpeg_get_small(j_common_ptr jpeg, size_t bytes) {
    return take(jpeg, bytes);
}

void *jpeg_get_large(j_common_ptr jpeg, size_t bytes) {
    return take(jpeg, bytes);
}

void jpeg_free_small(j_common_ptr jpeg, void *memory, size_t bytes) {
    ujpeg_memory_free(memory);
}

void jpeg_free_large(j_common_ptr jpeg, void *memory, size_t bytes) {
    ujpeg_memory_free(memory);
}

// An allocation that cannot be had says so itself; nothing is ever swapped out.
size_t jpeg_mem_available(j_common_ptr jpeg, size_t least, size_t most, size_t taken) {
    return most;
}

void jpeg_open_backing_store(j_common_ptr jpeg, backing_store_ptr store, long bytes) {
    ERREXIT(jpeg, JERR_NO_BACKING_STORE);
}

long jpeg_mem_init(j_common_ptr jpeg) {
    return 0;
}

void jpeg_mem_term(j_common_ptr jpeg) {
}
