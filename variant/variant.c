// Start and end of the interpreter as a camera's service manager sees them.

#include <pthread.h>
#include <signal.h>
#include <sys/time.h>

#include "py/gc.h"
#include "py/runtime.h"

#if !MICROPY_DEBUG_PRINTERS
mp_uint_t mp_verbose_flag;
#endif

void raw_repl_deinit(void);

static pthread_t main_thread;

// A camera stops an app with SIGTERM. SystemExit unwinds the program, so that
// its finally blocks run. A system call that waits is interrupted only in the
// thread that gets the signal, so the main thread has to be that one.
static void raise_system_exit(int signal_number) {
    if (!pthread_equal(pthread_self(), main_thread)) {
        pthread_kill(main_thread, signal_number);
        return;
    }
    static mp_obj_exception_t system_exit;
    if (signal_number == SIGTERM) {
        system_exit.base.type = &mp_type_SystemExit;
        system_exit.args = (mp_obj_tuple_t *)&mp_const_empty_tuple_obj;
        system_exit.traceback_data = NULL;
        mp_sched_exception(MP_OBJ_FROM_PTR(&system_exit));
    }
    // The signal may have come just before a system call that waits: it is
    // interrupted again until the interpreter has seen the exception, or Ctrl-C.
    if (MP_STATE_MAIN_THREAD(mp_pending_exception) != MP_OBJ_NULL) {
        struct itimerval soon = { .it_value.tv_usec = 100000 };
        setitimer(ITIMER_REAL, &soon, NULL);
    }
}

void variant_init(void) {
    main_thread = pthread_self();
    // No SA_RESTART: the interpreter itself repeats an interrupted system call
    // after it has looked for a pending exception.
    struct sigaction action = { .sa_handler = raise_system_exit };
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGALRM, &action, NULL);
}

void variant_deinit(void) {
    raw_repl_deinit();
    signal(SIGTERM, SIG_DFL);
    signal(SIGALRM, SIG_IGN);
    gc_sweep_all();
}
