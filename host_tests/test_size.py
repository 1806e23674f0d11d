"""variant/size.py on a fabricated executable and map, and on the real ones."""

import re
import struct
import subprocess
import sys

import pytest
from interpreters import ROOT

SCRIPT = ROOT / "variant" / "size.py"
MODULES = ["--modules", "ulab", "unn"]

# Two pieces in .text with 6 bytes of padding between, 16 and 48 bytes of strings
# in .rodata that were merged into 32, .bss, which takes no space in the file.
MAP = """
Discarded input sections

 .text          0x00000000      0x999 /b/py/gone.o

Linker script and memory map

LOAD /b/py/gc.o

.text           0x00010100       0x40
 *(.text .text.*)
 .text.gc       0x00010100       0x1a /b/py/gc.o
                0x00010100                gc_collect
 *fill*         0x0001011a        0x6 1f2003d5
 .text.a_function_with_a_very_long_name
                0x00010120       0x20 /b/ulab/numeric.o
                0x00010120                a_function

.rodata.of.the.linker
                0x00010140        0x0

.rodata         0x00010140       0x30
 .rodata.a.str1.1
                0x00010140       0x20 /b/frozen_content.o
                                 0x10 (size before relaxing)
 .rodata.b.str1.1
                0x00010160       0x30 /x/musl/lib/libc.a(strerror.o)
 .rodata        0x00010160        0x8 /b/../libjpeg/libjpeg.a(jdhuff.o)
 .rodata        0x00010168        0x8 /usr/lib/gcc/libgcc.a(_divdi3.o)

.bss            0x00020000      0x100
 .bss           0x00020000      0x100 /b/unn/state.o

.comment        0x00000000       0x1f
 .comment       0x00000000       0x1f /b/py/gc.o
"""

EXPECTED = {
    "interpreter": 0x1A,
    "ulab": 0x20,
    "frozen code": 8,
    "libc": 0x18,
    "libjpeg": 8,
    "compiler's library": 8,
    "padding between pieces": 6,
}


def make_executable(text_size=0x40):
    """Return a 32-bit ELF file with the sections of MAP, and nothing that could run."""
    names = b"\0.text\0.rodata\0.bss\0.comment\0.names\0"
    body = bytes(text_size + 0x30 + 0x1F) + names
    progbits, strtab, nobits, alloc = 1, 3, 8, 2

    def section(name, kind, flags, offset, size):
        return struct.pack("<10I", names.index(name), kind, flags, 0, 52 + offset, size, 0, 0, 1, 0)

    table = [
        bytes(40),
        section(b".text\0", progbits, alloc, 0, text_size),
        section(b".rodata\0", progbits, alloc, text_size, 0x30),
        section(b".bss\0", nobits, alloc, text_size + 0x30, 0x100),
        section(b".comment\0", progbits, 0, text_size + 0x30, 0x1F),
        section(b".names\0", strtab, 0, text_size + 0x4F, len(names)),
    ]
    identity = b"\x7fELF\x01\x01\x01" + bytes(9)
    header = struct.pack("<16sHHIIIIIHHHHHH", identity, 2, 40, 1, 0, 0, 52 + len(body), 0, 52, 0, 0, 40, len(table), 5)
    return header + body + b"".join(table)


def run_size(*arguments):
    return subprocess.run([sys.executable, SCRIPT, *map(str, arguments)], capture_output=True, text=True)


def read_table(output):
    rows = re.findall(r"^ *([\d,]+)  (.+)$", output, re.MULTILINE)
    return {part: int(size.replace(",", "")) for size, part in rows}


@pytest.fixture
def fabricated(tmp_path):
    """A function that writes the executable and the map and returns their paths."""

    def write(executable=None, map_text=MAP):
        paths = tmp_path / "program", tmp_path / "program.map"
        paths[0].write_bytes(make_executable() if executable is None else executable)
        paths[1].write_text(map_text)
        return paths

    return write


def test_parts_add_up(fabricated):
    executable, map_file = fabricated()
    result = run_size(executable, map_file, *MODULES)
    assert result.returncode == 0, result.stderr
    table = read_table(result.stdout)
    total = table.pop(str(executable))
    tables = table.pop("ELF headers and tables")
    assert table == EXPECTED
    assert sum(EXPECTED.values()) == 0x70
    assert total == executable.stat().st_size == 0x70 + tables


def test_budget(fabricated):
    executable, map_file = fabricated()
    size = executable.stat().st_size
    exact = run_size(executable, map_file, *MODULES, "--budget", size)
    assert exact.returncode == 0
    assert f"0  left of the budget of {size}" in exact.stdout
    above = run_size(executable, map_file, *MODULES, "--budget", size - 1)
    assert above.returncode == 1
    assert above.stderr == f"size: 1 bytes above the budget of {size - 1}\n"


@pytest.mark.parametrize(
    ("executable", "map_text", "message"),
    [
        (make_executable(text_size=0x44), MAP, "section .text has 68 bytes, 64 in the map"),
        (None, "", "the map holds no memory map"),
        (None, MAP.replace("frozen", "thawed"), "the map names no frozen_content.o"),
        (None, MAP.replace(".rodata  ", ".rocket  "), "section .rodata has 48 bytes, None in the map"),
        (None, MAP.replace("0x00010168", "0x00010180"), "lies outside of section .rodata"),
        (b"#!/bin/sh\n", MAP, "is not a little-endian ELF file"),
    ],
)
def test_files_that_do_not_fit_together(fabricated, executable, map_text, message):
    result = run_size(*fabricated(executable, map_text), *MODULES)
    assert result.returncode == 2
    assert message in result.stderr


@pytest.mark.parametrize("arch", ["armv7hf", "aarch64"])
def test_camera_build(arch):
    """Every part is found in the real map, and ARMv7 stays in its budget."""
    executable = ROOT / "dist" / arch / "micropython"
    map_file = ROOT / "dist" / arch / "micropython.map"
    modules = [path.parent.name for path in sorted(ROOT.glob("usermodules/*/micropython.mk"))]
    budget = ["--budget", 400_000] if arch == "armv7hf" else []
    result = run_size(executable, map_file, "--modules", *modules, *budget)
    assert result.returncode == 0, result.stderr
    table = read_table(result.stdout)
    total = table.pop(str(executable))
    assert total == executable.stat().st_size
    assert sum(size for part, size in table.items() if not part.startswith("left of")) == total
    for part in ["interpreter", "libc", "libjpeg", "frozen code", *modules]:
        assert table[part] > 1000, part
    # What the patterns do not know stays small enough to be no part of its own.
    assert table.get("other", 0) < 1000
