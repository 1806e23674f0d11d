"""image.cgi, video.cgi and imagesize.cgi."""

import asyncio
import contextlib
import socket

from aiohttp import web

from mpycam.camera.frames import BadRequest, Format
from mpycam.camera.frames.format import whole
from mpycam.camera.role import Role
from mpycam.camera.router import GET_POST

BOUNDARY = "myboundary"
MOST_FPS = 30
MOST_NUMBER = 999_999_999
# What waits in the kernel for a viewer that reads slowly: little, so that it sees what is now and not what was.
SEND_BUFFER = 128 * 1024
NO_CACHE = {"Cache-Control": "no-cache, no-store, must-revalidate", "Pragma": "no-cache", "Expires": "0"}


def add_routes(router):
    """Add the routes of the pictures."""
    for path in ("/axis-cgi/jpg/image.cgi", "/jpg/image.jpg", "/jpg/1/image.jpg"):
        router.add(GET_POST, path, Role.VIEWER, image)
    for path in ("/axis-cgi/mjpg/video.cgi", "/mjpg/video.mjpg", "/mjpg/1/video.mjpg"):
        router.add(GET_POST, path, Role.VIEWER, video)
    router.add(GET_POST, "/axis-cgi/imagesize.cgi", Role.VIEWER, image_size)


async def image(request, camera):
    """One picture."""
    format = _read(Format.parse, request.query)
    try:
        picture = await camera.frames.jpeg(format)
    except OSError as error:
        # The source's files are gone or broken.
        raise web.HTTPServiceUnavailable(text=f"{error}\n") from None
    return web.Response(body=camera.faults.damage(picture), headers={"Content-Type": "image/jpeg", **NO_CACHE})


async def image_size(request, camera):
    """The size that a picture would have, as text."""
    width, height = _read(Format.parse, request.query).size(camera.frames.source.size)
    return web.Response(text=f"image width = {width}\r\nimage height = {height}\r\n")


async def video(request, camera):
    """Pictures until the viewer leaves, as parts of a multipart answer.

    A viewer that reads slowly gets fewer of them; one that is not there costs nothing.
    """
    format = _read(Format.parse, request.query)
    fps = _read(whole, request.query, "fps", 0, MOST_FPS)
    duration = _read(whole, request.query, "duration", 0, MOST_NUMBER)
    number = _read(whole, request.query, "nbrofframes", 0, MOST_NUMBER)

    response = web.StreamResponse(
        headers={"Content-Type": f"multipart/x-mixed-replace; boundary={BOUNDARY}", "Connection": "close", **NO_CACHE}
    )
    # The connection's end is the stream's.
    response.force_close()
    if request.transport is not None:
        request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    await response.prepare(request)
    if request.method == "HEAD":
        return response

    loop = asyncio.get_running_loop()
    end = loop.time() + duration if duration else None
    due = loop.time()
    sent = 0
    # A viewer that leaves ends its stream, and so does a source whose files are gone or broken.
    with contextlib.suppress(OSError):
        while not (number and sent == number) and (end is None or loop.time() < end):
            picture = camera.faults.damage(await camera.frames.jpeg(format))
            await camera.faults.write(request, response, part(picture))
            sent += 1
            rate = min(camera.frames.source.fps, fps or MOST_FPS)
            due = max(due + 1 / rate, loop.time())
            await asyncio.sleep(due - loop.time())
    return response


def part(picture):
    """One picture of a multipart answer."""
    head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
    return head.encode() + picture + b"\r\n"


def _read(parse, *arguments):
    try:
        return parse(*arguments)
    except BadRequest as error:
        raise web.HTTPBadRequest(text=f"{error}\n") from None
