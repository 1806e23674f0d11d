// What musl's resolver, its terminal functions and the port's -X heapsize= need
// of the C library. These are enough for them; musl's own, 5 KB, stay out.

#include <limits.h>
#include <stdlib.h>

// The workstation's C library is shared by all programs.
#ifndef __GLIBC__

#include <ctype.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Too large a number is the largest one; nobody looks at errno.
static unsigned long long read_number(const char *text, char **end, int base, int *negative) {
    const char *at = text;
    while (isspace((unsigned char)*at)) {
        at++;
    }
    *negative = *at == '-';
    if (*at == '-' || *at == '+') {
        at++;
    }
    if ((base | 16) == 16 && at[0] == '0' && (at[1] | 32) == 'x' && isxdigit((unsigned char)at[2])) {
        base = 16;
        at += 2;
    } else if (base == 0) {
        base = *at == '0' ? 8 : 10;
    }
    unsigned long long value = 0;
    for (;; at++) {
        int letter = isalpha((unsigned char)*at);
        int digit = isdigit((unsigned char)*at) ? *at - '0' : letter ? (*at | 32) - 'a' + 10 : base;
        if (digit >= base) {
            break;
        }
        if (__builtin_mul_overflow(value, (unsigned)base, &value) || __builtin_add_overflow(value, digit, &value)) {
            value = ULLONG_MAX;
        }
        text = at + 1;
    }
    if (end != NULL) {
        *end = (char *)text;
    }
    return value;
}

unsigned long long strtoull(const char *restrict text, char **restrict end, int base) {
    int negative;
    unsigned long long value = read_number(text, end, base, &negative);
    return negative ? -value : value;
}

unsigned long strtoul(const char *restrict text, char **restrict end, int base) {
    int negative;
    unsigned long long value = read_number(text, end, base, &negative);
    unsigned long most = ULONG_MAX;
    return value > most ? most : negative ? -value : value;
}

long long strtoll(const char *restrict text, char **restrict end, int base) {
    int negative;
    unsigned long long value = read_number(text, end, base, &negative);
    return value > LLONG_MAX ? (negative ? LLONG_MIN : LLONG_MAX) : negative ? -(long long)value : (long long)value;
}

long strtol(const char *restrict text, char **restrict end, int base) {
    int negative;
    unsigned long long value = read_number(text, end, base, &negative);
    return value > LONG_MAX ? (negative ? LONG_MIN : LONG_MAX) : negative ? -(long)value : (long)value;
}

// Addresses of a host name: 48 at most.
void qsort(void *items, size_t count, size_t size, int (*compare)(const void *, const void *)) {
    char *first = items;
    for (char *next = first + size; count > 1; count--, next += size) {
        for (char *at = next; at > first && compare(at - size, at) > 0; at -= size) {
            for (size_t i = 0; i < size; i++) {
                char byte = at[i];
                at[i] = at[i - size];
                at[i - size] = byte;
            }
        }
    }
}

char *strstr(const char *text, const char *wanted) {
    size_t length = strlen(wanted);
    while (strncmp(text, wanted, length) != 0) {
        if (*text++ == 0) {
            return NULL;
        }
    }
    return (char *)text;
}

// Counts the characters of a host name, in the C locale.
size_t mbstowcs(wchar_t *restrict wide, const char *restrict text, size_t size) {
    (void)wide;
    (void)size;
    return strlen(text);
}

// Old kernels differ in times and sounds alone, which nobody asks for.
int ioctl(int file, int request, ...) {
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return syscall(SYS_ioctl, file, request, argument);
}

// musl's has no assembly for ARM and stores four bytes at a time. The decoder of JPEG
// clears 768 for each block of 16 x 16 pixels, which was an eighth of a frame's time.
#if __ARM_ARCH == 7
typedef unsigned char sixteen_t __attribute__((vector_size(16), aligned(1), may_alias));

void *memset(void *start, int value, size_t count) {
    unsigned char *next = start, *end = next + count;
    if (count < sizeof(sixteen_t)) {
        while (next < end) {
            *next++ = (unsigned char)value;
        }
        return start;
    }
    sixteen_t filled = (sixteen_t) {} + (unsigned char)value;
    unsigned char *last = end - sizeof(sixteen_t);
    do {
        *(sixteen_t *)next = filled;
        next += sizeof(sixteen_t);
    } while (next < last);
    *(sixteen_t *)last = filled;
    return start;
}
#endif

#endif
