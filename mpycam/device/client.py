"""The client of one camera."""

import asyncio
import contextlib
import re
from dataclasses import dataclass, field
from urllib.parse import quote
from xml.etree import ElementTree

import httpx

from mpycam.device import trust
from mpycam.device.errors import ANSWER, BROKEN, LOGIN, REFUSED, TIMEOUT, UNREACHABLE, DeviceError, refusal
from mpycam.device.login import Login
from mpycam.device.upload import Upload

APPLICATIONS = "/axis-cgi/applications"
CONNECT_SECONDS = 10
# Unpacking, and an app that does not end when it is told to.
INSTALL_SECONDS, CONTROL_SECONDS = 180, 60
# Before a request is tried again.
PAUSES = (0.3, 1, 3)
POLL_SECONDS = 0.5

# What the camera calls its processor, and the build that runs on it.
ARCHES = {"armv7hf": "armv7hf", "armv7l": "armv7hf", "aarch64": "aarch64", "x86_64": "host"}


@dataclass(frozen=True)
class Disk:
    """A place for recordings: `total` and `free` are bytes, 0 where it is not there."""

    name: str
    status: str
    total: int
    free: int
    filesystem: str


@dataclass(frozen=True)
class App:
    """An installed app; `status` is Running, Stopped or Idle, `page` the path of its settings page or ""."""

    name: str
    title: str
    vendor: str
    version: str
    status: str
    signed: bool
    license: str
    page: str


@dataclass(frozen=True)
class Installed:
    """What install() did: the app's name, its version now, and that before it, None where there was none."""

    app: str
    version: str
    before: str | None


@dataclass(frozen=True)
class Information:
    """What a camera is and allows."""

    model: str
    full_name: str
    serial: str
    firmware: str
    soc: str
    architecture: str
    # Of embedded development, such as "3.0", and the kinds of apps it takes, such as acap4-native.
    sdk: str
    kits: tuple
    # The switches AllowUnsigned and AllowRoot; None where there is none.
    unsigned: bool | None
    root_apps: bool | None
    ssh: bool
    storage: list = field(default_factory=list)

    @property
    def release(self):
        """The version of AXIS OS as a tuple of numbers."""
        return tuple(int(number) for number in re.findall(r"\d+", self.firmware))

    @property
    def build(self):
        """The name of the firmware build for it: armv7hf, aarch64 or host; None where there is none."""
        return ARCHES.get(self.architecture)

    @property
    def takes_unsigned(self):
        """Whether a package that Axis has not signed can be installed now."""
        return self.release < (13,) and self.unsigned is not False

    @property
    def ssh_as_app(self):
        """Whether ssh lets one in as the user of an app only (Developer Mode), rather than as root."""
        return self.release >= (11, 5)


class Device:
    """A camera at `address`, such as https://192.0.2.7 or http://192.0.2.7:8080; use it in an async with statement.

    `certificate` is the PEM of the only certificate that is accepted; None
    asks for one that the system trusts. `timeout` is in seconds, for an answer
    to an ordinary request. All methods raise DeviceError.
    """

    def __init__(self, address, user, password, certificate=None, timeout=30):
        self.address = (address if "://" in address else f"http://{address}").rstrip("/")
        url = httpx.URL(self.address)
        if url.scheme not in ("http", "https") or not url.host or url.path != "/":
            raise DeviceError(f"{address!r} is no address of a camera; expected such as https://192.0.2.7")
        if url.userinfo:
            raise DeviceError("expected the account's name and password apart from the address")
        self.host, self.user, self.certificate = url.host, user, certificate
        self._timeout = timeout
        verify = trust.context(certificate) if url.scheme == "https" else False
        self._client = httpx.AsyncClient(
            base_url=self.address, auth=Login(user, password), verify=verify, trust_env=False,
            timeout=httpx.Timeout(timeout, connect=CONNECT_SECONDS),
        )  # fmt: skip

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        await self._client.aclose()

    # What it is

    async def info(self):
        """Return Information."""
        await self._ready()
        properties = await self._properties()
        values = await self.parameters(
            "Properties.EmbeddedDevelopment", "Network.SSH", "Properties.System.Architecture"
        )
        kits = await self.request("GET", f"{APPLICATIONS}/info.cgi")
        found = _xml(kits) if kits.status_code == 200 else ()
        return Information(
            model=properties.get("ProdShortName", ""),
            full_name=properties.get("ProdFullName", ""),
            serial=properties.get("SerialNumber", ""),
            firmware=properties.get("Version", ""),
            soc=properties.get("Soc", ""),
            architecture=properties.get("Architecture") or values.get("Properties.System.Architecture", ""),
            sdk=values.get("Properties.EmbeddedDevelopment.Version", ""),
            kits=tuple(kit.get("name", "") for kit in found.iter("sdk")) if found else (),
            unsigned=await self._switch("AllowUnsigned"),
            root_apps=await self._switch("AllowRoot"),
            ssh=values.get("Network.SSH.Enabled") == "yes",
            storage=await self.storage(),
        )

    async def storage(self):
        """Return the Disks."""
        answer = await self.request("GET", "/axis-cgi/disks/list.cgi", params={"diskid": "all"})
        if answer.status_code != 200:
            return []
        return [
            Disk(
                disk.get("diskid", ""), disk.get("status", ""), 1024 * int(disk.get("totalsize") or 0),
                1024 * int(disk.get("freesize") or 0), disk.get("filesystem", ""),
            )
            for disk in _xml(answer).iter("disk")
        ]  # fmt: skip

    async def _properties(self):
        question = {"apiVersion": "1.0", "method": "getAllProperties"}
        answer = self._checked(await self.request("POST", "/axis-cgi/basicdeviceinfo.cgi", json=question))
        data = _json(answer)
        if "error" in data:
            raise DeviceError(f"{self.host}: basicdeviceinfo: {data['error']}", REFUSED)
        return data.get("data", {}).get("propertyList", {})

    async def _ready(self):
        """Make sure that the camera has an account to log in with."""
        question = {"apiVersion": "1.1", "method": "systemready", "params": {"timeout": 10}}
        answer = await self.request("POST", "/axis-cgi/systemready.cgi", auth=None, json=question)
        if answer.status_code == 200 and _json(answer).get("data", {}).get("needsetup") == "yes":
            raise DeviceError(
                f"{self.host} has no account yet: open {self.address}/ in a browser and make the first one", LOGIN
            )

    async def _switch(self, name):
        """The value of AllowUnsigned or AllowRoot, None where the camera has no such switch."""
        answer = await self.request("GET", f"{APPLICATIONS}/config.cgi", params={"action": "get", "name": name})
        if answer.status_code not in (200, 400):
            return None
        parameter = _xml(answer).find("param")
        return None if parameter is None else parameter.get("value") == "true"

    async def allow_unsigned(self, value=True):
        """Set the switch AllowUnsigned."""
        query = {"action": "set", "name": "AllowUnsigned", "value": "true" if value else "false"}
        answer = await self.request("POST", f"{APPLICATIONS}/config.cgi", params=query)
        if answer.status_code not in (200, 400, 404) or _xml(answer).find("param") is None:
            raise DeviceError(
                f"{self.host} has no switch for unsigned packages: AXIS OS before 11.2 takes them, from 13 on none",
                REFUSED,
            )

    # Apps

    async def apps(self):
        """Return the installed apps: name to App."""
        answer = _xml(self._checked(await self.request("GET", f"{APPLICATIONS}/list.cgi")))
        if answer.get("result") != "ok":
            error = answer.find("error")
            raise DeviceError(
                f"{self.host}: list of apps: {error.get('message') if error is not None else 'no answer'}"
            )
        found = [
            App(
                app.get("Name", ""), app.get("NiceName", ""), app.get("Vendor", ""), _version(app.get("Version", "")),
                app.get("Status", ""), app.get("SignatureStatus") == "Signed", app.get("License", ""),
                app.get("ConfigurationPage", ""),
            )
            for app in answer.iter("application")
        ]  # fmt: skip
        return {app.name: app for app in found}

    async def install(self, data, file_name="package.eap", progress=None):
        """Install the package of these bytes, or upgrade to it, and return Installed.

        It returns when the camera itself lists the app with that version. An
        upgraded app runs again if it ran; a new one is not started.
        `progress(sent, total)` is called with bytes.
        """
        from mpycam.eap.package import inspect_bytes

        package = inspect_bytes(data, file_name)
        name, what = package.app_name, f"install {file_name} on {self.host}"
        # This also finds out how to log in, so that the package goes over the wire once.
        before = (await self.apps()).get(name)
        upload = Upload(data, file_name, progress)
        request = self._client.build_request(
            "POST", f"{APPLICATIONS}/upload.cgi", headers=upload.headers,
            timeout=httpx.Timeout(INSTALL_SECONDS, connect=CONNECT_SECONDS),
        )  # fmt: skip
        request.stream = upload
        try:
            answer = await self._once(request)
        except DeviceError as error:
            if error.kind not in (BROKEN, TIMEOUT):
                raise
            raise DeviceError(f"{what}: {error}; {await self._found(name, before)}", error.kind) from None
        self._check_number(what, answer)
        after = (await self.apps()).get(name)
        if after is None or (package.version and after.version != package.version):
            have = f"version {after.version}" if after else "nothing"
            raise DeviceError(f"{what}: the camera says OK, but lists {have} instead of {package.version}")
        return Installed(name, after.version, before.version if before else None)

    async def _found(self, name, before):
        """Say what is on the camera after an upload whose answer was lost."""
        try:
            after = (await self.apps()).get(name)
        except DeviceError:
            return "and the camera cannot be asked what is there now; look with `mpycam info` before trying again"
        if after is None:
            return f"nothing of {name} is installed; try again"
        if before is None:
            return f"{name} {after.version} is there nevertheless, whole: cameras put a package in place in one step"
        return f"{name} is there with version {after.version}, it was {before.version}; install again to be sure"

    async def start(self, name):
        """Start an app."""
        await self._control("start", name)

    async def stop(self, name):
        """Stop an app."""
        await self._control("stop", name)

    async def restart(self, name):
        """Stop and start an app."""
        await self._control("restart", name)

    async def remove(self, name):
        """Remove an app with everything that it stored."""
        await self._control("remove", name)

    async def _control(self, action, name):
        query = {"action": action, "package": name}
        # Not tried again: a second start of an app that runs by now would be an error.
        answer = await self.request(
            "POST", f"{APPLICATIONS}/control.cgi", retry=False, params=query,
            timeout=httpx.Timeout(CONTROL_SECONDS, connect=CONNECT_SECONDS),
        )  # fmt: skip
        self._check_number(f"{action} {name} on {self.host}", answer)

    # Logs

    async def log(self, name=None):
        """Return the lines of an app's log, or of the system's, oldest first."""
        path = "/axis-cgi/admin/systemlog.cgi"
        answer = await self.request("GET", path, params={"appname": name} if name else {})
        if answer.status_code == 404:
            answer = await self.request("GET", "/axis-cgi/systemlog.cgi", params={"appname": name} if name else {})
        text = self._checked(answer).text
        return [line for line in text.splitlines() if line and not line.startswith("-----")]

    async def follow(self, name=None, known=None, interval=POLL_SECONDS):
        """Yield the lines of a log that come after those known, or from now on; the camera is asked again and again."""
        known = await self.log(name) if known is None else known
        while True:
            lines = await self.log(name)
            for line in _new_lines(known, lines):
                yield line
            known = lines
            await asyncio.sleep(interval)

    # Parameters

    async def parameters(self, *groups):
        """Return the parameters of groups, such as "Network.SSH", as a dictionary without "root." in the names.

        A group that there is not gives none.
        """
        answer = self._checked(
            await self.request("GET", "/axis-cgi/param.cgi", params={"action": "list", "group": ",".join(groups)})
        )
        pairs = [line.partition("=") for line in answer.text.splitlines() if not line.startswith("#")]
        return {name.removeprefix("root."): value for name, mark, value in pairs if mark}

    async def set_parameters(self, values):
        """Set parameters: name to value."""
        query = {"action": "update", **{name.removeprefix("root."): str(value) for name, value in values.items()}}
        answer = self._checked(await self.request("GET", "/axis-cgi/param.cgi", params=query))
        text = answer.text.strip()
        if text != "OK":
            raise DeviceError(
                f"{self.host}: {text.removeprefix('# Error: ')}; `mpycam params get` lists names and values", REFUSED
            )

    async def app_group(self, name):
        """The group of an app's parameters: its name, on some cameras with a capital; None where it has none."""
        for group in (name, name[:1].upper() + name[1:]):
            if await self.parameters(group):
                return group
        return None

    # Requests

    async def request(self, method, path, retry=True, auth=httpx.USE_CLIENT_DEFAULT, **options):
        """Send a request and return httpx's Response, whatever its status but 401.

        With `retry` it is sent again when the connection fails or the camera is
        busy (503). `options` are those of httpx.AsyncClient.build_request().
        """
        if "params" in options:
            # As the camera reads it: names may have dots, blanks become %20.
            query = "&".join(f"{quote(key)}={quote(value, safe=',')}" for key, value in options.pop("params").items())
            path = f"{path}?{query}" if query else path
        for pause in (*PAUSES, None) if retry else (None,):
            try:
                answer = await self._once(self._client.build_request(method, path, **options), auth)
                if answer.status_code != 503 or pause is None:
                    return answer
            except DeviceError as error:
                if pause is None or error.kind not in (UNREACHABLE, BROKEN):
                    raise
            await asyncio.sleep(pause)

    async def upgrade(self, path, headers, stream, pauses=()):
        """Switch the connection of a GET request to another protocol and return `stream(response, network stream)`.

        It is asked again after each of `pauses`, in seconds, while nobody answers behind the camera's proxy (502, 503).
        """
        for pause in (*pauses, None):
            # The connection is not one of those that are kept for other requests.
            context = contextlib.AsyncExitStack()
            request = self._client.build_request(
                "GET", path, headers=headers, timeout=httpx.Timeout(self._timeout, read=None)
            )
            try:
                answer = await self._once(request, stream=True)
            except BaseException:
                await context.aclose()
                raise
            context.push_async_callback(answer.aclose)
            if answer.status_code == 101:
                return stream(context, answer.extensions["network_stream"])
            await answer.aread()
            await context.aclose()
            if answer.status_code not in (502, 503) or pause is None:
                self._checked(answer)
                raise DeviceError(
                    f"{self.host}: {path}: expected another protocol, the answer was {answer.status_code}"
                )
            await asyncio.sleep(pause)

    async def _once(self, request, auth=httpx.USE_CLIENT_DEFAULT, stream=False):
        try:
            answer = await self._client.send(request, auth=auth, stream=stream)
        except httpx.ConnectTimeout:
            raise DeviceError(f"{self.host} does not answer: is it on, and the address right?", UNREACHABLE) from None
        except httpx.ConnectError as error:
            raise DeviceError(_unreachable(self.address, error), UNREACHABLE) from None
        except httpx.TimeoutException:
            seconds = request.extensions.get("timeout", {}).get("read")
            raise DeviceError(f"no answer from {self.host} within {seconds:.0f} s", TIMEOUT) from None
        except httpx.TransportError as error:
            raise DeviceError(
                f"{self.host}: the connection was lost in the middle ({str(error) or type(error).__name__})", BROKEN
            ) from None
        if answer.status_code == 401 and auth is httpx.USE_CLIENT_DEFAULT:
            raise DeviceError(
                f"{self.host} does not let {self.user!r} in: the password is wrong, or the account is no administrator",
                LOGIN,
            )
        return answer

    def _checked(self, answer):
        if answer.status_code != 200:
            text = " ".join(re.sub(r"<[^>]*>", " ", answer.text).split())[:200]
            raise DeviceError(f"{self.host}: {answer.request.url.path}: {answer.status_code} {text}", ANSWER)
        return answer

    def _check_number(self, what, answer):
        """Raise DeviceError where the answer is not OK."""
        text = self._checked(answer).text.strip()
        found = re.match(r"Error: ?(\d+)", text)
        if found:
            raise refusal(what, int(found[1]))
        if text != "OK":
            raise DeviceError(f"{what}: expected OK, the camera answers {text[:200]!r}")


def _new_lines(known, lines):
    """The lines that came after those known; a log may have lost its oldest ones meanwhile."""
    for lost in range(len(known)):
        rest = known[lost:]
        if rest == lines[: len(rest)]:
            return lines[len(rest) :]
    return lines


def _version(text):
    """A version as packages write it: 1.2.3, where AXIS OS 9 says 1.2-3."""
    found = re.fullmatch(r"(\d+\.\d+)-(\d+)", text)
    return f"{found[1]}.{found[2]}" if found else text


def _unreachable(address, error):
    text = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return (
            f"{address} shows a certificate that is not trusted: keep the camera with `mpycam camera add`, which pins "
            "it; if it is kept, its certificate has changed: add it again if you know why"
        )
    return f"{address} cannot be reached: {text or 'no reason given'}"


def _xml(answer):
    try:
        return ElementTree.fromstring(answer.content)
    except ElementTree.ParseError as error:
        raise DeviceError(f"{answer.request.url.host}: {answer.request.url.path}: expected XML: {error}") from None


def _json(answer):
    try:
        data = answer.json()
    except ValueError as error:
        raise DeviceError(f"{answer.request.url.host}: {answer.request.url.path}: expected JSON: {error}") from None
    return data if isinstance(data, dict) else {}
