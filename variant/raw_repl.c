// The raw REPL, by which mpremote and other programs drive the interpreter: Ctrl-A at
// an empty prompt enters it. The protocol itself is MicroPython's pyexec.c, which
// expects what microcontrollers have: Ctrl-C interrupts a program at once, without
// being read by it, on anything that bytes come from, and other bytes mean nothing.

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "extmod/vfs.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/readline/readline.h"
#include "shared/runtime/pyexec.h"

int __real_readline(vstr_t *line, const char *prompt);
void __real_mp_hal_set_interrupt_char(char c);

// Where bytes come from, once they come through a pipe; -1 before.
static int terminal = -1;
static int pipe_end;
static struct termios settings;
static pthread_t main_thread;
static volatile bool interruptible;
static volatile bool ended;

void __wrap_mp_hal_set_interrupt_char(char c) {
    interruptible = c == CHAR_CTRL_C;
    __real_mp_hal_set_interrupt_char(c);
}

// Passes bytes on from the terminal to standard input, in a thread of its own, so that
// Ctrl-C is seen while a program runs that reads nothing. What was typed before it is
// dropped. The end of all input cancels the line that is there and ends the prompt.
static void *pass_on(void *unused) {
    (void)unused;
    while (!ended) {
        char bytes[256] = { CHAR_CTRL_C, CHAR_CTRL_D };
        ssize_t count = read(terminal, bytes, sizeof(bytes));
        char *next = bytes;
        if (count <= 0) {
            ended = true;
            count = 2;
        } else if (interruptible) {
            for (ssize_t i = 0; i < count; i++) {
                if (bytes[i] == CHAR_CTRL_C) {
                    next = &bytes[i + 1];
                }
            }
            if (next != bytes) {
                mp_sched_keyboard_interrupt();
                pthread_kill(main_thread, SIGALRM);
            }
        }
        for (char *end = bytes + count; next < end; ) {
            ssize_t written = write(pipe_end, next, end - next);
            if (written < 0) {
                return NULL;
            }
            next += written;
        }
    }
    close(pipe_end);
    return NULL;
}

// Puts the thread between standard input and whoever reads it.
static void take_terminal(void) {
    int ends[2];
    if (terminal >= 0 || pipe(ends) < 0) {
        return;
    }
    mp_hal_stdio_mode_orig();
    tcgetattr(STDIN_FILENO, &settings);
    terminal = dup(STDIN_FILENO);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    pipe_end = ends[1];
    main_thread = pthread_self();
    // Whoever ends the session wants all of it ended.
    signal(SIGTERM, SIG_DFL);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    pthread_create(&thread, NULL, pass_on, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void set_terminal(bool raw) {
    struct termios wanted = settings;
    wanted.c_iflag &= ~(BRKINT | ICRNL | INPCK | ISTRIP | IXON);
    wanted.c_lflag = 0;
    if (raw) {
        wanted.c_oflag &= ~OPOST;
    }
    tcsetattr(terminal, TCSANOW, &wanted);
}

void raw_repl_deinit(void) {
    if (terminal >= 0) {
        tcsetattr(terminal, TCSANOW, &settings);
    }
}

// Nothing is left of what programs did but files, sockets that are still open
// elsewhere, and threads.
static void forget_programs(void) {
    mp_vfs_mount_t *root = MP_STATE_VM(vfs_mount_table);
    while (root->next != NULL) {
        root = root->next;
    }
    MP_STATE_VM(vfs_mount_table) = MP_STATE_VM(vfs_cur) = root;
    mp_obj_dict_t *main = &MP_STATE_VM(dict_main);
    mp_map_clear(&MP_STATE_VM(mp_loaded_modules_dict).map);
    mp_map_clear(&main->map);
    mp_obj_dict_store(MP_OBJ_FROM_PTR(main), MP_OBJ_NEW_QSTR(MP_QSTR___name__), MP_OBJ_NEW_QSTR(MP_QSTR___main__));
    gc_collect();
}

// Without a terminal somebody else's program is the one who types: Ctrl-C has to be
// looked for from the start.
int __wrap_readline(vstr_t *line, const char *prompt) {
    if (interruptible) {
        return __real_readline(line, prompt);
    }
    if (!isatty(STDIN_FILENO)) {
        take_terminal();
    }
    int result = __real_readline(line, prompt);
    if (result == CHAR_CTRL_A) {
        take_terminal();
        set_terminal(true);
        while (pyexec_raw_repl() & PYEXEC_FORCED_EXIT) {
            if (ended) {
                return CHAR_CTRL_D;
            }
            forget_programs();
            mp_hal_stdout_tx_str("MPY: soft reboot\r\n");
        }
        set_terminal(false);
    }
    return result;
}
