"""The envelope that VAPIX's JSON interfaces have in common."""

import inspect
import json
import re
from dataclasses import dataclass

from aiohttp import web

from mpycam.camera.keys import CALLER
from mpycam.camera.role import Role


class ApiError(Exception):
    """A request fails with an error number of its interface."""

    def __init__(self, code, message, **members):
        super().__init__(message)
        # What else the error object has.
        self.code, self.message, self.members = code, message, members


@dataclass(frozen=True)
class ErrorCodes:
    """The numbers that an interface gives to the mistakes which every interface knows."""

    internal: int
    version: int
    json: int
    method: int
    missing: int
    invalid: int
    forbidden: int
    # A GET; None: the interface has no route for it.
    http_method: int | None = None


# Python's parser recurses into each; no request has nearly as many.
MOST_BRACKETS = 500

# The interfaces of AXIS OS 8 and before number their errors in one way, those since then in another.
OLD_CODES = ErrorCodes(8000, 2003, 4000, 2004, 4002, 1000, 2001, http_method=2002)
NEW_CODES = ErrorCodes(1100, 2100, 2101, 2102, 2103, 2104, 2105)


@dataclass(frozen=True)
class Call:
    """One call: its parameters, a dictionary (a list where a client sends one), and whose it is."""

    params: dict
    request: web.Request
    camera: object
    codes: ErrorCodes

    def invalid(self, name):
        """Return the error of a parameter with a wrong value."""
        return ApiError(self.codes.invalid, f"Invalid parameter value specified: {name}")

    def value(self, name, kinds, default=None, required=False):
        """The parameter `name`, which must be of the type `kinds`; raises ApiError."""
        return value(self.params, name, kinds, self.codes, default, required)


def value(params, name, kinds, codes, default=None, required=False, where="params"):
    """The member `name` of a JSON object, which must be of one of the types `kinds`; raises ApiError."""
    if not isinstance(params, dict) or name not in params:
        if required:
            raise ApiError(codes.missing, f"Required parameter missing: {where}.{name}")
        return default
    found = params[name]
    # JSON's true is no number.
    if not isinstance(found, kinds) or isinstance(found, bool) and kinds is not bool:
        raise ApiError(codes.invalid, f"Invalid parameter value specified: {where}.{name}")
    return found


def parse(body, codes):
    """The JSON object in a request's body; raises ApiError."""
    brackets = ("[", "{") if isinstance(body, str) else (b"[", b"{")
    try:
        if sum(map(body.count, brackets)) > MOST_BRACKETS:
            raise ValueError
        envelope = json.loads(body, parse_constant=_refuse)
    except ValueError:
        raise ApiError(codes.json, "Invalid JSON") from None
    if not isinstance(envelope, dict):
        raise ApiError(codes.json, "Invalid JSON: need an object")
    return envelope


class JsonApi:
    """The handler of one CGI.

    `methods` has for each method the role that it asks for and a function of a Call that returns the data;
    `versions` are the API versions, for each major one the highest minor one.
    """

    def __init__(self, versions, codes, methods):
        self.versions, self.codes = versions, codes
        self.methods = {**methods, "getSupportedVersions": (Role.ANONYMOUS, lambda call: {"apiVersions": versions})}

    async def __call__(self, request, camera):
        answer = {"apiVersion": self.versions[-1]}
        try:
            if request.method != "POST":
                raise ApiError(self.codes.http_method, "HTTP request type not supported. Only POST is supported")
            envelope = parse(await request.read(), self.codes)
            if isinstance(envelope.get("apiVersion"), str):
                answer["apiVersion"] = envelope["apiVersion"]
            context = value(envelope, "context", str, self.codes, where="request")
            if context is not None:
                answer["context"] = context
            method = value(envelope, "method", str, self.codes, required=True, where="request")
            answer["method"] = method
            answer["data"] = await self._call(method, envelope, request, camera)
        except ApiError as error:
            answer["error"] = {"code": error.code, "message": error.message, **error.members}
        # In the order of the documentation, which some read as text.
        order = ("apiVersion", "context", "method", "data", "error")
        return web.json_response({name: answer[name] for name in order if name in answer})

    async def _call(self, method, envelope, request, camera):
        if method not in self.methods:
            raise ApiError(self.codes.method, f"JSON semantic error: Unknown method '{method}'")
        if method != "getSupportedVersions":
            self._check_version(value(envelope, "apiVersion", str, self.codes, required=True, where="request"))
        role, function = self.methods[method]
        if request[CALLER].role < role:
            # Whoever gave no account may still give one.
            if request[CALLER].account is None:
                camera.authentication.require(request, role)
            raise ApiError(self.codes.forbidden, "Authorization failed")
        params = envelope.get("params", {})
        # Some clients send setPorts a bare list.
        if not isinstance(params, (dict, list)):
            raise ApiError(self.codes.invalid, "Invalid parameter value specified: params")
        result = function(Call(params, request, camera, self.codes))
        return await result if inspect.isawaitable(result) else result

    def _check_version(self, text):
        asked = re.fullmatch(r"(\d{1,4})(?:\.(\d{1,4}))?", text, re.ASCII)
        for version in self.versions:
            major, minor = map(int, version.split("."))
            if asked and int(asked[1]) == major and int(asked[2] or 0) <= minor:
                return
        raise ApiError(self.codes.version, f"Requested API version is not supported: '{text}'")


def error_answer(version, method, code, message):
    """The answer of a request that never became a call."""
    error = {"code": code, "message": message}
    return web.json_response({"apiVersion": version, "method": method, "error": error})


def _refuse(constant):
    raise ValueError(f"{constant} is no JSON")
