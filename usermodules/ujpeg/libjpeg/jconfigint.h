// How libjpeg-turbo is compiled; jconfig.h says what is in it.

#ifndef UJPEG_JCONFIGINT_H
#define UJPEG_JCONFIGINT_H

#define BUILD               "mpycam"
#define PACKAGE_NAME        "libjpeg-turbo"
#define VERSION             "2.1.5"
#define INLINE              __inline__ __attribute__((always_inline))
#define THREAD_LOCAL        __thread
#define SIZEOF_SIZE_T       __SIZEOF_SIZE_T__
#define FALLTHROUGH         __attribute__((fallthrough));

#if __SIZEOF_LONG__ == __SIZEOF_SIZE_T__
#define HAVE_BUILTIN_CTZL   1
#endif

#ifdef __ARM_NEON
// Stands in for the questions whether NEON can do this or that, so that the C
// twins of the NEON routines are not linked.
static inline int libjpeg_has_neon(void) {
    return 1;
}
#endif

#endif // UJPEG_JCONFIGINT_H
