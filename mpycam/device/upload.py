"""A file as the body of a form, sent piece by piece."""

import secrets

import httpx

PIECE = 1 << 16


class Upload(httpx.AsyncByteStream):
    """The body of a multipart/form-data request with one file; it can be sent again from the start.

    `progress(sent, total)` is called with bytes of the file.
    """

    def __init__(self, data, file_name, progress=None):
        self._data, self._progress = data, progress
        boundary = secrets.token_hex(16)
        # A name for the form is not the place for quotes or line ends.
        name = "".join(c if c.isalnum() or c in "._-" else "_" for c in file_name) or "package.eap"
        self._head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="packfil"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self.headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(self._head) + len(data) + len(self._tail)),
        }
        # Whether anything of the file has been sent.
        self.begun = False

    async def __aiter__(self):
        yield self._head
        total = len(self._data)
        for start in range(0, total, PIECE):
            self.begun = True
            yield self._data[start : start + PIECE]
            if self._progress:
                self._progress(min(start + PIECE, total), total)
        yield self._tail
