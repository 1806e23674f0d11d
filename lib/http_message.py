"""What requests and answers of HTTP/1.1 have in common: bounded header fields, and a body of any coding."""

import binascii

FIELDS = 64
HEAD_BYTES = 16384
HEXADECIMAL = "0123456789abcdefABCDEF"


class HttpError(OSError):
    """The other side does not do as HTTP wants it, or a server answered but not with what was asked for."""

    status = 0  # the answer's, where it is that which was not asked for


def quote(text):
    """A text as part of a query.

    >>> quote("a b&c=\u00e9")
    'a%20b%26c%3D%C3%A9'
    """
    plain = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
    return "".join([chr(byte) if byte in plain else "%%%02X" % byte for byte in text.encode()])


def unquote(text):
    """A text with %XX resolved. Raises ValueError where that is no UTF-8.

    >>> unquote("p%40ss")
    'p@ss'
    """
    first, *others = text.encode().split(b"%")
    result = first
    for part in others:
        try:
            result += binascii.unhexlify(part[:2]) + part[2:]
        except ValueError:
            result += b"%" + part
    return result.decode()


class Message:
    """The header fields of a request or an answer, and its body as it comes out of a BufferedReader."""

    # A blank between a field's name and the colon is read over: cameras that write it do no harm, requests may.
    tolerant = True

    def __init__(self, reader):
        # (name in lower case, value) pairs
        self.fields: list[tuple[str, str]] = []
        self._reader = reader
        self._chunked = False
        # Bytes left of the body or of the present chunk; None: until the connection closes.
        self._left = None

    def values(self, name):
        """Every value of a header field, its name in lower case."""
        return [value for field, value in self.fields if field == name]

    def value(self, name):
        """The first value of a header field, else the empty text."""
        return (self.values(name) or [""])[0]

    def ended(self):
        """Whether all of the body has been read."""
        return self._left == 0 and not self._chunked

    async def _read_line(self, what):
        line = await self._reader.line()
        if line is None:
            raise HttpError("the other side closed the connection, need " + what)
        # Old cameras send Latin-1; only ASCII matters here.
        return "".join([chr(byte) for byte in line])

    async def _read_fields(self):
        fields: list[tuple[str, str]] = []
        size = 0
        while True:
            line = await self._read_line("header fields")
            if not line:
                return fields
            size += len(line)
            if len(fields) == FIELDS or size > HEAD_BYTES:
                raise HttpError("need at most %d header fields and %d bytes, have more" % (FIELDS, HEAD_BYTES))
            name, separator, value = line.partition(":")
            if line[0] in " \t" or not separator or (name[-1:] in " \t" and not self.tolerant):
                raise HttpError("need a header field 'name: value', have " + line[:40])
            fields.append((name.strip().lower(), value.strip()))

    def _expect_body(self):
        """Find in the fields how the body's end is told; what they leave open stays."""
        length = self.value("content-length")
        if self.value("transfer-encoding").lower() == "chunked":
            self._chunked, self._left = True, 0
        elif length:
            # More digits than a body can have would cost time.
            if not length.isdigit() or len(length) > 18:
                raise HttpError("need a number as Content-Length, have " + length[:40])
            self._left = int(length)

    async def readinto(self, view):
        """Put some bytes of the body into the memoryview; return the count, 0 at the end of the body."""
        if self._chunked and self._left == 0:
            await self._next_chunk()
        if self._left == 0:
            return 0
        if self._left is not None:
            view = view[: min(self._left, len(view))]
        count = await self._reader.readinto(view)
        if self._left is not None:
            if count == 0:
                raise HttpError("the other side closed the connection, %d bytes short" % self._left)
            self._left -= count
            if self._chunked and self._left == 0:
                await self._end_chunk()
        return count

    async def _end_chunk(self):
        line = await self._read_line("the end of a chunk")
        if line:
            raise HttpError("need the end of a chunk, have " + line[:40])

    async def _next_chunk(self):
        line = await self._read_line("a chunk")
        digits = line.partition(";")[0].strip()
        # int() would take a sign and underscores, too.
        if not 0 < len(digits) <= 16 or [digit for digit in digits if digit not in HEXADECIMAL]:
            raise HttpError("need a chunk size, have " + line[:40])
        self._left = int(digits, 16)
        if self._left == 0:
            self._chunked = False
            await self._read_fields()

    async def read(self, limit):
        """The rest of the body; HttpError if that is more than `limit` bytes."""
        body = bytearray()
        view = memoryview(bytearray(min(limit + 1, 1024)))
        while True:
            count = await self.readinto(view)
            if count == 0:
                return bytes(body)
            if len(body) + count > limit:
                raise HttpError("need a body of at most %d bytes, have more" % limit)
            body += view[:count]
