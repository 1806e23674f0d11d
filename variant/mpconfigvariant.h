// What is compiled into the interpreter. docs/variant.md gives the reason and
// the bytes of each choice; keep the two together.

#define MICROPY_CONFIG_ROM_LEVEL                (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

// Numbers: analytics needs double floats and timestamps need big integers.
#define MICROPY_FLOAT_IMPL                      (MICROPY_FLOAT_IMPL_DOUBLE)
#define MICROPY_FLOAT_USE_NATIVE_FLT16          (0)
#define MICROPY_LONGINT_IMPL                    (MICROPY_LONGINT_IMPL_MPZ)

// Code: .mpy files hold bytecode and native code; the emitters compile
// @micropython.native and @micropython.viper in the camera (thumb on ARMv7,
// none exists for aarch64). Inline assembly is out.
#define MICROPY_PERSISTENT_CODE_LOAD            (1)
// A module is read with a tenth of the system calls.
#define MICROPY_READER_VFS_DEFAULT_BUFFER_SIZE  (255)
#define MICROPY_EMIT_INLINE_THUMB               (0)
#define MICROPY_OPT_COMPUTED_GOTO               (1)
// lookup.c does most of what this function does.
#define MICROPY_WRAP_MP_MAP_LOOKUP(function)    map_lookup_in_full

// Signals raise in the virtual machine, never in the middle of C code, so that
// no C module has to expect an exception where it owns memory.
#define MICROPY_ASYNC_KBD_INTR                  (0)

// `import ulab.numpy` finds a module in the table of another.
#define MICROPY_MODULE_BUILTIN_SUBPACKAGES      (1)

// Threads hold a global lock as in CPython: C modules and dictionaries need no
// locks of their own. The port's makefile asks for none.
#undef MICROPY_PY_THREAD_GIL
#define MICROPY_PY_THREAD_GIL                   (1)
#define MICROPY_PY_THREAD_RECURSIVE_MUTEX       (1)
#include <stdint.h>
void variant_delay_ms(uintptr_t milliseconds);
#define mp_hal_delay_ms                         variant_delay_ms

// nlr_push() comes back a second time, like setjmp(), with an exception. The
// sanitizers' code keeps more in stack slots than the core's own care covers, so
// there the compiler has to know.
#ifdef __SANITIZE_ADDRESS__
struct _nlr_buf_t;
unsigned int nlr_push(struct _nlr_buf_t *) __attribute__((returns_twice));
#endif

// SIGTERM ends a program the way sys.exit() does, and finalisers run at exit.
void variant_init(void);
void variant_deinit(void);
#define MICROPY_PORT_INIT_FUNC                  variant_init()
#define MICROPY_PORT_DEINIT_FUNC                variant_deinit()

// Errors name what was wrong, also when memory is short.
#define MICROPY_ERROR_REPORTING                 (MICROPY_ERROR_REPORTING_DETAILED)
#define MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF  (1)
#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE    (256)
#define MICROPY_WARNINGS                        (1)
#define MICROPY_PY_STR_BYTES_CMP_WARN           (1)

// -v tells how much memory was used. The bytecode printers behind -vv are out:
// main.c alone is compiled as if they were in.
#ifndef MICROPY_DEBUG_PRINTERS
#define MICROPY_DEBUG_PRINTERS                  (0)
#endif

// Memory: gc.collect() and micropython.mem_info() answer with figures.
#define MICROPY_MALLOC_USES_ALLOCATED_SIZE      (1)
#define MICROPY_MEM_STATS                       (1)
#define MICROPY_PY_GC_COLLECT_RETVAL            (1)

// REPL with line editing and history.
#define MICROPY_REPL_EMACS_WORDS_MOVE           (1)
#define MICROPY_REPL_EMACS_EXTRA_WORDS_MOVE     (1)
#define MICROPY_USE_READLINE_HISTORY            (1)
#define MICROPY_READLINE_HISTORY_SIZE           (50)
// What the raw REPL takes before its sender has to wait.
#define MICROPY_REPL_STDIN_BUFFER_MAX           (8192)

// The Linux side: files, time, environment, random numbers of the kernel.
#define MICROPY_STREAMS_POSIX_API               (1)
#define MICROPY_PY_RANDOM_SEED_INIT_FUNC        (mp_random_seed_init())
#define MICROPY_PY_SYS_ATEXIT                   (1)
#define MICROPY_PY_SYS_EXC_INFO                 (1)
#define MICROPY_PY_OS_INCLUDEFILE               "ports/unix/modos.c"
#define MICROPY_PY_OS_ERRNO                     (1)
#define MICROPY_PY_OS_GETENV_PUTENV_UNSETENV    (1)
#define MICROPY_PY_OS_SYSTEM                    (1)
#define MICROPY_PY_OS_URANDOM                   (1)
#define MICROPY_PY_TIME                         (1)
#define MICROPY_PY_TIME_TIME_TIME_NS            (1)
#define MICROPY_PY_TIME_CUSTOM_SLEEP            (1)
#define MICROPY_PY_TIME_INCLUDEFILE             "ports/unix/modtime.c"
#define MICROPY_PY_SELECT_POSIX_OPTIMISATIONS   (1)
#define MICROPY_PY_SELECT_SELECT                (0)

// HTTP Digest authentication needs MD5, WebSocket handshakes SHA-1: modhashlib.c
// here stands in for MicroPython's, which has these only with a TLS library.
#define MICROPY_PY_HASHLIB                      (0)

// Out: a camera has no displays, pins, flash file systems of its own or
// complex transcendental functions to serve.
#define MICROPY_PY_FRAMEBUF                     (0)
#define MICROPY_PY_CMATH                        (0)
#define MICROPY_PY_MATH_SPECIAL_FUNCTIONS       (0)
#define MICROPY_PY_MACHINE                      (0)
#define MICROPY_PY_UCTYPES                      (0)
#define MICROPY_PY_WEBSOCKET                    (0)
#define MICROPY_PY_WEBREPL                      (0)
#define MICROPY_PY_CRYPTOLIB                    (0)
#define MICROPY_PY_ONEWIRE                      (0)
#define MICROPY_VFS_ROM                         (0)
