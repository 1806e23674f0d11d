// A packed executable: this program, and behind it another one as a .lzma file.
// It is unpacked into memory and started there, with the arguments, environment
// and process that this one got; mpycam/eap/packed.py makes such files.
//
//     door_state --unpack FILE
//
// writes the other program to FILE instead, which from then on starts at once.

#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "branches.h"
#include "lzma_decode.h"
#include "system.h"

#ifdef __arm__
typedef Elf32_Ehdr header_t;
typedef Elf32_Phdr segment_t;
#else
typedef Elf64_Ehdr header_t;
typedef Elf64_Phdr segment_t;
#endif

#define PAGE ((uintptr_t)4095)

// A vector of the process's start: a key of the list behind the environment, and its value.
typedef struct {
    uintptr_t key, value;
} auxiliary_t;

// What ends a packed file.
typedef struct {
    uint32_t packed_size, unpacked_size;
} trailer_t;

__attribute__((noreturn)) static void fail(const char *text, size_t size) {
    system_call(CALL_WRITE, 2, (long)text, size, 0, 0, 0);
    system_call(CALL_EXIT, 127, 0, 0, 0, 0, 0);
    __builtin_unreachable();
}

#define FAIL(text) fail(text "\n", sizeof(text))

static void *map(uintptr_t address, size_t size, int flags) {
    // The last argument is an offset in a file, and there is none.
    long mapped = system_call(CALL_MMAP, address, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    if (system_failed(mapped)) {
        FAIL("not enough memory to unpack the program");
    }
    return (void *)mapped;
}

static void make_executable(uintptr_t from, uintptr_t to, int protection) {
    #ifdef __arm__
    enum { CALL_CACHEFLUSH = 0xf0002 };
    system_call(CALL_CACHEFLUSH, from, to, 0, 0, 0, 0);
    #else
    // 4 bytes is the least line that the architecture allows.
    uint64_t sizes;
    __asm__ ("mrs %0, ctr_el0" : "=r" (sizes));
    uintptr_t data_line = (uintptr_t)4 << (sizes >> 16 & 15), code_line = (uintptr_t)4 << (sizes & 15);
    for (uintptr_t at = from; at < to; at += data_line) {
        __asm__ volatile ("dc cvau, %0" :: "r" (at) : "memory");
    }
    __asm__ volatile ("dsb ish" ::: "memory");
    for (uintptr_t at = from; at < to; at += code_line) {
        __asm__ volatile ("ic ivau, %0" :: "r" (at) : "memory");
    }
    __asm__ volatile ("dsb ish\nisb" ::: "memory");
    #endif
    if (system_failed(system_call(CALL_MPROTECT, from, to - from, protection, 0, 0, 0))) {
        FAIL("memory cannot be made executable");
    }
}

static void load(const uint8_t *file) {
    const header_t *header = (const header_t *)file;
    const segment_t *segments = (const segment_t *)(file + header->e_phoff);
    for (int i = 0; i < header->e_phnum; i++) {
        const segment_t *segment = &segments[i];
        if (segment->p_type != PT_LOAD) {
            continue;
        }
        uintptr_t from = segment->p_vaddr & ~PAGE, to = (segment->p_vaddr + segment->p_memsz + PAGE) & ~PAGE;
        map(from, to - from, MAP_FIXED);
        uint8_t *memory = (uint8_t *)segment->p_vaddr;
        for (size_t at = 0; at < segment->p_filesz; at++) {
            memory[at] = file[segment->p_offset + at];
        }
        if (segment->p_flags & PF_X) {
            make_executable(from, to, PROT_READ | PROT_EXEC);
        }
    }
}

static bool equal(const char *a, const char *b) {
    for (; *a == *b; a++, b++) {
        if (*a == 0) {
            return true;
        }
    }
    return false;
}

__attribute__((noreturn)) static void write_file(const char *path, const uint8_t *data, size_t size) {
    // Another one's file or link of this name is left alone.
    long file = system_call(CALL_OPENAT, AT_FDCWD, (long)path, O_WRONLY | O_CREAT | O_EXCL, 0755, 0, 0);
    if (system_failed(file)) {
        FAIL("the file for --unpack cannot be made");
    }
    while (size > 0) {
        long written = system_call(CALL_WRITE, file, (long)data, size, 0, 0, 0);
        if (system_failed(written)) {
            FAIL("the file for --unpack cannot be written");
        }
        data += written;
        size -= written;
    }
    system_call(CALL_EXIT, 0, 0, 0, 0, 0, 0);
    __builtin_unreachable();
}

// Where the other program begins. `stack` is as the kernel left it: the number of
// arguments, they, a null, the environment, a null, and the auxiliary vector.
uintptr_t unpack(uintptr_t *stack) {
    char **arguments = (char **)(stack + 1);
    uintptr_t *environment = stack + 1 + stack[0] + 1;
    while (*environment != 0) {
        environment++;
    }
    auxiliary_t *auxiliary = (auxiliary_t *)(environment + 1), *entry = NULL, *segments = NULL, *count = NULL;
    for (; auxiliary->key != AT_NULL; auxiliary++) {
        if (auxiliary->key == AT_ENTRY) {
            entry = auxiliary;
        } else if (auxiliary->key == AT_PHDR) {
            segments = auxiliary;
        } else if (auxiliary->key == AT_PHNUM) {
            count = auxiliary;
        }
    }

    // The one segment of this file has the packed one in it.
    const segment_t *own = (const segment_t *)segments->value;
    const uint8_t *end = (const uint8_t *)(own->p_vaddr + own->p_filesz);
    const trailer_t *trailer = (const trailer_t *)end - 1;
    const uint8_t *packed = (const uint8_t *)trailer - ((trailer->packed_size + 7) & ~(uint32_t)7);
    size_t size = trailer->unpacked_size, mapped = (size + PAGE) & ~PAGE;
    uint8_t *file = map(0, mapped, 0);
    if (!lzma_decode(file, size, packed, trailer->packed_size)) {
        FAIL("the packed program is damaged");
    }
    branches_restore(file, size);
    if (stack[0] == 3 && equal(arguments[1], "--unpack")) {
        write_file(arguments[2], file, size);
    }
    load(file);

    const header_t *header = (const header_t *)file;
    uintptr_t start = header->e_entry;
    // The first segment begins with the file's headers.
    entry->value = start;
    count->value = header->e_phnum;
    for (const segment_t *each = (const segment_t *)(file + header->e_phoff);; each++) {
        if (each->p_type == PT_LOAD) {
            segments->value = each->p_vaddr + header->e_phoff;
            break;
        }
    }
    system_call(CALL_MUNMAP, (long)file, mapped, 0, 0, 0, 0);
    return start;
}

#ifdef __arm__
__asm__ (
    ".thumb\n.thumb_func\n.globl _start\n_start:\n"
    "mov r4, sp\n mov r0, sp\n bl unpack\n mov sp, r4\n mov r1, r0\n movs r0, #0\n bx r1\n"
    );
#else
__asm__ (
    ".globl _start\n_start:\n"
    "mov x19, sp\n mov x0, sp\n bl unpack\n mov sp, x19\n mov x16, x0\n mov x0, #0\n br x16\n"
    );
#endif
