"""JPEG files as payloads of RTP (RFC 2435): all but the pictures' headers, which the other side makes anew.

It can, because only one kind of file is allowed: baseline, 4:2:0 or 4:2:2, with the Huffman tables that the JPEG
standard has as examples, and of at most 2040x2040 pixels. Sizes are told in units of eight pixels, rounded up.
"""

import binascii
import struct

LARGEST = 2040
# CRC-32 of the standard's tables K.3 to K.6: class and identifier, lengths, values.
HUFFMAN_TABLES = {0x00: 0x13BC22C1, 0x10: 0x76431CC4, 0x01: 0xBF876D00, 0x11: 0xDB3E692F}
KINDS = {0xC1: "an extended", 0xC2: "a progressive", 0xC3: "a lossless"}
# Sampling factors of luma, and the type that stands for them.
TYPES = {0x21: 0, 0x22: 1}
RESTARTS = 64


class Scan:
    """What is sent of a JPEG file; `frame`, its bytes, stays in use. ValueError: what makes it unfit."""

    def __init__(self, frame):
        frame = memoryview(frame)
        self._sizes = self._restarts = b""
        tables = {}
        position, end = 2, len(frame)
        kind, used = None, (0, 0)
        while True:
            if position + 4 > end or frame[position] != 0xFF:
                raise ValueError("need the marker of a segment at byte %d" % position)
            marker = frame[position + 1]
            if marker == 0xFF:
                position += 1
                continue
            start, position = position + 4, position + 2 + (frame[position + 2] << 8 | frame[position + 3])
            if not start <= position < end:
                raise ValueError("need the end of the segment before byte %d" % start)
            segment = frame[start:position]
            if marker == 0xDB:
                _quantisation_tables(segment, tables)
            elif marker == 0xC4:
                _check_huffman_tables(segment)
            elif marker == 0xC0:
                kind, used = self._picture(segment)
            elif marker == 0xDD:
                self._restarts = bytes(segment[:2]) + b"\xff\xff"
            elif marker == 0xDA:
                break
            elif 0xC1 <= marker <= 0xCF:
                raise ValueError("need a baseline JPEG file, have %s one" % KINDS.get(marker, "another"))
        if kind is None or bytes(segment[:1]) != b"\3" or [i for i in used if i not in tables]:
            raise ValueError("need one scan of three components, and their tables before it")
        if self._restarts[:2] in (b"", b"\0\0"):
            self._restarts = b""
        else:
            kind += RESTARTS
        self._kind = kind
        self._tables = b"\0\0\0\x80" + tables[used[0]] + tables[used[1]]
        while end - 2 > position and (frame[end - 2] != 0xFF or frame[end - 1] != 0xD9):
            end -= 1
        self.data = frame[position : end - 2]

    def _picture(self, segment):
        """Type and quantisation tables of a frame header."""
        if len(segment) != 15 or segment[5] != 3:
            raise ValueError("need three components, have %d" % (segment[5] if len(segment) > 5 else 0))
        height, width = segment[1] << 8 | segment[2], segment[3] << 8 | segment[4]
        if not 0 < width <= LARGEST or not 0 < height <= LARGEST:
            raise ValueError("need at most %dx%d pixels, have %dx%d" % (LARGEST, LARGEST, width, height))
        factors = segment[7], segment[10], segment[13]
        if factors[0] not in TYPES or factors[1:] != (0x11, 0x11) or segment[11] != segment[14]:
            raise ValueError("need 4:2:0 or 4:2:2, have the sampling factors %x, %x, %x" % factors)
        self._sizes = bytes(((width + 7) // 8, (height + 7) // 8))
        return TYPES[factors[0]], (segment[8], segment[11])

    def packets(self, limit):
        """(header, memoryview, last) of the payloads of at most `limit` bytes; a header has up to 144 of them."""
        position = 0
        while True:
            # Quality 255: the tables are in the first payload.
            header = struct.pack(">IBB", position, self._kind, 255) + self._sizes + self._restarts
            if position == 0:
                header += self._tables
            piece = self.data[position : position + limit - len(header)]
            position += len(piece)
            last = position >= len(self.data)
            yield header, piece, last
            if last:
                return


def _quantisation_tables(segment, tables):
    position = 0
    while position + 65 <= len(segment) and segment[position] < 4:
        tables[segment[position]] = bytes(segment[position + 1 : position + 65])
        position += 65
    if position < len(segment):
        raise ValueError("need quantisation tables of 8 bits, have others")


def _check_huffman_tables(segment):
    while segment:
        table = segment[: 17 + sum(segment[1:17])]
        if binascii.crc32(table) != HUFFMAN_TABLES.get(table[0]):
            raise ValueError("need the standard's Huffman tables, have others")
        segment = segment[len(table) :]
