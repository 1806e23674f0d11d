// The names that the interpreter knows from the start: one text in the file. What
// MicroPython has as tables beside it, seven bytes a name, is worked out at the
// start, in a fraction of a millisecond.

#include <string.h>

#include "py/mpstate.h"
#include "py/qstr.h"

// The linker takes what is here instead of what py/qstr.c has: see mpconfigvariant.mk.
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

static qstr_len_t lengths[MP_QSTRnumber_of];

// Numbers of the first pool are part of the .mpy format.
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
        lengths[i] = length;
        *(i < STATIC_COUNT ? &first.names[i] : &mp_qstr_const_pool.names[i - STATIC_COUNT]) = name;
        name += length + 1;
    }
    first.pool = (qstr_pool_t) { .len = STATIC_COUNT, .lengths = lengths };
    mp_qstr_const_pool.pool = (qstr_pool_t) {
        .prev = &first.pool, .total_prev_len = STATIC_COUNT, .len = SORTED_COUNT, .lengths = lengths + STATIC_COUNT,
    };
    qstr_init_pools();
}

// Names that have a place are found by their hash: the number of each is in the place
// of its hash or, where others were before, in the next one that holds 0. Loading a
// module asks for each of its names, and MicroPython's own search compares with all
// that other modules brought.
#define PLACES 4096
#define PLACED_AT_MOST (PLACES / 4 * 3)
static uint16_t places[PLACES];
static qstr_hash_t hashes[PLACED_AT_MOST];
static size_t placed;

// Gives places to the names that are new since the last time.
static void place_names(void) {
    for (; placed < QSTR_TOTAL() && placed < PLACED_AT_MOST; placed++) {
        size_t length;
        const byte *text = qstr_data(placed, &length);
        hashes[placed] = qstr_compute_hash(text, length);
        size_t place = hashes[placed] % PLACES;
        while (places[place] != 0) {
            place = (place + 1) % PLACES;
        }
        places[place] = (uint16_t)placed;
    }
}

mp_uint_t qstr_hash(qstr number) {
    if (number < placed) {
        return hashes[number];
    }
    size_t length;
    const byte *text = qstr_data(number, &length);
    return qstr_compute_hash(text, length);
}

static bool is_name(qstr number, const char *text, size_t length) {
    size_t its_length;
    const byte *its_text = qstr_data(number, &its_length);
    return its_length == length && memcmp(its_text, text, length) == 0;
}

qstr qstr_find_strn(const char *text, size_t length) {
    if (length == 0) {
        return MP_QSTR_;
    }
    place_names();
    size_t hash = qstr_compute_hash((const byte *)text, length);
    for (size_t place = hash % PLACES; places[place] != 0; place = (place + 1) % PLACES) {
        qstr number = places[place];
        if (hashes[number] == hash && is_name(number, text, length)) {
            return number;
        }
    }
    for (qstr number = placed; number < QSTR_TOTAL(); number++) {
        if (is_name(number, text, length)) {
            return number;
        }
    }
    return MP_QSTRnull;
}

#endif
