// Compilers before GCC 14 lack some NEON load intrinsics on ARMv7; the sources
// have other ways where HAVE_VLD1_... is not defined.

#define BUILTIN_CLZ(x)      __builtin_clz(x)
#define BUILTIN_CLZLL(x)    __builtin_clzll(x)
#define BUILTIN_BSWAP64(x)  __builtin_bswap64(x)
