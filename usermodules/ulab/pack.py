#!/usr/bin/env python3
"""Compile Python files to .mpy, deflate them as one block, and write it as a C header.

    usermodules/ulab/pack.py MPY_CROSS HEADER FILE.py...

The block is, for each file in the given order, the name of its module and a zero
byte, the length of its .mpy in two bytes, the low one first, and the .mpy. The
files whose names start with an underscore are modules, the others __init__.
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


def main():
    mpy_cross, header, *paths = sys.argv[1:]
    block = b""
    for path in paths:
        stem = Path(path).stem
        code = compiled(mpy_cross, path, stem.strip("_") if stem.startswith("_") else "numpy")
        module = stem if stem.startswith("_") else "__init__"
        block += module.encode() + b"\0" + len(code).to_bytes(2, "little") + code
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    deflated = deflater.compress(block) + deflater.flush()
    lines = [", ".join(str(byte) for byte in deflated[i : i + 24]) for i in range(0, len(deflated), 24)]
    Path(header).write_text(
        f"#define PACKED_SIZE ({len(block)})\n"
        "static const uint8_t packed_block[] = {\n    " + ",\n    ".join(lines) + ",\n};\n"
    )


if __name__ == "__main__":
    main()
