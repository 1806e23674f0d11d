// libjpeg-turbo as the cameras need it: 8 bits, Huffman coding, the API of version 6b.

#define JPEG_LIB_VERSION                62
#define LIBJPEG_TURBO_VERSION           2.1.5
#define LIBJPEG_TURBO_VERSION_NUMBER    2001005
#define BITS_IN_JSAMPLE                 8

// firmware.mk has the routines that go with this.
#if !defined(LIBJPEG_PLAIN) && (defined(__ARM_NEON) || defined(__x86_64__))
#define WITH_SIMD                       1
#endif
