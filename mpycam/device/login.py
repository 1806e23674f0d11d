"""Logging in to a camera with the scheme that it asks for."""

import httpx

from mpycam.device.errors import LOGIN, DeviceError

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Login(httpx.Auth):
    """Digest where the camera offers it, else Basic, which is refused where others could read it.

    A camera decides by its Network.HTTP.AuthenticationPolicy. Once known, the
    scheme is used without asking again, so that an upload is sent only once.
    """

    def __init__(self, user, password):
        self._basic = httpx.BasicAuth(user, password)
        self._digest = httpx.DigestAuth(user, password)
        self._scheme = self._digest

    def auth_flow(self, request):
        """Yield the request, as often as it takes (httpx's interface)."""
        flow = self._scheme.auth_flow(request)
        sent = next(flow)
        while True:
            response = yield sent
            try:
                sent = flow.send(response)
            except StopIteration:
                break
        offered = [value.split(" ")[0].lower() for value in response.headers.get_list("www-authenticate")]
        if response.status_code != 401 or not offered:
            return
        wanted = self._digest if "digest" in offered else self._basic if "basic" in offered else None
        if wanted is None or wanted is self._scheme:
            return
        if wanted is self._basic and request.url.scheme != "https" and request.url.host not in LOOPBACK:
            raise DeviceError(
                f"{request.url.host} asks for the password in clear text (Basic over HTTP): use https://, or set its "
                "Network.HTTP.AuthenticationPolicy to Recommended",
                LOGIN,
            )
        self._scheme = wanted
        request.headers.pop("Authorization", None)
        yield from wanted.auth_flow(request)
