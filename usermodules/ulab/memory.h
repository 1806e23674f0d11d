// Counted and limited memory outside of the interpreter's heap, where it costs
// the collector nothing. ndarray.h declares the part for other modules.

#ifndef ULAB_MEMORY_H
#define ULAB_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    size_t used;  // bytes, with the header of each block
    size_t peak;
    size_t limit;
} memory_figures_t;

// NULL where the limit or the machine does not allow it, after a collection.
void *memory_take(size_t bytes, bool zeroed);
void memory_give(void *memory);

// For memory whose address the buffer protocol gave away: a memoryview holds
// nothing but that address. The memory is kept while a live one has it.
void memory_give_exported(void *memory);

// Collect garbage, then free what no memoryview holds any more.
void memory_collect(void);

// Gives back to the system what is kept for the next arrays.
memory_figures_t memory_figures(void);
void memory_set_limit(size_t bytes);

#endif // ULAB_MEMORY_H
