"""/simulator/: what a real camera does not have: the door that it looks at, pictures to show, and faults.

docs/testing.md describes it.
"""

import json
import math

from aiohttp import web

from mpycam.camera.faults import FaultError
from mpycam.camera.frames.door_scene import OPEN_ANGLE, DoorScene
from mpycam.camera.frames.jpeg_files import JpegFiles
from mpycam.camera.frames.source import FPS
from mpycam.camera.role import Role
from mpycam.camera.router import GET, POST
from mpycam.errors import MpycamError

# What show() may bring along, in RAM.
MOST_FRAMES_BYTES = 256 << 20
WIDEST_ANGLE = 110


def add_routes(router):
    """Add the simulator's API."""
    router.add(GET, "/simulator/door", Role.VIEWER, get_door)
    router.add(POST, "/simulator/door", Role.OPERATOR, set_door)
    router.add(GET, "/simulator/frames", Role.VIEWER, get_frames)
    router.add(POST, "/simulator/frames", Role.ADMIN, show_frames)
    router.add(("DELETE",), "/simulator/frames", Role.ADMIN, show_source)
    router.add(GET, "/simulator/faults", Role.ADMIN, get_faults)
    router.add(POST, "/simulator/faults", Role.ADMIN, start_fault)
    router.add(("DELETE",), "/simulator/faults", Role.ADMIN, end_faults)
    router.add(("DELETE",), "/simulator/faults/{name}", Role.ADMIN, end_faults)


async def get_door(request, camera):
    """What is true of the door."""
    return web.json_response(_door(camera).state(camera.frames.seconds))


async def set_door(request, camera):
    """Open or close it, set it to an angle, let people come, change the light."""
    door, seconds = _door(camera), camera.frames.seconds
    wanted = await _object(request, ("open", "angle", "people", "hours"))
    if "hours" in wanted:
        door.hours = _number(wanted, "hours", 0, 24)
    if "people" in wanted:
        if _flag(wanted, "people"):
            door.let_people_come(seconds)
        else:
            door.move(0, seconds)
    if "open" in wanted:
        door.move(OPEN_ANGLE if _flag(wanted, "open") else 0, seconds)
    if "angle" in wanted:
        door.move(_number(wanted, "angle", 0, WIDEST_ANGLE), seconds)
    return web.json_response(door.state(seconds))


async def get_frames(request, camera):
    """Where the pictures come from."""
    return web.json_response(_frames(camera))


async def show_frames(request, camera):
    """Show the JPEG files in the body, one behind the other."""
    try:
        fps = float(request.query.get("fps", FPS))
    except ValueError:
        fps = math.nan
    if not 0.001 <= fps <= 1000:
        raise _bad(f"fps: need a number from 0.001 to 1000, have {request.query['fps']!r}")
    data = bytearray()
    async for chunk in request.content.iter_chunked(1 << 16):
        data += chunk
        if len(data) > MOST_FRAMES_BYTES:
            raise _bad(f"need at most {MOST_FRAMES_BYTES} bytes of pictures")
    try:
        camera.frames.show(JpegFiles.of_data(bytes(data), fps, "the request"))
    except MpycamError as error:
        raise _bad(str(error)) from None
    return web.json_response(_frames(camera))


async def show_source(request, camera):
    """Show again what the camera was started with."""
    camera.frames.show(camera.frames.first_source)
    return web.json_response(_frames(camera))


async def get_faults(request, camera):
    """Every kind of fault, and whether it is on."""
    return web.json_response(camera.faults.state())


async def start_fault(request, camera):
    """Let one begin."""
    wanted = await _object(request, ("name", "count", "seconds", "value"))
    try:
        camera.faults.start(**{"name": "", **wanted})
    except FaultError as error:
        raise _bad(str(error)) from None
    return web.json_response(camera.faults.state())


async def end_faults(request, camera):
    """End one, or all."""
    name = request.match_info.get("name")
    if name:
        camera.faults.end(name)
    else:
        camera.faults.end_all()
    return web.json_response(camera.faults.state())


def _frames(camera):
    source = camera.frames.source
    width, height = source.size
    return {"door": isinstance(source, DoorScene), "width": width, "height": height, "fps": source.fps}


def _door(camera):
    if not isinstance(camera.frames.source, DoorScene):
        raise web.HTTPConflict(text="need the door scene as the source of pictures, have another one\n")
    return camera.frames.source


async def _object(request, names):
    """The JSON object in the body, which has some of these names."""
    try:
        value = json.loads(await request.text())
    except (ValueError, LookupError, RecursionError):
        raise _bad("need JSON") from None
    if not isinstance(value, dict) or not set(value) <= set(names):
        raise _bad(f"need an object with some of {', '.join(names)}")
    return value


def _flag(wanted, name):
    if not isinstance(wanted[name], bool):
        raise _bad(f"{name}: need true or false, have {json.dumps(wanted[name])}")
    return wanted[name]


def _number(wanted, name, least, most):
    value = wanted[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise _bad(f"{name}: need a number from {least} to {most}, have {json.dumps(value)}")
    return value


def _bad(text):
    return web.HTTPBadRequest(text=text + "\n")
