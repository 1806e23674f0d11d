// The unix port calls fprintf() only to tell of errors: the interpreter's own
// formatting serves, and the C library's stays out of the binary.

#include <stdarg.h>
#include <stdio.h>

#include "py/mpprint.h"

extern const mp_print_t mp_stderr_print;

int __wrap_fprintf(FILE *file, const char *format, ...);
int __wrap_fprintf(FILE *file, const char *format, ...) {
    (void)file;
    va_list arguments;
    va_start(arguments, format);
    int written = mp_vprintf(&mp_stderr_print, format, arguments);
    va_end(arguments);
    return written;
}
