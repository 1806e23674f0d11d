"""Looks into AVI files: chunk by chunk, and as players do."""

import io
import re
import struct
from dataclasses import dataclass

import av

NUMBER = re.compile(rb"frame (\d+);")


@dataclass
class Chunk:
    """A chunk of the list movi."""

    name: bytes
    begin: int  # of its header
    size: int

    @property
    def end(self):
        """Where its data end, without padding."""
        return self.begin + 8 + self.size


def chunks(data):
    """The chunks of the list movi, of an unfinished file up to its end."""
    begin = data.index(b"movi") + 4
    (size,) = struct.unpack_from("<I", data, begin - 8)
    end = begin - 4 + size if size else len(data)
    found = []
    while begin < end:
        name, size = struct.unpack_from("<4sI", data, begin)
        found.append(Chunk(name, begin, size))
        begin += 8 + size + (size & 1)
    assert begin == end
    return found


def check_structure(data):
    """Every size is right, up to the last byte, and the index tells where each frame is."""
    assert struct.unpack_from("<4sI4s", data) == (b"RIFF", len(data) - 8, b"AVI ")
    place, names = 12, []
    while place < len(data):
        name, size = struct.unpack_from("<4sI", data, place)
        names.append(name)
        place += 8 + size + (size & 1)
    assert (place, names) == (len(data), [b"LIST", b"JUNK", b"LIST", b"idx1"])
    movi = data.index(b"movi")
    found = chunks(data)
    frames = [chunk for chunk in found if chunk.name == b"00dc"]
    assert {chunk.name for chunk in found} <= {b"00dc", b"JUNK"}
    index = data.rindex(b"idx1", movi) + 8
    entries = list(struct.iter_unpack("<4sIII", data[index:]))
    assert entries == [(b"00dc", 16 if f.size else 0, f.begin - movi, f.size) for f in frames]
    assert struct.unpack_from("<I", data, 48)[0] == len(frames)  # dwTotalFrames


def numbers(data):
    """The numbers in the comments of the frames that PyAV gives, with their times in seconds."""
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        found = []
        for packet in container.demux(stream):
            if packet.size:
                match = NUMBER.search(bytes(packet))
                found.append((int(match[1]), round(float(packet.pts * stream.time_base), 3)))
        return found


def decoded(data):
    """How many frames PyAV decodes; it raises for one that is damaged."""
    with av.open(io.BytesIO(data)) as container:
        return sum(1 for _ in container.decode(video=0))
