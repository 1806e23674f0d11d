// libjpeg's memory, taken where all memory of the C modules is counted and
// limited. Takes the place of libjpeg's jmemnobs.c.

#include "jpeg_decoder.h"
#include "jmemsys.h"

// In front of each block, aligned as strictly as what follows.
typedef struct _block_t {
    struct _block_t *next; // in the cache
    size_t bytes;
} __attribute__((aligned(16))) block_t;

void ujpeg_free_cache(ujpeg_decoder_t *decoder) {
    while (decoder->cache != NULL) {
        block_t *block = decoder->cache;
        decoder->cache = block->next;
        ujpeg_memory_free(block);
    }
}

// Images of one kind ask for the same sizes again. The first other size means that
// the rest of the cache is of no use either.
static void *take(j_common_ptr jpeg, size_t bytes) {
    ujpeg_decoder_t *decoder = decoder_of(jpeg);
    for (block_t **link = (block_t **)&decoder->cache; *link != NULL; link = &(*link)->next) {
        block_t *block = *link;
        if (block->bytes == bytes) {
            *link = block->next;
            return block + 1;
        }
    }
    ujpeg_free_cache(decoder);
    block_t *block = ujpeg_memory_alloc(sizeof(*block) + bytes);
    if (block == NULL) {
        decoder->bytes_needed = bytes;
        return NULL;
    }
    block->bytes = bytes;
    return block + 1;
}

static void give(j_common_ptr jpeg, void *memory) {
    ujpeg_decoder_t *decoder = decoder_of(jpeg);
    block_t *block = (block_t *)memory - 1;
    block->next = decoder->cache;
    decoder->cache = block;
}

void *jpeg_get_small(j_common_ptr jpeg, size_t bytes) {
    return take(jpeg, bytes);
}

void *jpeg_get_large(j_common_ptr jpeg, size_t bytes) {
    return take(jpeg, bytes);
}

void jpeg_free_small(j_common_ptr jpeg, void *memory, size_t bytes) {
    give(jpeg, memory);
}

void jpeg_free_large(j_common_ptr jpeg, void *memory, size_t bytes) {
    give(jpeg, memory);
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
