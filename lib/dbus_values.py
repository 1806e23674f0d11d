"""D-Bus values as bytes, after the marshalling rules of the D-Bus specification.

A value is written and read by its signature. In Python the types are

    y n q i u x t h   int        d   float      s o g   str       b   bool
    a...              list       a{..}   dict   (...)   tuple     v   (signature, value)
"""

import struct

FIXED = {"y": "B", "n": "h", "q": "H", "i": "i", "u": "I", "x": "q", "t": "Q", "d": "d", "b": "I", "h": "I"}
# As many containers may lie in one another; the specification has 32 arrays and 32 structures.
DEPTH = 32


def types(signature):
    """The complete types of a signature.

    >>> types("sa{sv}(ii)")
    ['s', 'a{sv}', '(ii)']
    """
    result = []
    position = 0
    while position < len(signature):
        end = _end(signature, position, 0)
        result.append(signature[position:end])
        position = end
    return result


def _end(signature, position, depth):
    """Where the complete type that begins at `position` ends."""
    code = signature[position : position + 1]
    if depth > DEPTH:
        raise ValueError("need at most %d containers in one another, have '%s'" % (DEPTH, signature))
    if code == "a":
        return _end(signature, position + 1, depth + 1)
    if code in ("(", "{"):
        close = ")" if code == "(" else "}"
        position += 1
        first = position
        while signature[position : position + 1] != close:
            position = _end(signature, position, depth + 1)
        if position > first:
            return position + 1
    elif code and (code in FIXED or code in "sogv"):
        return position + 1
    raise ValueError("need a D-Bus signature, have '%s'" % signature)


def alignment(type):
    """Bytes to whose multiple a value of this type is aligned.

    >>> [alignment(type) for type in ("y", "s", "a{sv}", "(y)", "v")]
    [1, 4, 4, 8, 1]
    """
    code = type[0]
    if code in "({":
        return 8
    if code in "gv":
        return 1
    return struct.calcsize("<" + FIXED[code]) if code in FIXED else 4


class Writer:
    """Collects values in `data`, little-endian, aligned as seen from its beginning."""

    def __init__(self):
        self.data = bytearray()

    def align(self, size):
        """Add zeros up to a multiple of `size`."""
        self.data += bytes(-len(self.data) % size)

    def write(self, type, value):
        """Add a value of one complete type; raises ValueError, TypeError or OverflowError for one that does not fit."""
        code = type[0]
        self.align(alignment(type))
        if code in FIXED:
            self.data += struct.pack("<" + FIXED[code], value)
        elif code in "sog":
            text = value.encode()
            self.data += struct.pack("<B" if code == "g" else "<I", len(text)) + text + b"\0"
        elif code == "v":
            self.write("g", value[0])
            self.write(value[0], value[1])
        elif code == "a":
            self._write_array(type[1:], value)
        else:
            members = types(type[1:-1])
            if len(members) != len(value):
                raise ValueError("need %d values for '%s', have %d" % (len(members), type, len(value)))
            for member, item in zip(members, value):
                self.write(member, item)

    def _write_array(self, item_type, items):
        position = len(self.data)
        self.data += bytes(4)
        self.align(alignment(item_type))
        # The length counts neither itself nor the zeros before the first item.
        start = len(self.data)
        for item in items.items() if item_type[0] == "{" else items:
            self.write(item_type, item)
        struct.pack_into("<I", self.data, position, len(self.data) - start)


class Reader:
    """Reads values from bytes; `order` is "<" or ">". Damaged bytes raise ValueError."""

    def __init__(self, data, order="<"):
        self.position = 0
        self._data = data
        self._order = order

    def _take(self, count):
        """Where the next `count` bytes begin, which are passed over."""
        start = self.position
        if start + count > len(self._data):
            raise ValueError("need %d bytes of D-Bus values, have %d" % (start + count, len(self._data)))
        self.position = start + count
        return start

    def align(self, size):
        """Pass over bytes up to a multiple of `size`."""
        self._take(-self.position % size)

    def read(self, type, depth=0):
        """The next value, of one complete type."""
        code = type[0]
        if depth > DEPTH:
            raise ValueError("need at most %d containers in one another" % DEPTH)
        self.align(alignment(type))
        if code in FIXED:
            form = self._order + FIXED[code]
            value = struct.unpack_from(form, self._data, self._take(struct.calcsize(form)))[0]
            return bool(value) if code == "b" else value
        if code in "sog":
            length = self.read("y" if code == "g" else "u")
            start = self._take(length + 1)
            try:
                return bytes(self._data[start : start + length]).decode()
            except UnicodeError:
                raise ValueError("need a D-Bus text in UTF-8")
        if code == "v":
            inner = self.read("g")
            if len(types(inner)) != 1:
                raise ValueError("need a variant of one type, have '%s'" % inner)
            return inner, self.read(inner, depth + 1)
        if code == "a":
            return self._read_array(type[1:], depth)
        return tuple([self.read(member, depth + 1) for member in types(type[1:-1])])

    def _read_array(self, item_type, depth):
        length = self.read("u")
        self.align(alignment(item_type))
        end = self._take(length) + length
        self.position = end - length
        items = []
        while self.position < end:
            items.append(self.read(item_type, depth + 1))
        if self.position != end:
            raise ValueError("need an array of %d bytes, have a longer one" % length)
        return dict(items) if item_type[0] == "{" else items
