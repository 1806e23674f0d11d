"""Packed executables: an unpacker, and behind it the program as a .lzma file.

Machine code takes a third less than in a package's own gzip. The program is
unpacked in memory at each start, or once for all by `--unpack FILE`; variant/unpacker
is what does that.
"""

import lzma
import struct

import numpy as np

from mpycam.eap import elf

# Matches of two bytes are worth finding in machine code.
FILTER = {"id": lzma.FILTER_LZMA1, "preset": 9 | lzma.PRESET_EXTREME, "nice_len": 64, "mf": lzma.MF_BT2}

# Where in an instruction a byte is tells much of it: Thumb's have two or four, those
# of AArch64 four. The unpacker has memory for two bits of literal context and
# position together.
CONTEXTS = {"armv7hf": {"lc": 1, "lp": 1, "pb": 1}, "aarch64": {"lc": 0, "lp": 2, "pb": 2}}

# Where the sizes of an ELF file's first segment are: in the file, and in memory.
SEGMENT_TABLE = {32: ("<I", 28, 16, 20), 64: ("<Q", 32, 32, 40)}


def pack(program, unpacker):
    """Return the executable of `unpacker` that unpacks and runs `program`, both ELF files of one architecture.

    Raises ElfError where one of them is none, or where they are for different
    architectures.
    """
    header, own = elf.read(program), elf.read(unpacker)
    if header.architecture is None or header.architecture != own.architecture:
        raise elf.ElfError(f"{header}, and the unpacker is {own}: expected the same architecture for both")
    places = addresses_to_places(program, header.architecture)
    stream = lzma.compress(places, lzma.FORMAT_ALONE, filters=[{**FILTER, **CONTEXTS[header.architecture]}])
    word, table, file_size, memory_size = SEGMENT_TABLE[header.bits]
    (segment,) = struct.unpack_from(word, unpacker, table)
    (size,) = struct.unpack_from(word, unpacker, segment + file_size)
    # Section headers are not needed to run.
    packed = bytearray(unpacker[:size])
    packed += bytes(-len(packed) % 8) + stream + bytes(-len(stream) % 8)
    packed += struct.pack("<II", len(stream), len(program))
    struct.pack_into(word, packed, segment + file_size, len(packed))
    struct.pack_into(word, packed, segment + memory_size, len(packed))
    _forget_sections(packed, header.bits)
    return bytes(packed)


def _forget_sections(data, bits):
    word, at, counts = ("<I", 32, 48) if bits == 32 else ("<Q", 40, 60)
    struct.pack_into(word, data, at, 0)
    struct.pack_into("<HH", data, counts, 0, 0)


def addresses_to_places(code, architecture):
    """Return code whose BL instructions name the place that they call instead of the distance to it.

    In AArch64 code ADR instructions do so too. Places count from the start of the
    file. The unpacker undoes it over the whole file, so that it does not matter
    what is no instruction.
    """
    if architecture == "aarch64":
        return _words_to_places(code)
    data = bytearray(code)
    at = 0
    while at + 4 <= len(data):
        if data[at + 1] & 0xF8 == 0xF0 and data[at + 3] & 0xF8 == 0xF8:
            offset = (data[at + 1] & 7) << 19 | data[at] << 11 | (data[at + 3] & 7) << 8 | data[at + 2]
            target = offset + (at + 4) // 2
            data[at + 1] = 0xF0 | target >> 19 & 7
            data[at] = target >> 11 & 0xFF
            data[at + 3] = 0xF8 | target >> 8 & 7
            data[at + 2] = target & 0xFF
            at += 2
        at += 2
    return bytes(data)


def _words_to_places(code):
    whole = len(code) // 4 * 4
    words = np.frombuffer(code[:whole], "<u4").copy()
    calls = np.flatnonzero(words >> 26 == 0x25)
    words[calls] = 0x94000000 | (words[calls] + calls & 0x03FFFFFF)
    # The distance in bytes: its upper 19 bits lie above the register, the lower two, which stay, near the top.
    addresses = np.flatnonzero(words >> 24 & 0x9F == 0x10)
    places = (words[addresses] >> 5) + addresses & 0x7FFFF
    words[addresses] = words[addresses] & 0xFF00001F | places << 5
    return words.astype("<u4").tobytes() + code[whole:]
