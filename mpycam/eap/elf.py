"""The ELF header of an executable: for which camera it is, and whether it can start there.

Field offsets are those of the System V ABI, chapter 4 and 5.
"""

import struct
from dataclasses import dataclass

from mpycam.eap.problem import printable

MACHINES = {3: "x86", 8: "MIPS", 40: "ARM", 62: "x86-64", 183: "AArch64", 243: "RISC-V"}
MACHINE_ARM, MACHINE_AARCH64 = 40, 183
TYPE_EXECUTABLE, TYPE_SHARED = 2, 3
SEGMENT_LOAD, SEGMENT_INTERPRETER = 1, 3
SEGMENT_CAN_RUN = 1
ARM_HARD_FLOAT, ARM_EABI_MASK, ARM_EABI_5 = 0x400, 0xFF000000, 0x05000000

MAX_SEGMENTS = 64


class ElfError(ValueError):
    """The bytes are no ELF file, or a damaged one; the text says what is wrong."""


@dataclass(frozen=True)
class Elf:
    """What the header says. `interpreter` is the dynamic loader's path, None when linked statically."""

    bits: int
    machine: str
    architecture: str | None  # armv7hf or aarch64, None for anything that no camera package names
    starts: bool  # an executable whose entry point lies in a segment that may run
    interpreter: str | None

    def __str__(self):
        linked = f"needs {self.interpreter}" if self.interpreter else "static"
        name = f", {self.architecture}" if self.architecture else ""
        return f"ELF {self.bits}-bit {self.machine}{name}, {linked}"


def is_elf(data):
    """Tell whether the bytes begin as an ELF file does."""
    return data[:4] == b"\x7fELF"


def read(data):
    """Return the Elf of the bytes of a file; raise ElfError where they are none or cut off."""
    if not is_elf(data):
        raise ElfError("does not begin with the four bytes of an ELF file")
    try:
        return _read(data)
    except (struct.error, OverflowError):
        raise ElfError(f"is cut off within its headers, at {len(data)} bytes") from None


def _read(data):
    kind, order = struct.unpack_from("BB", data, 4)
    if kind not in (1, 2) or order not in (1, 2):
        raise ElfError(f"has class {kind} and byte order {order}, expected 1 or 2 for both")
    bits, endian = 32 * kind, "<" if order == 1 else ">"
    # Addresses are as wide as the class; the fields' order in a program header differs too.
    header, segment = (
        (endian + "HHIIIIIHHH", endian + "IIIIIII") if bits == 32 else (endian + "HHIQQQIHHH", endian + "IIQQQQQ")
    )
    file_type, machine, _, entry, table, _, flags, _, size, count = struct.unpack_from(header, data, 16)
    if count > MAX_SEGMENTS:
        raise ElfError(f"has {count} segments, at most {MAX_SEGMENTS} are read")
    starts, interpreter = False, None
    for number in range(count):
        fields = struct.unpack_from(segment, data, table + number * size)
        if bits == 32:
            segment_type, offset, address, _, file_size, memory_size, access = fields
        else:
            segment_type, access, offset, address, _, file_size, memory_size = fields
        if segment_type in (SEGMENT_LOAD, SEGMENT_INTERPRETER) and offset + file_size > len(data):
            raise ElfError(f"is cut off: segment {number} ends at {offset + file_size}, the file at {len(data)} bytes")
        if segment_type == SEGMENT_INTERPRETER:
            path = data[offset : offset + min(file_size, 256)].split(b"\0")[0]
            interpreter = printable(path.decode("utf-8", "replace"))
        if segment_type == SEGMENT_LOAD and access & SEGMENT_CAN_RUN and address <= entry < address + memory_size:
            starts = True
    architecture = None
    if endian == "<" and machine == MACHINE_AARCH64 and bits == 64:
        architecture = "aarch64"
    hard_float = flags & ARM_HARD_FLOAT and flags & ARM_EABI_MASK == ARM_EABI_5
    if endian == "<" and machine == MACHINE_ARM and bits == 32 and hard_float:
        architecture = "armv7hf"
    return Elf(
        bits=bits,
        machine=MACHINES.get(machine, f"machine {machine}"),
        architecture=architecture,
        starts=starts and file_type in (TYPE_EXECUTABLE, TYPE_SHARED),
        interpreter=interpreter,
    )
