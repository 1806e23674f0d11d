"""VAPIX, the HTTP interface of the camera that the app runs in.

    camera = Vapix("door_state")
    await camera.virtual_input(1, True)
    model = (await camera.properties())["ProdNbr"]
    camera.close()

Methods raise OSError (HttpError, AuthenticationError, NoAccount), ValueError
for an answer that is not what VAPIX says, asyncio.TimeoutError.
"""

import asyncio
import json

import service_account
from authentication import AuthenticationError
from http_client import HttpClient
from http_message import quote

# The camera as its apps see it.
INSIDE = "http://127.0.0.12"
# Bytes of the longest answer that is read whole: the list of all parameters has about 100,000.
LIMIT = 1 << 18


class Vapix:
    """Requests with a configured account, else with the service account that the camera hands to this app."""

    def __init__(self, app, user="", password="", camera=INSIDE, bus=None, timeout=10):
        """`app` names the service account; `camera` is the URL before the path, `bus` the D-Bus address."""
        self._app = app
        self._camera = camera
        self._bus = bus
        self._configured = bool(user)
        self._client = HttpClient(user, password, timeout, keep=True)

    async def credentials(self):
        """(user, password), asked of the camera at the first time."""
        if not self._client.user:
            self._client.user, self._client.password = await service_account.fetch(self._app, self._bus)
        return self._client.user, self._client.password

    async def get(self, target):
        """The Response to a GET of a path with its query, or of a URL; its body is unread, and the caller closes it."""
        return await self._with_account(self._client.get, target)

    async def post(self, target, values):
        """What the camera answers to a POST of `values` as JSON; ValueError if it is an error by VAPIX's words."""
        response = await self._with_account(self._client.post, target, json.dumps(values).encode())
        answer = json.loads(await self._whole(response))
        if "error" in answer:
            error = answer["error"]
            raise ValueError("the camera says error %s: %s" % (error.get("code"), error.get("message")))
        return answer

    async def text(self, target):
        """The body of the answer to a GET, as a text."""
        return await self._whole(await self.get(target))

    async def _whole(self, response):
        try:
            return (await asyncio.wait_for(response.read(LIMIT), self._client.timeout)).decode()
        finally:
            response.close()

    async def _with_account(self, request, target, *body):
        url = self._camera + target if target.startswith("/") else target
        fresh = not self._client.user
        await self.credentials()
        try:
            return await request(url, *body)
        except AuthenticationError:
            # Service accounts vanish when the camera starts anew.
            if self._configured or fresh:
                raise
            self._client.user = ""
            await self.credentials()
            return await request(url, *body)

    async def properties(self):
        """What the device is, by name: ProdNbr, SerialNumber, Version, Architecture, Soc and others."""
        request = {"apiVersion": "1.0", "method": "getAllProperties"}
        return (await self.post("/axis-cgi/basicdeviceinfo.cgi", request))["data"]["propertyList"]

    async def parameters(self, group):
        """The parameters of a group as {full name: value}: `await parameters("Brand")` has "root.Brand.ProdNbr"."""
        text = await self.text("/axis-cgi/param.cgi?action=list&group=" + quote(group))
        if text.startswith("#"):
            raise ValueError("the camera says " + text.strip())
        return dict([line.split("=", 1) for line in text.replace("\r", "").split("\n") if "=" in line])

    async def set_parameters(self, values):
        """Set parameters, {full name: value}."""
        query = "".join(["&%s=%s" % (quote(name), quote(str(value))) for name, value in values.items()])
        text = await self.text("/axis-cgi/param.cgi?action=update" + query)
        if text.strip() != "OK":
            raise ValueError("the camera says " + text.strip())

    async def virtual_input(self, port, active):
        """Switch virtual input `port`, 1 to 64, on or off: an event that the camera's own rules can act on."""
        action = "activate" if active else "deactivate"
        text = await self.text("/axis-cgi/virtualinput/%s.cgi?schemaversion=1&port=%d" % (action, port))
        if "<Success>" not in text:
            _, _, said = text.partition("<ErrorDescription>")
            raise ValueError("the camera says " + (said.partition("<")[0].strip() or "nothing of success"))

    async def snapshot(self, query=""):
        """The Response to a request for one JPEG, its body unread; `query` such as "resolution=640x360"."""
        return await self.get("/axis-cgi/jpg/image.cgi" + ("?" + query if query else ""))

    def close(self):
        """Close the connection to the camera."""
        self._client.close()
