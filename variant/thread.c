// The unix port lessens the stack size by the margin for recovery only after the
// new thread runs. A thread that reads the size first overflows its stack in deep
// recursion where it should raise RuntimeError. The port changes the size inside
// of an atomic section: here a new thread waits for the end of it.

#include "py/mpthread.h"

void mp_thread_unix_begin_atomic_section(void);
void mp_thread_unix_end_atomic_section(void);

// The linker's --wrap option, in mpconfigvariant.mk, gives these their names.
mp_uint_t __real_mp_thread_create(void *(*entry)(void *), void *arg, size_t *stack_size);
mp_uint_t __wrap_mp_thread_create(void *(*entry)(void *), void *arg, size_t *stack_size);

// The same for every thread; `arg` has to stay what the garbage collector knows.
static void *(*thread_entry)(void *);

static void *enter_when_created(void *arg) {
    mp_thread_unix_begin_atomic_section();
    mp_thread_unix_end_atomic_section();
    return thread_entry(arg);
}

mp_uint_t __wrap_mp_thread_create(void *(*entry)(void *), void *arg, size_t *stack_size) {
    thread_entry = entry;
    return __real_mp_thread_create(enter_when_created, arg, stack_size);
}

void __real_mp_thread_deinit(void);
void __wrap_mp_thread_deinit(void);

// At exit the port frees its list of threads, which a thread that just ends still
// reads. The atomic section is kept for good, so that such a thread waits in it
// until the process is gone.
void __wrap_mp_thread_deinit(void) {
    mp_thread_unix_begin_atomic_section();
    __real_mp_thread_deinit();
}
