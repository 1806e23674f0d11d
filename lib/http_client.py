"""An HTTP/1.1 client for asyncio: authentication, redirects, bounded headers, any body coding, kept connections.

    client = HttpClient("viewer", "secret", timeout=10)
    response = await client.get("http://192.0.2.7/axis-cgi/jpg/image.cgi")
    count = await response.readinto(memoryview(buffer))
    response.close()

Neither TLS nor proxies.
"""

import asyncio

from authentication import AuthenticationError, Authenticator
from connection import connect
from http_message import HttpError, Message, unquote

REDIRECTS = 5
# Bytes of a refusal's text that are worth reading to keep the connection.
SMALL = 4096
# A nonce may be refused as stale, and its successor too on a busy camera.
ATTEMPTS = 4
# Host and port, and the connection to them that waits for the next request.
NONE_KEPT = (None, None)


class Url:
    """The parts of an http URL: user, password (None if it has none), host, port, target."""

    def __init__(self, text):
        scheme, separator, rest = text.partition("://")
        if scheme.lower() != "http" or not separator:
            raise ValueError("need a URL that begins with http://, have " + redacted(text))
        rest = rest.partition("#")[0]
        end = min([rest.find(c) if c in rest else len(rest) for c in "/?"])
        authority, target = rest[:end], rest[end:]
        self.target = target if target.startswith("/") else "/" + target
        self.user = self.password = None
        if "@" in authority:
            credentials, _, authority = authority.rpartition("@")
            user, _, password = credentials.partition(":")
            self.user, self.password = unquote(user), unquote(password)
        bracket = authority.find("]")
        colon = authority.find(":", bracket + 1)
        self.host = authority if colon < 0 else authority[:colon]
        port = "" if colon < 0 else authority[colon + 1 :]
        if not self.host.strip("[]") or (port and not port.isdigit()):
            raise ValueError("need http://host[:port]/path, have " + redacted(text))
        self.port = int(port) if port else 80
        for character in text:
            if character <= " " or character > "~":
                raise ValueError("need a URL without blanks and with other characters as %XX, have " + redacted(text))

    @property
    def authority(self):
        """What the Host field says."""
        return self.host if self.port == 80 else "%s:%d" % (self.host, self.port)

    def join(self, location):
        """The absolute URL that a Location field means, seen from this one."""
        if "://" in location.partition("?")[0]:
            return location
        if location.startswith("//"):
            return "http:" + location
        if not location.startswith("/"):
            location = self.target.partition("?")[0].rpartition("/")[0] + "/" + location
        return "http://" + self.authority + location


def redacted(url):
    """A URL for messages: without credentials."""
    scheme, separator, rest = url.partition("://")
    authority = rest.partition("/")[0]
    if "@" not in authority:
        return url
    return scheme + separator + rest[authority.rfind("@") + 1 :]


class Response(Message):
    """Status, header fields and body of an answer."""

    def __init__(self, reader, ended):
        """`ended(reusable)` is called by close()."""
        super().__init__(reader)
        self.status = 0
        self.reason = ""
        self._ended = ended
        self._reusable = False

    async def _read_head(self):
        line = await self._read_line("a status line")
        version, _, rest = line.partition(" ")
        status, _, self.reason = rest.partition(" ")
        if not version.startswith("HTTP/1.") or len(status) != 3 or not status.isdigit():
            raise HttpError("need an HTTP/1 status line, have " + line[:40])
        self.status = int(status)
        self.fields = await self._read_fields()
        self._reusable = version != "HTTP/1.0" and self.value("connection").lower() != "close"
        if self.status in (204, 304):
            self._left = 0
        else:
            self._expect_body()

    def close(self):
        """Give the connection back, or close it if some of the body is unread."""
        ended, self._ended = self._ended, None
        if ended:
            ended(self._reusable and self.ended())


class HttpClient:
    """Sends requests with one account. `timeout` in seconds is for an answer's status and header fields.

    With `keep` the connection of the last answer serves the next GET to the
    same server, until close(); without it each request has its own.
    """

    def __init__(self, user="", password="", timeout=10, keep=False):
        self.user = user
        self.password = password
        self.timeout = timeout
        self._keep = keep
        self._kept = NONE_KEPT
        self._origin = None
        self._authenticator = None

    async def get(self, url):
        """The Response with status 200 and its body still to be read; the caller closes it.

        Redirects are followed. Credentials in the URL come before the
        account's, and go to no other host or port than the URL's own. Raises
        AuthenticationError, HttpError for any other status, OSError, ValueError
        for a bad URL or too long header lines, asyncio.TimeoutError.
        """
        first = target = Url(url)
        for _ in range(REDIRECTS + 1):
            trusted = (target.host, target.port) == (first.host, first.port)
            response = await self._authenticated("GET", target, self._account(first) if trusted else None)
            if response.status == 200:
                return response
            response.close()
            location = response.value("location")
            if response.status not in (301, 302, 303, 307, 308) or not location:
                raise _refused(response)
            target = Url(target.join(location))
        raise HttpError("need at most %d redirects, have more" % REDIRECTS)

    async def post(self, url, body, content_type="application/json", fields=()):
        """Send the bytes `body`; like get(), but any status from 200 to 299 is good, and redirects are not followed.

        `fields` are further header fields, texts "Name: value".
        """
        target = Url(url)
        response = await self._authenticated("POST", target, self._account(target), body, content_type, fields)
        if not 200 <= response.status < 300:
            response.close()
            raise _refused(response)
        return response

    def close(self):
        """Close the kept connection."""
        if self._kept[1]:
            self._kept[1].close()
        self._kept = NONE_KEPT

    def _account(self, url):
        """The Authenticator for a URL, kept from one request to the next."""
        user, password = (self.user, self.password) if url.user is None else (url.user, url.password)
        if not user:
            return None
        origin = (url.host, url.port, user, password)
        if origin != self._origin:
            self._origin = origin
            self._authenticator = Authenticator(user, password)
        return self._authenticator

    async def _authenticated(self, method, url, authenticator, body=None, content_type="", others=()):
        for attempt in range(ATTEMPTS):
            fields = ["%s %s HTTP/1.1" % (method, url.target), "Host: " + url.authority, "Accept: */*"]
            fields += others
            if body is not None:
                fields += ["Content-Type: " + content_type, "Content-Length: %d" % len(body)]
            if not self._keep:
                fields.append("Connection: close")
            authorization = authenticator.header(method, url.target) if authenticator else None
            if authorization:
                fields.append("Authorization: " + authorization)
            message = "\r\n".join(fields + ["", ""]).encode() + (body or b"")
            response = await asyncio.wait_for(self._exchange(url, message, body is None), self.timeout)
            if response.status != 401:
                return response
            await self._skip(response)
            if not authenticator:
                raise AuthenticationError("the server wants a user and a password")
            stale = authenticator.challenged(response.values("www-authenticate"))
            # A nonce of an earlier request may be forgotten by the server without being called stale.
            if attempt and not stale:
                raise AuthenticationError("the server refuses user and password")
        raise AuthenticationError("the server calls every nonce stale")

    async def _skip(self, response):
        """Read a refusal's small text over, so that its connection can be kept."""
        try:
            if self._keep:
                await asyncio.wait_for(response.read(SMALL), self.timeout)
        except (OSError, asyncio.TimeoutError):
            pass  # the connection is closed then, and the next request opens another
        finally:
            response.close()

    async def _exchange(self, url, message, repeatable):
        """Send a request and read the answer's header."""
        origin = url.host, url.port
        kept, connection = self._kept
        self._kept = NONE_KEPT
        if connection:
            if repeatable and kept == origin and connection.idle():
                try:
                    return await self._converse(connection, message, origin)
                except OSError:
                    pass  # the server closed it at this very moment, as it may
            connection.close()
        return await self._converse(connect(url.host, url.port), message, origin)

    async def _converse(self, connection, message, origin):
        def ended(reusable):
            if reusable and self._keep and self._kept is NONE_KEPT:
                self._kept = origin, connection
            else:
                connection.close()

        try:
            await connection.send(message)
            while True:
                response = Response(connection.reader, ended)
                await response._read_head()
                if response.status >= 200:
                    return response
        except BaseException:
            connection.close()
            raise


def _refused(response):
    error = HttpError("need status 200, have %d %s" % (response.status, response.reason))
    error.status = response.status
    return error
