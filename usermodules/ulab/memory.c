#include <stdlib.h>
#include <string.h>

#include "py/gc.h"
#include "py/mpstate.h"
#include "py/objarray.h"

#include "memory.h"
#include "ndarray.h"

// In front of each block; aligned as strictly as any item that follows.
typedef struct _header_t {
    struct _header_t *next; // in the limbo or among the kept ones
    size_t bytes;           // with the header
    bool held;              // by a memoryview, found by the last search
} __attribute__((aligned(16))) header_t;

#define DEFAULT_LIMIT (64 * 1024 * 1024)

// Garbage is collected when as much again was taken as survived the last time,
// but not for less than this.
#define LEAST_GROWTH (4 * 1024 * 1024)

// Small blocks are of a few sizes, and kept in a list for each.
#define SMALL_STEP (64)
#define SMALL_LISTS (16)

// Blocks above are kept in one list, the last given first.
#define LARGE_BLOCKS (8)

static struct {
    memory_figures_t figures;
    size_t collect_at;
    header_t *limbo; // exported blocks whose array is gone
    // Blocks that were given back and wait to be taken again: fresh memory costs
    // a system call, and a page fault each 4 KB. Bytes in use and kept together
    // stay below `collect_at`, which bytes in use may reach anyway.
    size_t kept;
    header_t *small[SMALL_LISTS];
    header_t *large;
} memory = { .figures = { .limit = DEFAULT_LIMIT }, .collect_at = LEAST_GROWTH };

// The list that blocks of a size belong to. The debug builds keep none, so that
// valgrind and the sanitizers see each use after a block was given.
static header_t **list_for(size_t bytes) {
    #ifdef NDEBUG
    return bytes <= SMALL_STEP * SMALL_LISTS ? &memory.small[(bytes - 1) / SMALL_STEP] : &memory.large;
    #else
    (void)bytes;
    return NULL;
    #endif
}

static void release_list(header_t **list) {
    while (*list != NULL) {
        header_t *block = *list;
        *list = block->next;
        memory.kept -= block->bytes;
        free(block);
    }
}

static void release_kept(void) {
    release_list(&memory.large);
    for (size_t i = 0; i < SMALL_LISTS; i++) {
        release_list(&memory.small[i]);
    }
}

static header_t *take_kept(size_t bytes) {
    header_t **link = list_for(bytes);
    if (link == NULL) {
        return NULL;
    }
    while (*link != NULL) {
        header_t *block = *link;
        if (block->bytes >= bytes && block->bytes - bytes <= bytes / 8) {
            *link = block->next;
            memory.kept -= block->bytes;
            return block;
        }
        link = &block->next;
    }
    return NULL;
}

static void free_block(header_t *block) {
    memory.figures.used -= block->bytes;
    header_t **list = list_for(block->bytes);
    if (list == NULL || memory.figures.used + memory.kept + block->bytes > memory.collect_at) {
        free(block);
        return;
    }
    block->next = *list;
    *list = block;
    memory.kept += block->bytes;
    if (list == &memory.large) {
        // The one that waited longest goes.
        for (size_t i = 0; i < LARGE_BLOCKS && *list != NULL; i++) {
            list = &(*list)->next;
        }
        release_list(list);
    }
}

static void hold_blocks_with(const uint8_t *address) {
    for (header_t *block = memory.limbo; block != NULL; block = block->next) {
        // One past the end counts: an empty memoryview may point there.
        if (address >= (uint8_t *)block && address <= (uint8_t *)block + block->bytes) {
            block->held = true;
        }
    }
}

// The interpreter's heap has no list of its objects: a memoryview is a live
// block that starts with that type.
static void hold_blocks_of_memoryviews(void) {
    mp_state_mem_area_t *area = &MP_STATE_MEM(area);
    while (area != NULL) {
        for (uint8_t *block = area->gc_pool_start; block < area->gc_pool_end; block += MICROPY_BYTES_PER_GC_BLOCK) {
            const mp_obj_array_t *object = (const mp_obj_array_t *)block;
            if (object->base.type == &mp_type_memoryview && gc_nbytes(block) >= sizeof(*object)) {
                hold_blocks_with(object->items);
            }
        }
        #if MICROPY_GC_SPLIT_HEAP
        area = area->next;
        #else
        area = NULL;
        #endif
    }
}

static void sweep_limbo(void) {
    if (memory.limbo == NULL) {
        return;
    }
    for (header_t *block = memory.limbo; block != NULL; block = block->next) {
        block->held = false;
    }
    hold_blocks_of_memoryviews();
    header_t **link = &memory.limbo;
    while (*link != NULL) {
        header_t *block = *link;
        if (block->held) {
            link = &block->next;
        } else {
            *link = block->next;
            free_block(block);
        }
    }
}

void memory_collect(void) {
    // Inside of a finaliser the heap is being swept already.
    if (!gc_is_locked()) {
        gc_collect();
        sweep_limbo();
    }
    size_t used = memory.figures.used;
    memory.collect_at = used + (used > LEAST_GROWTH ? used : LEAST_GROWTH);
}

static void *try_take(size_t bytes, bool zeroed) {
    memory_figures_t *figures = &memory.figures;
    if (figures->used > figures->limit || bytes > figures->limit - figures->used) {
        return NULL;
    }
    header_t *block = take_kept(bytes);
    if (block != NULL) {
        bytes = block->bytes;
        if (zeroed) {
            memset(block, 0, bytes);
        }
    } else {
        if (memory.kept > figures->limit - figures->used - bytes) {
            release_kept();
        }
        block = zeroed ? calloc(1, bytes) : malloc(bytes);
        if (block == NULL) {
            return NULL;
        }
    }
    block->bytes = bytes;
    figures->used += bytes;
    if (figures->used > figures->peak) {
        figures->peak = figures->used;
    }
    return block + 1;
}

void *memory_take(size_t bytes, bool zeroed) {
    if (bytes > PTRDIFF_MAX - sizeof(header_t) - SMALL_STEP) {
        return NULL;
    }
    bytes += sizeof(header_t);
    if (bytes <= SMALL_STEP * SMALL_LISTS) {
        bytes = (bytes + SMALL_STEP - 1) / SMALL_STEP * SMALL_STEP;
    }
    if (bytes <= memory.figures.limit && memory.figures.used + bytes > memory.collect_at) {
        memory_collect();
    }
    void *taken = try_take(bytes, zeroed);
    if (taken == NULL && bytes <= memory.figures.limit) {
        memory_collect();
        release_kept();
        taken = try_take(bytes, zeroed);
    }
    return taken;
}

void memory_give(void *taken) {
    if (taken != NULL) {
        free_block((header_t *)taken - 1);
    }
}

void memory_give_exported(void *taken) {
    header_t *block = (header_t *)taken - 1;
    block->next = memory.limbo;
    memory.limbo = block;
}

memory_figures_t memory_figures(void) {
    release_kept();
    return memory.figures;
}

void memory_set_limit(size_t bytes) {
    memory.figures.limit = bytes;
}

void *ulab_memory_alloc(size_t bytes) {
    return memory_take(bytes, false);
}

void ulab_memory_free(void *taken) {
    memory_give(taken);
}
