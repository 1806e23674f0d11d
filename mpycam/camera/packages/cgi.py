"""/axis-cgi/applications/*.cgi: the VAPIX Application API."""

import asyncio
import html
import re
from xml.sax.saxutils import escape, quoteattr

from aiohttp import web
from aiohttp.http import HttpProcessingError

from mpycam.camera.packages import refusal
from mpycam.camera.packages.refusal import Refused
from mpycam.camera.role import Role
from mpycam.camera.router import GET_POST, POST

# How long a client may send nothing in the middle of an upload.
SILENCE_SECONDS = 60
TIMEOUT = 15
SWITCHES = ("AllowUnsigned", "AllowRoot")


def add_routes(router):
    """Add the CGIs."""
    router.add(GET_POST, "/axis-cgi/applications/list.cgi", Role.ADMIN, _list)
    router.add(POST, "/axis-cgi/applications/upload.cgi", Role.ADMIN, _upload)
    router.add(GET_POST, "/axis-cgi/applications/control.cgi", Role.ADMIN, _control)
    router.add(GET_POST, "/axis-cgi/applications/config.cgi", Role.ADMIN, _config)
    router.add(GET_POST, "/axis-cgi/applications/license.cgi", Role.ADMIN, _license)
    router.add(GET_POST, "/axis-cgi/applications/info.cgi", Role.ADMIN, _info)


async def _list(request, camera):
    return _xml("".join(_described(application) for application in camera.applications))


def _described(application):
    record = application.record
    page = record.settings_page
    attributes = {
        "Name": record.name,
        "NiceName": record.nice_name,
        "Vendor": record.vendor,
        "Version": record.version,
        "ApplicationID": record.package_conf.get("APPID"),
        "License": record.license,
        "Status": application.status,
        "ConfigurationPage": f"local/{record.name}/{page}" if page else None,
        "VendorHomePage": record.package_conf.get("VENDORHOMEPAGELINK"),
        "LicenseName": record.package_conf.get("LICENSENAME"),
        "SignatureStatus": "Signed" if record.signed else "Unsigned",
    }
    texts = " ".join(f"{name}={_attribute(value)}" for name, value in attributes.items() if value)
    spans = "".join(
        f"   <VersionRange><Min>{escape(lowest)}</Min><Max>{escape(highest)}</Max></VersionRange>\n"
        for lowest, highest in record.compatible_os
    )
    if not spans:
        return f" <application {texts} />\n"
    return f" <application {texts}>\n  <CompatibleOsVersions>\n{spans}  </CompatibleOsVersions>\n </application>\n"


async def _upload(request, camera):
    async def receive(most):
        try:
            return await _package(request, most)
        except TimeoutError:
            raise Refused(TIMEOUT, f"nothing for {SILENCE_SECONDS} s in the middle of an upload") from None

    return await _answer(camera.applications.upload(receive))


async def _package(request, most):
    """Return the content of the one file in a form, whatever the field is called."""
    if not request.content_type.startswith("multipart/"):
        raise Refused(refusal.NOT_A_PACKAGE, f"the request is {request.content_type}, expected multipart/form-data")
    try:
        reader = await request.multipart()
        part = await asyncio.wait_for(reader.next(), SILENCE_SECONDS)
        while part is not None and (isinstance(part, type(reader)) or part.filename is None):
            part = await asyncio.wait_for(reader.next(), SILENCE_SECONDS)
        if part is None:
            raise Refused(refusal.NO_SPACE, "there is no file with a name in the form")
        data, size = bytearray(), 0
        while piece := await asyncio.wait_for(part.read_chunk(1 << 16), SILENCE_SECONDS):
            size += len(piece)
            # The rest is read and forgotten: most clients read no answer before they have sent everything.
            if size <= most:
                data += piece
    except (ValueError, AssertionError, EOFError, HttpProcessingError, web.RequestPayloadError) as error:
        raise Refused(refusal.NOT_A_PACKAGE, f"the form is damaged: {error}") from None
    if not part.filename:
        raise Refused(refusal.NO_SPACE, "the file in the form has no name")
    if size > most:
        raise Refused(refusal.NO_SPACE, f"{size} bytes, {most} are free")
    return bytes(data)


async def _control(request, camera):
    query = await _query(request)
    action, name = query.get("action", ""), query.get("package", "")
    response = await _answer(_controlled(camera, action, name))
    page = query.get("returnpage")
    if page is None:
        return response
    # Only to the camera itself, not to wherever somebody's link says.
    path = "/" + page.lstrip("/\\") if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", page) else "/"
    address = html.escape(path, quote=True)
    return web.Response(
        text=f'<html><head><meta http-equiv="refresh" content="0; URL={address}"></head>'
        f'<body><a href="{address}">{address}</a></body></html>\n',
        content_type="text/html",
    )


async def _controlled(camera, action, name):
    if not name:
        raise Refused(1, "no package is named")
    if action not in ("start", "stop", "restart", "remove"):
        raise Refused(refusal.UNSPECIFIED, f"there is no action {action!r}")
    await camera.applications.control(action, name)


async def _config(request, camera):
    query = await _query(request)
    action, name, value = (query.get(key, "") for key in ("action", "name", "value"))
    try:
        if name not in SWITCHES or action not in ("get", "set") or (action == "set" and value not in ("true", "false")):
            raise KeyError(name)
        if action == "set":
            camera.applications.set_switch(name, value == "true")
        value = "true" if camera.applications.switch(name) else "false"
    except KeyError:
        return _xml(
            ' <error type="1" message="Error: gdbus call failed" />\n', "error", camera.profile.config_error_status
        )
    return _xml(f' <param name="{name}" value="{value}" />\n')


async def _license(request, camera):
    query = dict(request.query)
    return await _answer(_licensed(request, camera, query.get("action", ""), query.get("package", "")))


async def _licensed(request, camera, action, name):
    # Keys are the vendor's business; what is kept is that there is one.
    application = camera.applications.get(name)
    if action == "uploadlicensekey":
        await _package(request, 1 << 16)
        camera.applications.set_license(application, True)
    elif action == "removelicensekey":
        camera.applications.set_license(application, False)
    else:
        raise Refused(refusal.UNSPECIFIED, f"there is no action {action!r}")


async def _info(request, camera):
    names = ["acap3", "acap4-native"] if camera.profile.manifest_majors else ["acap3"]
    return _xml("".join(f' <sdk name="{name}" />\n' for name in names))


async def _answer(work):
    """Return the answer in one line to something that may be refused."""
    try:
        await work
    except Refused as refused:
        return web.Response(text=f"Error: {refused.number}\n")
    return web.Response(text="OK\n")


async def _query(request):
    """The parameters of a request, in its address or in a form."""
    query = dict(request.query)
    if request.method == "POST" and request.content_type == "application/x-www-form-urlencoded":
        query.update(await request.post())
    return query


def _xml(content, result="ok", status=200):
    return web.Response(text=f'<reply result="{result}">\n{content}</reply>\n', content_type="text/xml", status=status)


def _attribute(value):
    # XML has no way to write most control characters, and none for half a surrogate pair.
    value = "".join(c if c.isprintable() else "?" for c in value)
    return quoteattr(value, {'"': "&quot;"})
