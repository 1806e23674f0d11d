// The module `process`: starts programs with pipes to them, and ends them. The unix
// port itself has nothing but os.system(), which waits for the program.

// For pipe2().
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "py/runtime.h"
#include "py/stream.h"
#include "extmod/vfs_posix.h"

// A process has no more unless it asks for them.
#define MOST_FILES 1024

// Both ends of a program's pipes: of its stdin, of its stdout, and of the one that
// tells why it could not be started.
enum {
    INPUT_READING, INPUT_WRITING,
    OUTPUT_READING, OUTPUT_WRITING,
    FAILURE_READING, FAILURE_WRITING,
    ENDS,
};

static void process_close(const int ends[ENDS]) {
    for (size_t i = 0; i < ENDS; i++) {
        if (ends[i] >= 0) {
            close(ends[i]);
        }
    }
}

static void process_open_pipes(int ends[ENDS]) {
    for (size_t i = 0; i < ENDS; i += 2) {
        if (pipe2(&ends[i], O_CLOEXEC) < 0) {
            int error = errno;
            process_close(ends);
            mp_raise_OSError(error);
        }
    }
}

// Gives an end of a pipe to a file object, whose finaliser closes it.
static mp_obj_t process_file(int *end) {
    mp_obj_t file = mp_vfs_posix_file_open(&mp_type_vfs_posix_fileio, MP_OBJ_NEW_SMALL_INT(*end),
        MP_OBJ_NEW_QSTR(MP_QSTR_rb));
    *end = -1;
    return file;
}

// Becomes the program; returns when that fails. Until then it runs in the memory of
// the process that waits for it, where nothing may change.
static void process_become(char *const *arguments, const int ends[ENDS], pid_t parent, const sigset_t *signals) {
    setpgid(0, 0);
    // The program ends with the thread that started it, however sudden that is.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent || dup2(ends[INPUT_READING], STDIN_FILENO) < 0
        || dup2(ends[OUTPUT_WRITING], STDOUT_FILENO) < 0) {
        return;
    }
    // The interpreter opens files without thought of programs that it may start.
    for (int file = STDERR_FILENO + 1; file < MOST_FILES; file++) {
        fcntl(file, F_SETFD, FD_CLOEXEC);
    }
    // A handler of ours would act on the waiting process.
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGALRM, SIG_DFL);
    sigprocmask(SIG_SETMASK, signals, NULL);
    execv(arguments[0], arguments);
}

// Returns the number of the started program, or 0 with the reason in *error.
static pid_t process_start(char *const *arguments, const int ends[ENDS], int *error) {
    pid_t parent = getpid();
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = vfork();
    if (pid == 0) {
        process_become(arguments, ends, parent, &before);
        int reason = errno;
        // Nobody is left to be told of a failure here.
        (void)!write(ends[FAILURE_WRITING], &reason, sizeof(reason));
        _exit(127);
    }
    if (pid < 0) {
        *error = errno;
        pid = 0;
    }
    close(ends[FAILURE_WRITING]);
    // Ends when the program runs, which does not have this pipe.
    if (pid > 0 && read(ends[FAILURE_READING], error, sizeof(*error)) > 0) {
        waitpid(pid, NULL, 0);
        pid = 0;
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return pid;
}

static mp_obj_t process_spawn(mp_obj_t arguments_in) {
    size_t count;
    mp_obj_t *items;
    mp_obj_get_array(arguments_in, &count, &items);
    if (count == 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("need a program, have no arguments"));
    }
    char **arguments = m_new(char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        arguments[i] = (char *)mp_obj_str_get_str(items[i]);
    }
    arguments[count] = NULL;
    mp_obj_tuple_t *started = MP_OBJ_TO_PTR(mp_obj_new_tuple(3, NULL));

    int ends[ENDS] = { -1, -1, -1, -1, -1, -1 };
    process_open_pipes(ends);
    nlr_buf_t nlr;
    if (nlr_push(&nlr) != 0) {
        process_close(ends);
        nlr_raise(MP_OBJ_FROM_PTR(nlr.ret_val));
    }
    started->items[1] = process_file(&ends[INPUT_WRITING]);
    started->items[2] = process_file(&ends[OUTPUT_READING]);
    nlr_pop();

    int error = 0;
    pid_t pid = process_start(arguments, ends, &error);
    ends[FAILURE_WRITING] = -1;
    process_close(ends);
    if (pid == 0) {
        mp_stream_close(started->items[1]);
        mp_stream_close(started->items[2]);
        mp_obj_t reason[] = { MP_OBJ_NEW_SMALL_INT(error), items[0] };
        nlr_raise(mp_obj_new_exception_args(&mp_type_OSError, 2, reason));
    }
    started->items[0] = mp_obj_new_int(pid);
    return MP_OBJ_FROM_PTR(started);
}
static MP_DEFINE_CONST_FUN_OBJ_1(process_spawn_obj, process_spawn);

static mp_obj_t process_poll(mp_obj_t pid_in) {
    int status;
    pid_t pid = waitpid(mp_obj_get_int(pid_in), &status, WNOHANG);
    if (pid < 0) {
        mp_raise_OSError(errno);
    }
    if (pid == 0) {
        return mp_const_none;
    }
    return MP_OBJ_NEW_SMALL_INT(WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status));
}
static MP_DEFINE_CONST_FUN_OBJ_1(process_poll_obj, process_poll);

static mp_obj_t process_kill(mp_obj_t pid_in, mp_obj_t signal_in) {
    if (kill(mp_obj_get_int(pid_in), mp_obj_get_int(signal_in)) < 0) {
        mp_raise_OSError(errno);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(process_kill_obj, process_kill);

static mp_obj_t process_nonblocking(mp_obj_t number_in) {
    int number = mp_obj_get_int(number_in);
    int flags = fcntl(number, F_GETFL);
    if (flags < 0 || fcntl(number, F_SETFL, flags | O_NONBLOCK) < 0) {
        mp_raise_OSError(errno);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(process_nonblocking_obj, process_nonblocking);

static const mp_rom_map_elem_t process_module_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_process) },
    { MP_ROM_QSTR(MP_QSTR_spawn), MP_ROM_PTR(&process_spawn_obj) },
    { MP_ROM_QSTR(MP_QSTR_poll), MP_ROM_PTR(&process_poll_obj) },
    { MP_ROM_QSTR(MP_QSTR_kill), MP_ROM_PTR(&process_kill_obj) },
    { MP_ROM_QSTR(MP_QSTR_nonblocking), MP_ROM_PTR(&process_nonblocking_obj) },
    { MP_ROM_QSTR(MP_QSTR_SIGTERM), MP_ROM_INT(SIGTERM) },
    { MP_ROM_QSTR(MP_QSTR_SIGKILL), MP_ROM_INT(SIGKILL) },
};
static MP_DEFINE_CONST_DICT(process_module_globals, process_module_globals_table);

const mp_obj_module_t process_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&process_module_globals,
};
MP_REGISTER_MODULE(MP_QSTR_process, process_module);
