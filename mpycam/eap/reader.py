"""Reading the container of a package, made by anyone and for any purpose.

Nothing is written and every size is bounded before memory is taken. The tar
layer is read here and not with `tarfile`, which on some damaged headers raises
errors of many kinds and in older releases loops forever, and which does not
tell about duplicates, padding or a missing end.
"""

import hashlib
import re
import stat
import struct
import zlib
from dataclasses import dataclass, field

from mpycam.eap.problem import ERROR, WARNING, PackageError, Problem, printable

BLOCK = 512

# Where a header has numbers: mode, owner, group, size, time, and a device's two.
NUMBERS = ((100, 8), (108, 8), (116, 8), (124, 12), (136, 12))
DEVICE_NUMBERS = ((329, 8), (337, 8))

FILE, HARD_LINK, SYMBOLIC_LINK, FOLDER, SPARSE = "file", "hard link", "symbolic link", "folder", "sparse file"
KINDS = {
    b"0": FILE, b"\0": FILE, b"7": FILE, b"1": HARD_LINK, b"2": SYMBOLIC_LINK, b"5": FOLDER,
    b"3": "character device", b"4": "block device", b"6": "pipe", b"S": SPARSE,
}  # fmt: skip

# A signed package is the unsigned one, an armoured signature and this trailer:
# the signature's length, 1, and the magic.
TRAILER = struct.Struct(">II8s")
TRAILER_MAGIC = bytes.fromhex("658d14ab4207aac6")
ARMOUR_BEGIN, ARMOUR_END = b"-----BEGIN PGP SIGNATURE-----", b"-----END PGP SIGNATURE-----"

UNSIGNED, SIGNED, DAMAGED_SIGNATURE = "unsigned", "signed, not verified", "damaged"


@dataclass(frozen=True)
class Limits:
    """How much of a package is read, in bytes; a camera has far less room than these."""

    file_bytes: int = 128 << 20
    content_bytes: int = 128 << 20
    members: int = 5000
    name_bytes: int = 512
    folders: int = 32


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Member:
    """One member.

    `name` has no "./" in front and no "/" at the end, so a folder "./" has none
    at all. `link` is the target of a link, as it is written; `data` is the
    content of a file.
    """

    name: str
    kind: str
    mode: int
    size: int
    mtime: int
    uid: int
    gid: int
    link: str = ""
    data: bytes = field(default=b"", repr=False)

    def __str__(self):
        kind = {FILE: stat.S_IFREG, FOLDER: stat.S_IFDIR, SYMBOLIC_LINK: stat.S_IFLNK}.get(self.kind)
        letters = "?" + stat.filemode(self.mode)[1:] if kind is None else stat.filemode(self.mode | kind)
        arrow = f" -> {printable(self.link)}" if self.link else ""
        return f"{letters} {self.size:9} {printable(self.name)}{arrow}"


@dataclass
class Archive:
    """The container's content: the members that are whole, in their order, and what is wrong with it."""

    members: list = field(default_factory=list)
    signature: str = UNSIGNED
    content_sha256: str = ""
    problems: list = field(default_factory=list)
    too_large: bool = False  # refused by a limit on the content's size

    def report(self, severity, where, text):
        """Add a problem."""
        self.problems.append(Problem(severity, printable(where), text))


class _Damaged(Exception):
    """The rest of the container cannot be read."""


class _TooLarge(_Damaged):
    """There is more content than is read."""


def read_file(path, limits=DEFAULT_LIMITS):
    """Return the bytes of a package file, or raise PackageError when there are more than the limit."""
    with open(path, "rb") as file:
        data = file.read(limits.file_bytes + 1)
    if len(data) > limits.file_bytes:
        raise PackageError(f"{path}: more than {limits.file_bytes} bytes, which no camera takes")
    return data


def read_archive(data, limits=DEFAULT_LIMITS):
    """Return the Archive in the bytes of a package. Damage ends the reading and is among the problems."""
    archive = Archive()
    stream = _Content(data, limits.content_bytes)
    try:
        _read_members(stream, archive, limits)
        stream.finish(archive)
        archive.content_sha256 = stream.hash.hexdigest()
        _read_signature(stream.rest, archive)
    except _Damaged as error:
        archive.too_large = isinstance(error, _TooLarge)
        archive.report(ERROR, "container", str(error))
    return archive


class _Content:
    """The uncompressed content as a stream, which holds one member and a piece of what follows at most."""

    PIECE = 1 << 18

    def __init__(self, data, limit):
        self.decompressor = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self.compressed = memoryview(data)
        self.position = 0
        self.pending = b""
        self.buffer = bytearray()
        self.total = 0
        self.limit = limit
        self.hash = hashlib.sha256()

    def _piece(self):
        """Decompress one more piece into the buffer and tell whether there was any."""
        while not self.decompressor.eof:
            if not self.pending:
                self.pending = bytes(self.compressed[self.position : self.position + self.PIECE])
                self.position += len(self.pending)
            try:
                piece = self.decompressor.decompress(self.pending, self.PIECE)
            except zlib.error as error:
                raise _Damaged(f"gzip is damaged after {self.total} bytes of content ({error})") from None
            ended = not self.pending and not piece
            self.pending = self.decompressor.unconsumed_tail
            if piece:
                self.total += len(piece)
                if self.total > self.limit:
                    raise _TooLarge(f"more than {self.limit} bytes of content, which no camera takes")
                self.hash.update(piece)
                self.buffer += piece
                return True
            if ended:
                raise _Damaged(f"gzip is cut off after {self.total} bytes of content")
        return False

    def header(self):
        """Return the next block, or fewer bytes at the end of the content."""
        while len(self.buffer) < BLOCK and self._piece():
            pass
        data = bytes(self.buffer[:BLOCK])
        del self.buffer[:BLOCK]
        return data

    def expect(self, count, what):
        """Return exactly `count` bytes of something that is padded to whole blocks."""
        # Refused by its size, before any of it is read.
        left = self.limit - self.total + len(self.buffer)
        if count > left:
            raise _TooLarge(f"{what} has {count} bytes, with at most {left} left of the {self.limit} that are read")
        padded = count + -count % BLOCK
        while len(self.buffer) < padded and self._piece():
            pass
        if len(self.buffer) < padded:
            raise _Damaged(f"tar is cut off within {what}: {len(self.buffer)} of {padded} bytes")
        with memoryview(self.buffer) as view:
            data = bytes(view[:count])
        del self.buffer[:padded]
        return data

    def finish(self, archive):
        """Read to the end of the gzip file; what follows the tar's end should be zero bytes."""
        stray = False
        while True:
            stray = stray or self.buffer.count(0) < len(self.buffer)
            self.buffer.clear()
            if not self._piece():
                break
        if stray:
            archive.report(WARNING, "container", "data after the end of the tar")

    @property
    def rest(self):
        """The bytes after the gzip file."""
        return self.decompressor.unused_data + bytes(self.compressed[self.position :])


def _read_members(stream, archive, limits):
    """Read headers and files until the end of the tar."""
    extended, everywhere = {}, {}
    headers = 0
    while True:
        header = stream.header()
        if not any(header):
            if len(header) < BLOCK or stream.header() != bytes(BLOCK):
                archive.report(WARNING, "container", "tar without the two zero blocks at its end")
            return
        headers += 1
        if headers > 3 * limits.members or len(archive.members) >= limits.members:
            raise _Damaged(f"more than {limits.members} members, which no package has")
        if len(header) < BLOCK:
            raise _Damaged(f"tar is cut off within a header: {len(header)} of {BLOCK} bytes")
        _check_header(header)
        size, kind = _number(header, 124, 12), header[156:157]
        if kind in b"LKxg":
            if size > limits.name_bytes * 8:
                raise _Damaged(f"tar has a name or an attribute list of {size} bytes")
            text = stream.expect(size, "a name")
            if kind in b"LK":
                extended["path" if kind == b"L" else "linkpath"] = text.split(b"\0")[0]
            else:
                (extended if kind == b"x" else everywhere).update(_attributes(text))
            continue
        attributes, extended = {**everywhere, **extended}, {}
        archive.members.append(_read_member(stream, header, attributes, limits))


def _read_member(stream, header, attributes, limits):
    """Read the member that a header and the attributes before it describe."""
    name, link = _text(header, 0, 100), _text(header, 157, 100)
    if header[257:263] == b"ustar\0" and header[345:346] != b"\0":
        name = _text(header, 345, 155) + b"/" + name
    name, link = attributes.get("path", name), attributes.get("linkpath", link)
    if max(len(name), len(link)) > limits.name_bytes:
        raise _Damaged(f"tar has a name of {max(len(name), len(link))} bytes, at most {limits.name_bytes} are read")
    if name.count(b"/") > limits.folders:
        raise _Damaged(f"tar has a name within {name.count(b'/')} folders, at most {limits.folders} are read")
    kind = KINDS.get(header[156:157], f"unknown type {header[156:157]!r}")
    if kind == FILE and name.endswith(b"/"):
        kind = FOLDER  # as tar wrote them before 1988
    if any(key.startswith("GNU.sparse") for key in attributes):
        kind = SPARSE
    # Readers differ in which of two sizes they take and in whether a link or a
    # folder has content; a device would then find other members than these.
    size, where = _number(header, 124, 12), printable(_decoded(name))
    if attributes.get("size", size) != size:
        raise _Damaged(f"tar has two sizes for {where}: {size} and {attributes['size']}")
    if size and kind not in (FILE, SPARSE):
        raise _Damaged(f"tar has {where}, a {kind}, with {size} bytes of content")
    data = stream.expect(size, f"member {where}")
    return Member(
        name=_plain(_decoded(name)),
        kind=kind,
        mode=_number(header, 100, 8) & 0o7777,
        size=len(data),
        mtime=_number(header, 136, 12),
        uid=_number(header, 108, 8),
        gid=_number(header, 116, 8),
        link=_decoded(link) if kind in (SYMBOLIC_LINK, HARD_LINK) else "",
        data=data if kind == FILE else b"",
    )


def _check_header(header):
    """Compare a header's checksum: the sum of its bytes with the checksum's own eight taken as blanks."""
    # Also in headers of names, where they mean nothing: other readers stop at a
    # field that is no number and would not see what follows.
    for start, length in NUMBERS + (DEVICE_NUMBERS if header[257:262] == b"ustar" else ()):
        _number(header, start, length)
    stored = _number(header, 148, 8)
    plain = header[:148] + b" " * 8 + header[156:]
    # Some old writers summed signed bytes.
    signed = sum(plain) - 256 * sum(byte > 127 for byte in plain)
    if stored not in (sum(plain), signed):
        raise _Damaged(f"tar header has checksum {stored}, expected {sum(plain)}")


def _number(header, start, length):
    """Return a numeric field: octal digits, or GNU's binary form when the highest bit is set."""
    data = header[start : start + length]
    if data[0] == 0x80:
        return int.from_bytes(data[1:], "big")
    digits = data.split(b"\0")[0].strip()
    if not re.fullmatch(rb"[0-7]*", digits):
        raise _Damaged(f"tar header has {digits!r} where an octal number belongs")
    return int(digits or b"0", 8)


def _text(header, start, length):
    return header[start : start + length].split(b"\0")[0]


def _decoded(name):
    return name.decode("utf-8", "surrogateescape")


def _plain(name):
    """Return a name without "./" in front and "/" at the end; nothing else is changed, ".." least of all."""
    while name.startswith("./"):
        name = name[2:].lstrip("/")
    return name.rstrip("/") or name


def _attributes(text):
    """Return the attributes of a POSIX pax header: records of "LENGTH KEY=VALUE" and a line break."""
    attributes = {}
    while text:
        length, _, rest = text.partition(b" ")
        if not re.fullmatch(rb"[0-9]{1,5}", length) or not len(length) < int(length) <= len(text):
            raise _Damaged("tar has a damaged list of attributes")
        record, text = text[len(length) + 1 : int(length)], text[int(length) :]
        key, equals, value = record.rstrip(b"\n").partition(b"=")
        # Readers in C would take a name up to a zero byte only.
        if not equals or b"\0" in value:
            raise _Damaged("tar has a damaged list of attributes")
        key = key.decode("utf-8", "replace")
        if key == "size":
            if not re.fullmatch(rb"[0-9]{1,15}", value):
                raise _Damaged(f"tar has a size of {value[:20]!r}")
            value = int(value)
        attributes[key] = value
    return attributes


def _read_signature(rest, archive):
    """Say what the bytes after the gzip file are."""
    if not rest:
        return
    if len(rest) < TRAILER.size or rest[-8:] != TRAILER_MAGIC:
        archive.report(ERROR, "container", f"{len(rest)} bytes after the end that are no signature")
        return
    length, one, _ = TRAILER.unpack(rest[-TRAILER.size :])
    armour = rest[: -TRAILER.size]
    whole = armour.startswith(ARMOUR_BEGIN) and armour.rstrip().endswith(ARMOUR_END)
    if length != len(armour) or one != 1 or not whole:
        archive.signature = DAMAGED_SIGNATURE
        archive.report(ERROR, "signature", f"{len(rest)} bytes that are not one armoured signature with its trailer")
        return
    archive.signature = SIGNED
