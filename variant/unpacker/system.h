#ifndef SYSTEM_H
#define SYSTEM_H

#include <stddef.h>
#include <stdint.h>

// The system calls that an unpacker needs, as Linux numbers them: no C library.

#ifdef __arm__
enum { CALL_EXIT = 1, CALL_WRITE = 4, CALL_MUNMAP = 91, CALL_MPROTECT = 125, CALL_MMAP = 192, CALL_OPENAT = 322 };
#else
enum { CALL_EXIT = 93, CALL_WRITE = 64, CALL_MUNMAP = 215, CALL_MPROTECT = 226, CALL_MMAP = 222, CALL_OPENAT = 56 };
#endif

// A number from -4095 to -1 is an error's.
static inline long system_call(long number, long a, long b, long c, long d, long e, long f) {
    #ifdef __arm__
    register long r7 __asm__ ("r7") = number;
    register long r0 __asm__ ("r0") = a, r1 __asm__ ("r1") = b, r2 __asm__ ("r2") = c;
    register long r3 __asm__ ("r3") = d, r4 __asm__ ("r4") = e, r5 __asm__ ("r5") = f;
    __asm__ volatile ("svc 0" : "+r" (r0) : "r" (r7), "r" (r1), "r" (r2), "r" (r3), "r" (r4), "r" (r5) : "memory");
    return r0;
    #else
    register long x8 __asm__ ("x8") = number;
    register long x0 __asm__ ("x0") = a, x1 __asm__ ("x1") = b, x2 __asm__ ("x2") = c;
    register long x3 __asm__ ("x3") = d, x4 __asm__ ("x4") = e, x5 __asm__ ("x5") = f;
    __asm__ volatile ("svc 0" : "+r" (x0) : "r" (x8), "r" (x1), "r" (x2), "r" (x3), "r" (x4), "r" (x5) : "memory");
    return x0;
    #endif
}

static inline int system_failed(long result) {
    return (unsigned long)result > (unsigned long)-4096;
}

#endif
