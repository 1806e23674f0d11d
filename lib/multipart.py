"""The parts of a multipart/x-mixed-replace body, as cameras send MJPEG."""


def boundary_of(content_type):
    """The boundary parameter of a Content-Type value, or the empty text.

    >>> boundary_of('multipart/x-mixed-replace; boundary="my;boundary"')
    'my;boundary'
    """
    position = content_type.lower().find("boundary=")
    if position < 0:
        return ""
    value = content_type[position + len("boundary=") :].strip()
    if value.startswith('"'):
        return value[1:].partition('"')[0]
    return value.partition(";")[0].strip()


class MultipartReader:
    """Reads JPEG parts out of a BufferedReader.

    Cameras disagree about the dashes: some have them in the parameter, some
    only in the body, so a line is a boundary if it is the same without them.
    Without a parameter the first line that begins with two dashes is taken.
    """

    def __init__(self, reader, boundary):
        self._reader = reader
        self._name = boundary.encode().strip(b"-")
        self._line = b""  # the boundary's line as this server writes it
        self._behind_boundary = False
        # Parts without a usable picture so far: too long, or cut by a wrong header.
        self.damaged = 0
        self.timestamp = None  # what the last part's field X-Timestamp says, in bytes

    async def read(self, buffer):
        """Put the next JPEG part into the FrameBuffer; return False at the end of the stream."""
        while await self._find_boundary():
            buffer.clear()
            try:
                fields = await self._fields()
                kind = fields.get(b"content-type", b"image/jpeg")
                await self._body(fields.get(b"content-length"), buffer)
            except ValueError:
                self.damaged += 1
                continue
            if kind.startswith((b"image/jpeg", b"image/jpg")):
                self.timestamp = fields.get(b"x-timestamp")
                return True
        return False

    async def _find_boundary(self):
        """Go behind the next boundary line; False at the end of the stream."""
        while True:
            try:
                line = await self._reader.line()
            except ValueError:
                continue  # the rest of a picture whose length was wrong
            if line is None:
                return False
            if self._behind_boundary:
                # A body without length has been read up to its delimiter; this is the rest of that line.
                self._behind_boundary = False
                return not line.startswith(b"--")
            name = line.strip().strip(b"-")
            if name and (name == self._name or not self._name and line.startswith(b"--")):
                if self._line and line == self._line + b"--":
                    return False
                self._name, self._line = name, line
                return True

    async def _fields(self):
        """The part's header: names in lower case to values."""
        fields: dict[bytes, bytes] = {}
        while True:
            line = await self._reader.line()
            if line is None:
                raise EOFError("the stream ended inside of a part's header")
            if not line:
                return fields
            name, separator, value = line.partition(b":")
            if not separator or len(fields) == 16:
                raise ValueError("need a part's header field, have %r" % line[:40])
            fields[name.strip().lower()] = value.strip().lower()

    async def _body(self, length, buffer):
        if length is None:
            await self._reader.read_until(b"\n" + self._line, buffer)
            self._behind_boundary = True
            frame = buffer.frame()
            if len(frame) and frame[-1] == 13:
                buffer.length -= 1
            return
        if not length.isdigit():
            raise ValueError("need a number as Content-Length, have %r" % length[:40])
        view = buffer.extend(int(length))
        filled = 0
        while filled < len(view):
            count = await self._reader.readinto(view[filled:])
            if count == 0:
                raise EOFError("the stream ended inside of a part")
            filled += count
