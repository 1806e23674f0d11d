"""variant/libc.c beside this machine's C library, and in use by musl in the camera builds."""

import ctypes
import random
import subprocess

import pytest
from interpreters import ROOT

NAMES = ["strtoull", "strtoul", "strtoll", "strtol", "qsort", "strstr", "mbstowcs", "ioctl", "memset"]
HEADERS = ["ctype.h", "limits.h", "stdarg.h", "stdlib.h", "string.h", "sys/ioctl.h", "sys/syscall.h", "unistd.h"]


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    """The file as a shared library, each function with small_ in front of its name."""
    folder = tmp_path_factory.mktemp("libc")
    lines = [f"#include <{header}>" for header in HEADERS] + ["#undef __GLIBC__", "#define __ARM_ARCH 7"]
    lines += [f"#define {name} small_{name}" for name in NAMES] + [f'#include "{ROOT}/variant/libc.c"']
    (folder / "libc.c").write_text("\n".join(lines) + "\n")
    command = ["cc", "-std=gnu99", "-O1", "-shared", "-fPIC", "-o", folder / "libc.so", folder / "libc.c"]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(folder / "libc.so"))


def test_numbers(ours):
    theirs = ctypes.CDLL(None)
    texts = ["", "0", "7", " \t42 ", "-9", "+8", "0x1F", "0x", "0xg", "010", "08", "z", "zz9", "12.5", "- 1", "0X7f.1"]
    texts += ["99999999999999999999", "0xffffffffffffffff", "18446744073709551616", "2147483648", "9223372036854775808"]
    kinds = [ctypes.c_ulonglong, ctypes.c_ulong, ctypes.c_longlong, ctypes.c_long]
    for name, kind in zip(NAMES[:4], kinds, strict=True):
        for text in texts:
            for base in (0, 10, 16, 36):
                got = []
                for function in (getattr(ours, f"small_{name}"), getattr(theirs, name)):
                    function.restype = kind
                    data, end = ctypes.create_string_buffer(text.encode()), ctypes.c_void_p()
                    value = function(data, ctypes.byref(end), base)
                    got.append((value, end.value - ctypes.addressof(data)))
                assert got[0] == got[1], (name, text, base)


def test_sorting(ours):
    generator = random.Random(1)
    for size in (1, 3, 28):

        @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
        def compare(one, other, size=size):
            one, other = ctypes.string_at(one, size), ctypes.string_at(other, size)
            return (one > other) - (one < other)

        for count in (0, 1, 2, 3, 48):
            items = [bytes(generator.choices(range(4), k=size)) for _ in range(count)]
            data = ctypes.create_string_buffer(b"".join(items), max(count * size, 1))
            ours.small_qsort(data, ctypes.c_size_t(count), ctypes.c_size_t(size), compare)
            assert data.raw[: count * size] == b"".join(sorted(items)), (size, count)


def test_texts(ours):
    ours.small_strstr.restype = ctypes.c_void_p
    ours.small_mbstowcs.restype = ctypes.c_size_t
    for text in (b"", b"a", b"aab", b"options ndots:2", b"abababc"):
        data = ctypes.create_string_buffer(text)
        assert ours.small_mbstowcs(None, data, ctypes.c_size_t(0)) == len(text)
        for wanted in (b"", b"a", b"b", b"ndots:", b"ababc", b"options ndots:2", b"options ndots:23"):
            found = ours.small_strstr(data, wanted)
            assert (found - ctypes.addressof(data) if found is not None else -1) == text.find(wanted), (text, wanted)


def test_filling(ours):
    ours.small_memset.restype = ctypes.c_void_p
    for count in [*range(70), 255, 768, 1000]:
        for start in range(17):
            data = ctypes.create_string_buffer(b"." * (count + 40), count + 40)
            place = ctypes.addressof(data) + start
            assert ours.small_memset(ctypes.c_void_p(place), 0x100 + count, ctypes.c_size_t(count)) == place
            assert data.raw == b"." * start + bytes([count % 256]) * count + b"." * (40 - start), (count, start)


def test_addresses(interpreter):
    """The resolver reads numbers, names of /etc/hosts and scopes."""
    output = interpreter.run("""
import socket
for host, port in (
    ("127.0.0.1", 80), ("0x7f.0x1", 81), ("0177.256", 82), ("localhost", 65535), ("::1", 1), ("fe80::1%7", 2),
    ("fe80::1%4294967297", 2), ("1.2.3.256", 1), ("08.1", 1),
):
    try:
        for address, port in sorted({socket.sockaddr(item[4])[1:3] for item in socket.getaddrinfo(host, port)}):
            print(address.hex(), port)
    except OSError:
        print("no")
""")
    assert output.splitlines() == [
        "7f000001 80", "7f000001 81", "7f000100 82", "7f000001 65535", "0" * 31 + "1 1", "fe80" + "0" * 27 + "1 2",
        "no", "no", "no",
    ]  # fmt: skip


def test_heap_size(interpreter):
    """-X heapsize= takes numbers in C's notations, with a letter behind."""
    for text, expected in (("0x40000", 1 << 18), ("256K", 1 << 18), ("01000000", 1 << 18), ("1M", 1 << 20)):
        script = "import gc; gc.collect(); print(gc.mem_free() + gc.mem_alloc())"
        size = int(interpreter.start(["-X", f"heapsize={text}", "-c", script]).stdout)
        assert 0.9 * expected < size <= expected, text
