"""The system log and the server report."""

import io
import tarfile
import zipfile

from aiohttp import web

from mpycam.camera.role import Role
from mpycam.camera.router import GET_POST
from mpycam.camera.vapix import answers
from mpycam.camera.vapix.arguments import arguments
from mpycam.camera.vapix.basicdeviceinfo import properties


def add_routes(router):
    """Add the CGIs."""
    for path in ("/axis-cgi/systemlog.cgi", "/axis-cgi/admin/systemlog.cgi"):
        router.add(GET_POST, path, Role.ADMIN, _system_log)
    for path in ("/axis-cgi/serverreport.cgi", "/axis-cgi/admin/serverreport.cgi"):
        router.add(GET_POST, path, Role.ADMIN, _server_report)


async def _system_log(request, camera):
    given = await arguments(request)
    app = given.get("appname")
    if app:
        head = f"----- Contents of SYSTEM_LOG for '{' '.join(app.splitlines())}' -----\n\n"
        lines = camera.logs.read(app)
    else:
        head = "\n----- System log -----\n\n\n"
        lines = camera.logs.read()
    # The filter came with 11.11.
    text = given.get("text", "") if camera.profile.since(11, 11) else ""
    return answers.text(head + "".join(f"{line}\n" for line in lines if text in line))


async def _server_report(request, camera):
    mode = (await arguments(request)).get("mode", "text")
    if mode == "text":
        return answers.text(report(camera))
    files = {"serverreport.txt": report(camera), "log/system.log": "".join(f"{x}\n" for x in camera.logs.read())}
    name = f"{camera.identity.host_name}_serverreport"
    if mode in ("zip", "zip_with_image"):
        body, kind, name = _zip(files), "application/zip", f"{name}.zip"
    elif mode == "tar_all":
        body, kind, name = _tar(files, camera.clock.time()), "application/x-tar", f"{name}.tar"
    else:
        return answers.text(f"# Error: unknown mode '{' '.join(mode.splitlines())}'\n")
    return web.Response(body=body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def report(camera):
    """The server report as text: the product, the parameters that everybody may know, and the log."""
    parameters = camera.parameters
    sections = {
        "Product": [f"{name}={value}" for name, value in properties(camera).items()],
        "Uptime": [f"{camera.clock.uptime():.0f} s"],
        "Parameter list": [
            f"root.{each.name}={each.type.shown(parameters.get(each.name))}" for each in parameters.select("root", 6)
        ],
        "System log": camera.logs.read(),
    }
    lines = [f"Server report, {camera.clock.now():%a, %d %b %Y %H:%M:%S}", ""]
    for title, content in sections.items():
        lines += [f"----- {title} -----", "", *content, "", ""]
    return "\n".join(lines)


def _zip(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def _tar(files, time):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            data = text.encode()
            entry.size, entry.mtime = len(data), int(time)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()
