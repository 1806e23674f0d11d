"""Motion JPEG in AVI files, written so that what a power cut leaves of one plays.

The layout is the old one of RIFF: a header of 512 bytes, the list `movi` with a
chunk for every frame, the index `idx1`. Until the file is finished the header's
sizes are 0, which ffmpeg, VLC, GStreamer and mplayer take for "up to the end of
the file": they play every whole frame of a file that is cut at any byte, while
with sizes that are larger than the file some stumble over the last, cut frame.
finish() adds the index, by which one can seek, and sets the sizes; it works from
the chunks alone, so that it finishes what a power cut left just as well.

Frames have their true times: the file has a fixed number of ticks a second, and
a chunk for every tick; one without bytes, of which there are most, tells the
player to go on showing the last frame. Such a chunk costs 8 bytes, 24 with its
part of the index: at the 50 ticks a second of this module, to which times are
rounded, 1.2 KB a second.
"""

import struct
from array import array

from json_lines import utc

TICKS = 50  # a second
HEADER = 512
FRAME = b"00dc"
LATER = FRAME + bytes(4)  # the chunk of a tick without a frame


def _chunk(name, *parts):
    data = b"".join(parts)
    return name + struct.pack("<I", len(data)) + data


def _header(width, height, date, ticks=0, largest=0, movi=0, end=0):
    """The first bytes of a file; `movi` is the size of that list and `end` that of the file."""
    has_index = 0x10 if ticks else 0
    main = struct.pack("<10I16x", 1000000 // TICKS, 0, 0, has_index, ticks, 0, 1, largest, width, height)
    stream = struct.pack(
        "<8s10I4H", b"vidsMJPG", 0, 0, 0, 1, TICKS, 0, ticks, largest, 0xFFFFFFFF, 0, 0, 0, width, height
    )
    form = struct.pack("<3I2H4s5I", 40, width, height, 1, 24, b"MJPG", width * height * 3, 0, 0, 0, 0)
    lists = _chunk(b"LIST", b"strl", _chunk(b"strh", stream), _chunk(b"strf", form))
    head = b"AVI " + _chunk(b"LIST", b"hdrl", _chunk(b"avih", main), lists, _chunk(b"IDIT", date))
    head += _chunk(b"JUNK", bytes(HEADER - 8 - len(head) - 8 - 12))
    return struct.pack("<4sI", b"RIFF", max(0, end - 8)) + head + struct.pack("<4sI4s", b"LIST", movi, b"movi")


class AviWriter:
    """Writes frames to a file that is open for writing. The one who gave it closes it."""

    def __init__(self, file, width, height, seconds):
        """`seconds` since 1970 is when it begins."""
        # One of the forms that players know: 2026/11/21 10:49:14.
        date = utc(seconds)[:19].replace("-", "/").replace("T", " ")
        self.size = HEADER  # bytes of the file that are good
        self._tick = 0
        self._file = file
        file.write(_header(width, height, date.encode() + b"\0"))

    def add(self, frame, seconds):
        """Write a frame that is to be shown `seconds` after the file's beginning, or a tick after the one before.

        After an OSError the frame may be added once more: what was written of it is written over.
        """
        pause = max(0, int(seconds * TICKS + 0.5) - self._tick)
        size = self.size + pause * 8
        self._file.seek(self.size)
        for left in range(pause, 0, -64):
            self._file.write(LATER * min(left, 64))
        self._file.write(FRAME + struct.pack("<I", len(frame)))
        self._file.write(frame)
        if len(frame) & 1:
            self._file.write(b"\0")
        self.size = size + 8 + len(frame) + (len(frame) & 1)
        self._tick += pause + 1


def is_finished(file):
    """Whether finish() was done with the file and nothing is missing; one that is none of ours counts as finished."""
    head = file.read(12)
    size = file.seek(0, 2)
    return len(head) == 12 and (head[:4] != b"RIFF" or struct.unpack("<I", head[4:8])[0] == size - 8)


def finish(file):
    """Add the index to a file of AviWriter's, open as "r+b", and return the number of its frames.

    0 is for a file that no frame has reached; such a one is left as it is. ValueError for a file of another kind.
    """
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(HEADER)
    if size <= HEADER:
        return 0
    if head[-4:] != b"movi" or head[:4] != b"RIFF":
        raise ValueError("need a file of AviWriter's")
    sizes, end = _chunks(file, size)
    if sizes and sizes[-1]:
        file.seek(end - 16)
        if b"\xff\xd9" not in file.read(16):
            # Bytes that never came to the disk, on a file system that then has zeros.
            end -= 8 + sizes[-1] + (sizes[-1] & 1)
            sizes = sizes[:-1]
    if not any(sizes):
        return 0
    file.seek(end)
    if size > end:
        # A frame that was cut, or an index: players pass it over, and it need not be cut off.
        rest = max(0, size - end - 8)
        file.write(struct.pack("<4sI", b"JUNK", rest))
        file.seek(end + 8 + rest)
        if rest & 1:
            file.write(b"\0")
        end += 8 + rest + (rest & 1)
    file.write(struct.pack("<4sI", b"idx1", len(sizes) * 16))
    offset = 4
    for first in range(0, len(sizes), 64):
        entries = b""
        for length in sizes[first : first + 64]:
            entries += struct.pack("<4s3I", FRAME, 16 if length else 0, offset, length)
            offset += 8 + length + (length & 1)
        file.write(entries)
    file.flush()  # fsync(2): the sizes are not on the disk before the index
    width, height = struct.unpack("<2I", head[64:72])
    place = head.find(b"IDIT")
    date = head[place + 8 : place + 28]
    whole = end + 8 + len(sizes) * 16
    file.seek(0)
    file.write(_header(width, height, date, len(sizes), max(sizes), end - HEADER + 4, whole))
    file.flush()
    return len(sizes) - list(sizes).count(0)


def _chunks(file, size):
    """The sizes of the frames' chunks up to the first that is not whole, and where that begins."""
    sizes = array("I")
    place = HEADER
    while True:
        file.seek(place)
        head = file.read(8)
        if len(head) < 8 or head[:4] != FRAME:
            break
        length = struct.unpack("<I", head[4:])[0]
        if place + 8 + length > size:
            break
        place += 8 + length + (length & 1)
        sizes.append(length)
    return sizes, place
