#!/usr/bin/env python3
"""Compile Python files to .mpy, deflate them as one block, and write it as a C header.

    usermodules/ulab/pack.py MPY_CROSS HEADER FILE.py...

The block is, for each module, its name and a zero byte, the length of its .mpy in
two bytes, the low one first, and the .mpy. The files whose names start with an
underscore are modules; the others together are the module __init__, compiled as
one file, whose names are stored once.
"""

import subprocess
import sys
import tempfile
import zlib
from pathlib import Path


def compiled(mpy_cross, path, source):
    """Return the bytes of a file's .mpy, without line numbers, and `source` in place of its path."""
    with tempfile.NamedTemporaryFile(suffix=".mpy") as output:
        subprocess.run([mpy_cross, "-O3", "-s", source, "-o", output.name, path], check=True)
        return Path(output.name).read_bytes()


def joined(paths):
    """Return the text of the files one after another, with what several of them import imported once."""
    lines = []
    for path in paths:
        lines += [line for line in path.read_text().splitlines() if line not in lines or not line.startswith("from ")]
    return "\n".join(lines)


def main():
    mpy_cross, header, *paths = sys.argv[1:]
    paths = [Path(path) for path in paths]
    modules = {path.stem: path for path in paths if path.stem.startswith("_")}
    with tempfile.NamedTemporaryFile("w", suffix=".py") as init:
        init.write(joined(path for path in paths if path not in modules.values()))
        init.flush()
        block = b""
        for name, path in {"__init__": init.name, **modules}.items():
            code = compiled(mpy_cross, path, name.strip("_") if name in modules else "numpy")
            block += name.encode() + b"\0" + len(code).to_bytes(2, "little") + code
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    deflated = deflater.compress(block) + deflater.flush()
    lines = [", ".join(str(byte) for byte in deflated[i : i + 24]) for i in range(0, len(deflated), 24)]
    Path(header).write_text(
        f"#define PACKED_SIZE ({len(block)})\n"
        "static const uint8_t packed_block[] = {\n    " + ",\n    ".join(lines) + ",\n};\n"
    )


if __name__ == "__main__":
    main()
