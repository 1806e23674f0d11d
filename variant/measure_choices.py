#!/usr/bin/env python3
"""Measure what each choice of the variant costs in the armv7hf binary, and print the table of docs/variant.md.

Every choice is flipped alone in a copy of the tree and the interpreter built
again, without the C modules: about half a minute each. `make firmware-native
ARCH=armv7hf` has to have run before, for the compiler's wrapper and C library.

    variant/measure_choices.py             all of them
    variant/measure_choices.py re json     those whose names contain one of the words
"""

import argparse
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPY = ROOT / "build" / "measure"
DEFINE = "#undef {name}\n#define {name} ({value})\n"


@dataclass
class Choice:
    """One line of the table, and how to take the opposite decision."""

    name: str
    kept: bool
    reason: str
    defines: dict = field(default_factory=dict)
    make: dict = field(default_factory=dict)
    without_files: tuple = ()
    without_lines: tuple = ()  # in manifest.py
    # Frozen code is compiled for one kind of integers: it is left out on both sides.
    base_without_lines: tuple = ()


def keep(name, reason, **flip):
    return Choice(name, True, reason, **flip)


def leave_out(name, reason, **flip):
    return Choice(name, False, reason, **flip)


CHOICES = [
    keep("double floats", "times, statistics and NumPy's default need them; other than single floats",
         defines={"MICROPY_FLOAT_IMPL": "MICROPY_FLOAT_IMPL_FLOAT"}),
    keep("big integers", "nanosecond times on 32 bits; other than 64-bit integers",
         defines={"MICROPY_LONGINT_IMPL": "MICROPY_LONGINT_IMPL_LONGLONG"},
         without_lines=("include", "package"), base_without_lines=("include", "package")),
    keep("native and viper emitters", "loops in Python at the speed of simple C, compiled in the camera",
         defines={"MICROPY_EMIT_THUMB": 0}),
    leave_out("inline assembler", "C modules are the way to write such code", defines={"MICROPY_EMIT_INLINE_THUMB": 1}),
    keep(".mpy loading", "packages carry bytecode", defines={"MICROPY_PERSISTENT_CODE_LOAD": 0}),
    keep("imports from C modules (MODULE_BUILTIN_SUBPACKAGES)", "`import ulab.numpy` and the like",
         defines={"MICROPY_MODULE_BUILTIN_SUBPACKAGES": 0}),
    keep("asyncio, frozen", "apps serve several sources and clients at once",
         defines={"MICROPY_PY_ASYNCIO": 0}, without_lines=("asyncio",)),
    keep("threads and global lock", "a blocking call beside the event loop", make={"MICROPY_PY_THREAD": 0},
         defines={"MICROPY_PY_THREAD_GIL": 0, "MICROPY_PY_THREAD_RECURSIVE_MUTEX": 0},
         without_files=("variant/thread.c",)),
    keep("sockets", "cameras serve and are served", make={"MICROPY_PY_SOCKET": 0}),
    keep("select.poll", "asyncio waits in it", defines={"MICROPY_PY_SELECT": 0, "MICROPY_PY_ASYNCIO": 0},
         without_lines=("asyncio",)),
    leave_out("select.select", "poll does all of it", 
              defines={"MICROPY_PY_SELECT_SELECT": 1, "MICROPY_PY_SELECT_POSIX_OPTIMISATIONS": 0}),
    keep("hashlib: MD5, SHA-1, SHA-256", "HTTP Digest, WebSocket, checksums",
         without_files=("variant/modhashlib.c", "variant/hash.c", "variant/hash.h")),
    keep("re", "parses headers and parameters", defines={"MICROPY_PY_RE": 0}),
    keep("json", "configuration and output", defines={"MICROPY_PY_JSON": 0}),
    keep("deflate, decompression", "compressed answers of servers", defines={"MICROPY_PY_DEFLATE": 0}),
    leave_out("deflate, compression", "a camera's data are pictures, which are compressed",
              defines={"MICROPY_PY_DEFLATE_COMPRESS": 1}),
    keep("binascii", "Basic authentication, hexadecimal", defines={"MICROPY_PY_BINASCII": 0}),
    keep("struct", "binary formats", defines={"MICROPY_PY_STRUCT": 0}),
    keep("random", "back-off, nonces", defines={"MICROPY_PY_RANDOM": 0}),
    keep("heapq", "timers, best of many", defines={"MICROPY_PY_HEAPQ": 0}),
    keep("REPL editing and history", "people try things on a camera", make={"MICROPY_USE_READLINE": 0}),
    keep("terminal settings (termios)", "serial devices on the camera", make={"MICROPY_PY_TERMIOS": 0}),
    keep("detailed error texts", "errors name what was wrong; other than normal ones",
         defines={"MICROPY_ERROR_REPORTING": "MICROPY_ERROR_REPORTING_NORMAL"}),
    keep("compressed error texts", "they take less room",
         make={"MICROPY_ROM_TEXT_COMPRESSION": 0}),
    leave_out("bytecode printers", "for work on the compiler; -v still tells the memory used",
              defines={"MICROPY_DEBUG_PRINTERS": 1}),
    keep("computed goto", "faster bytecode", defines={"MICROPY_OPT_COMPUTED_GOTO": 0}),
    leave_out("complex arithmetic module (cmath)", "no use on a camera", defines={"MICROPY_PY_CMATH": 1}),
    leave_out("special functions in math", "erf and gamma have no use on a camera",
              defines={"MICROPY_PY_MATH_SPECIAL_FUNCTIONS": 1}),
    leave_out("framebuf", "ulab holds pictures", defines={"MICROPY_PY_FRAMEBUF": 1}),
    leave_out("uctypes", "struct serves", defines={"MICROPY_PY_UCTYPES": 1}),
    leave_out("machine", "no pins or registers are an app's to touch", defines={"MICROPY_PY_MACHINE": 1}),
]  # fmt: skip


def copy_tree():
    """Make the copy afresh, except for what does not depend on the choices."""
    shutil.rmtree(COPY, ignore_errors=True)
    (COPY / "build" / "armv7hf").mkdir(parents=True)
    (COPY / "usermodules").mkdir()
    (COPY / "mpycam").mkdir()
    shutil.copytree(ROOT / "variant", COPY / "variant", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("manifest.py", "mpycam/__init__.py"):
        shutil.copy2(ROOT / name, COPY / name)
    for name in ("sources", "mpy-cross", "armv7hf/musl"):
        (COPY / "build" / name).symlink_to((ROOT / "build" / name).resolve())
    if (ROOT / "micropython" / "py").exists():
        (COPY / "micropython").symlink_to(ROOT / "micropython")


def build_size(choice):
    """Return the bytes of the binary with `choice` flipped."""
    copy_tree()
    header = COPY / "variant" / "mpconfigvariant.h"
    flips = "".join(DEFINE.format(name=name, value=value) for name, value in choice.defines.items())
    header.write_text(header.read_text() + flips)
    makefile = COPY / "variant" / "mpconfigvariant.mk"
    text = makefile.read_text()
    if "variant/thread.c" in choice.without_files:
        text = "".join(line for line in text.splitlines(keepends=True) if "--wrap" not in line)
    makefile.write_text(text + "".join(f"{name} = {value}\n" for name, value in choice.make.items()))
    for name in choice.without_files:
        (COPY / name).unlink()
    manifest = COPY / "manifest.py"
    lines = manifest.read_text().splitlines(keepends=True)
    manifest.write_text("".join(line for line in lines if not any(word in line for word in choice.without_lines)))
    command = ["make", "-j2", "-f", "variant/firmware.mk", "firmware-native", "ARCH=armv7hf"]
    result = subprocess.run(command, cwd=COPY, capture_output=True, text=True)
    if result.returncode != 0:
        raise RuntimeError(f"{choice.name}: {result.stderr[-2000:]}")
    return (COPY / "dist" / "armv7hf" / "micropython").stat().st_size


def main():
    """Print one row for each choice; return 1 when one could not be built."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    base = build_size(Choice("the build as it is", True, ""))
    print(f"Without C modules: {base:,} bytes.\n")
    print("| choice | | bytes | why |\n|---|---|---:|---|")
    failed = False
    for choice in CHOICES:
        if options.words and not any(word in choice.name for word in options.words):
            continue
        try:
            flipped = build_size(choice)
            if choice.base_without_lines:
                reference = build_size(Choice("reference", True, "", without_lines=choice.base_without_lines))
            else:
                reference = base
        except RuntimeError as error:
            print(f"measure_choices: {error}", file=sys.stderr)
            failed = True
            continue
        cost = reference - flipped if choice.kept else flipped - reference
        print(f"| {choice.name} | {'in' if choice.kept else 'out'} | {cost:,} | {choice.reason} |", flush=True)
    shutil.rmtree(COPY, ignore_errors=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
