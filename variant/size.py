#!/usr/bin/env python3
"""Print how many bytes of an executable each part takes, and hold it to a budget.

    variant/size.py dist/armv7hf/micropython dist/armv7hf/micropython.map --budget 400000

The linker's map says which object file each piece of a section comes from; the
executable says where its sections lie in the file. What no object file accounts
for gets lines of its own, so that the lines add up to the size of the file.
"""

import argparse
import re
import struct
import sys
from collections import Counter
from pathlib import Path

PADDING = "padding between pieces"
TABLES = "ELF headers and tables"

# "name", "address", "size" and "object file", on one line or, after a long name,
# on two.
PIECE = re.compile(r"^ ?(?P<name>\S+)?\s+0x(?P<address>[0-9a-f]+)\s+0x(?P<size>[0-9a-f]+)(?: (?P<file>\S.*))?$")


class SizeError(Exception):
    """The files do not fit together or are not what they should be."""


def read_sections(path):
    """Return {name: size} of the sections of a 32- or 64-bit little-endian ELF
    file that take space in it and in memory, and the size of the file."""
    data = Path(path).read_bytes()
    if data[:4] != b"\x7fELF" or data[5] != 1:
        raise SizeError(f"{path} is not a little-endian ELF file")
    if data[4] == 1:
        header, entry = "<16sHHIIIIIHHHHHH", "<10I"
    else:
        header, entry = "<16sHHIQQQIHHHHHH", "<IIQQQQIIQQ"
    fields = struct.unpack_from(header, data)
    table, entry_size, count, names_index = fields[6], *fields[11:14]
    entries = [struct.unpack_from(entry, data, table + i * entry_size) for i in range(count)]
    names = entries[names_index][4]
    sections = {}
    for name, kind, flags, _address, _offset, size, *_ in entries:
        start = names + name
        allocated = flags & 2
        occupies_file = kind != 8  # SHT_NOBITS
        if allocated and occupies_file:
            sections[data[start : data.index(b"\0", start)].decode()] = size
    return sections, len(data)


def read_map(text):
    """Return {output section: (address, size, pieces)} from a GNU linker map; a
    piece is [address, size, object file, size before merging or 0].

    Only strings and constants that the linker merges have a size before merging.
    """
    marker = "Linker script and memory map"
    if marker not in text:
        raise SizeError("the map holds no memory map")
    sections = {}
    pieces = []
    name = ""
    for line in text[text.index(marker) :].splitlines():
        merged = re.match(r"^ +0x([0-9a-f]+) \(size before relaxing\)$", line)
        if merged:
            pieces[-1][3] = int(merged[1], 16)
            continue
        if re.match(r"^ ?[^\s(*]\S*$", line):
            # A long name; its address follows on the next line.
            name = line
            continue
        match = PIECE.match(line)
        if match and (match["name"] or name):
            address, size = int(match["address"], 16), int(match["size"], 16)
            if not (name or line).startswith(" "):
                pieces = []
                sections[(name or line).split()[0]] = address, size, pieces
            elif match["file"] and match["name"] != "*fill*":
                mergeable = re.search(r"\.(str|cst)\d+", name or match["name"])
                pieces.append([address, size, match["file"], size if mergeable else 0])
        name = ""
    return sections


def part_of(file, build, modules):
    """Name the part that an object file belongs to.

    `build` is the folder that MicroPython was built in and `modules` the names of
    the C modules, whose objects lie in folders of that name there.
    """
    if "libjpeg" in file:
        return "libjpeg"
    if re.search(r"/libgcc\.a\(|/crt(begin|end)\w*\.o$", file):
        return "compiler's library"
    if re.search(r"/musl/lib/", file):
        return "libc"
    if file.startswith(f"{build}/"):
        inside = file[len(build) + 1 :]
        folder = inside.split("/")[0]
        if folder in modules:
            return folder
        return "frozen code" if inside == "frozen_content.o" else "interpreter"
    return "other"


def build_folder(map_text):
    """The folder that MicroPython was built in, which the map names, and which may be another machine's."""
    match = re.search(r"(\S+)/frozen_content\.o", map_text)
    if not match:
        raise SizeError("the map names no frozen_content.o: not a map of the interpreter")
    return match[1]


def count_parts(sections, file_size, map_text, modules):
    """Return a Counter {part: bytes} whose values add up to `file_size`."""
    parts = Counter()
    mapped = read_map(map_text)
    build = build_folder(map_text)
    for section, size in sections.items():
        address, mapped_size, pieces = mapped.get(section, (0, None, []))
        if mapped_size != size:
            raise SizeError(f"section {section} has {size} bytes, {mapped_size} in the map: another build's map?")
        # At one address the map names first what was merged away.
        pieces = sorted((piece for piece in pieces if piece[1] > 0), key=lambda piece: piece[0])
        ends = [piece[0] for piece in pieces[1:]] + [address + size]
        left = size
        merged_size = 0
        for (start, piece_size, file, size_before), end in zip(pieces, ends, strict=False):
            if not address <= start <= end:
                raise SizeError(f"a piece of {file} at {start:#x} lies outside of section {section}")
            counted = min(piece_size, end - start)
            left -= counted
            if size_before:
                merged_size += counted
            else:
                parts[part_of(file, build, modules)] += counted
        # The map gives all merged strings to the first file that has one: each
        # gets its share by what it brought.
        brought = [(part_of(piece[2], build, modules), piece[3]) for piece in pieces if piece[3]]
        total = sum(count for _, count in brought)
        before = 0
        for part, count in brought:
            parts[part] += merged_size * (before + count) // total - merged_size * before // total
            before += count
        parts[PADDING] += left
    parts[TABLES] = file_size - parts.total()
    return parts


def main():
    """Print the table; return 1 above the budget and 2 when the files do not fit together."""
    parser = argparse.ArgumentParser(description="Bytes per part of an executable, from the linker's map.")
    parser.add_argument("executable")
    parser.add_argument("map")
    parser.add_argument("--modules", nargs="*", default=[], help="names of the C modules")
    parser.add_argument("--budget", type=int, help="fail when the file is larger than this")
    options = parser.parse_args()
    try:
        sections, file_size = read_sections(options.executable)
        parts = count_parts(sections, file_size, Path(options.map).read_text(), options.modules)
    except (SizeError, OSError) as error:
        print(f"size: {error}", file=sys.stderr)
        return 2
    for part, size in parts.most_common():
        print(f"{size:9,}  {part}")
    print(f"{file_size:9,}  {options.executable}")
    if options.budget is None:
        return 0
    if file_size > options.budget:
        print(f"size: {file_size - options.budget:,} bytes above the budget of {options.budget:,}", file=sys.stderr)
        return 1
    print(f"{options.budget - file_size:9,}  left of the budget of {options.budget:,}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
