// Lets a chosen allocation fail, of the interpreter's heap, of array data or of another module.
// Only in the builds for debugging: the linker puts these wrappers in between.

#include "py/gc.h"
#include "py/runtime.h"

#include "../memory.h"
#include "../ndarray.h"

static struct {
    size_t count; // since the last call of fail()
    size_t first; // number of the allocation that fails
    bool later;   // and all that follow
} allocations = { .first = SIZE_MAX };

static bool fails(void) {
    size_t number = allocations.count++;
    return number == allocations.first || (allocations.later && number > allocations.first);
}

void *__real_gc_alloc(size_t bytes, unsigned int flags);
void *__wrap_gc_alloc(size_t bytes, unsigned int flags) {
    return fails() ? NULL : __real_gc_alloc(bytes, flags);
}

void *__real_gc_realloc(void *memory, size_t bytes, bool allow_move);
void *__wrap_gc_realloc(void *memory, size_t bytes, bool allow_move) {
    bool grows = memory == NULL || bytes > gc_nbytes(memory);
    return grows && fails() ? NULL : __real_gc_realloc(memory, bytes, allow_move);
}

void *__real_memory_take(size_t bytes, bool zeroed);
void *__wrap_memory_take(size_t bytes, bool zeroed) {
    return fails() ? NULL : __real_memory_take(bytes, zeroed);
}

void *__real_ulab_memory_alloc(size_t bytes);
void *__wrap_ulab_memory_alloc(size_t bytes) {
    return fails() ? NULL : __real_ulab_memory_alloc(bytes);
}

// fail(first, later): from now on, the allocation with this number fails, and
// all after it where asked for; None for none. Returns how many there were
// since the last call.
static mp_obj_t failing_allocations_fail(mp_obj_t first, mp_obj_t later) {
    mp_obj_t count = MP_OBJ_NEW_SMALL_INT(allocations.count);
    allocations.count = 0;
    allocations.first = first == mp_const_none ? SIZE_MAX : (size_t)mp_obj_get_int(first);
    allocations.later = mp_obj_is_true(later);
    return count;
}
static MP_DEFINE_CONST_FUN_OBJ_2(failing_allocations_fail_obj, failing_allocations_fail);

static const mp_rom_map_elem_t failing_allocations_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_failing_allocations) },
    { MP_ROM_QSTR(MP_QSTR_fail), MP_ROM_PTR(&failing_allocations_fail_obj) },
};
static MP_DEFINE_CONST_DICT(failing_allocations_globals, failing_allocations_globals_table);

const mp_obj_module_t failing_allocations_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&failing_allocations_globals,
};
MP_REGISTER_MODULE(MP_QSTR_failing_allocations, failing_allocations_module);
