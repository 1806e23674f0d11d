// The names that the interpreter knows from the start: one text in the file. What
// MicroPython has as tables beside it, seven bytes a name, is worked out at the
// start, in a fraction of a millisecond.

#include <string.h>

#include "py/qstr.h"

// The linker takes these instead of those in py/qstr.c: see mpconfigvariant.mk.
void qstr_init_pools(void);

#ifndef NO_QSTR

#define STATIC_COUNT MP_QSTRnumber_of_static
#define SORTED_COUNT (MP_QSTRnumber_of - MP_QSTRnumber_of_static)

// Each name with a zero byte behind it, in the order of their numbers.
static const char names[] =
#define QDEF0(id, hash, length, text) text "\0"
#define QDEF1(id, hash, length, text)
    #include "genhdr/qstrdefs.generated.h"
#undef QDEF0
#undef QDEF1
#define QDEF0(id, hash, length, text)
#define QDEF1(id, hash, length, text) text "\0"
    #include "genhdr/qstrdefs.generated.h"
#undef QDEF0
#undef QDEF1
;

static qstr_hash_t hashes[MP_QSTRnumber_of];
static qstr_len_t lengths[MP_QSTRnumber_of];

// Numbers of the first pool are part of the .mpy format; the second is sorted.
static struct {
    qstr_pool_t pool;
    const char *names[STATIC_COUNT];
} first;

struct {
    qstr_pool_t pool;
    const char *names[SORTED_COUNT];
} mp_qstr_const_pool;

void qstr_init(void) {
    const char *name = names;
    for (size_t i = 0; i < MP_QSTRnumber_of; i++) {
        size_t length = strlen(name);
        hashes[i] = qstr_compute_hash((const byte *)name, length);
        lengths[i] = length;
        *(i < STATIC_COUNT ? &first.names[i] : &mp_qstr_const_pool.names[i - STATIC_COUNT]) = name;
        name += length + 1;
    }
    first.pool = (qstr_pool_t) { .len = STATIC_COUNT, .hashes = hashes, .lengths = lengths };
    mp_qstr_const_pool.pool = (qstr_pool_t) {
        .prev = &first.pool, .total_prev_len = STATIC_COUNT, .is_sorted = true, .len = SORTED_COUNT,
        .hashes = hashes + STATIC_COUNT, .lengths = lengths + STATIC_COUNT,
    };
    qstr_init_pools();
}

#endif
