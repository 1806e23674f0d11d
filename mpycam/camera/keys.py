"""What requests and the aiohttp applications carry for the handlers."""

from aiohttp import web

# Of an application: its camera, and whether it serves the address inside it.
CAMERA = web.AppKey("camera", object)
IN_CAMERA = web.AppKey("in_camera", bool)
# Of a request: its authentication.Caller.
CALLER = web.RequestKey("caller", object)
