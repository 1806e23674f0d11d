r"""/axis-cgi/io/: the physical ports.

In port.cgi ports are numbered from 1, and a sequence is written "1:/300\500/": active, 300 ms later inactive, and
so on. portmanagement.cgi is the JSON interface, which numbers them from 0.
"""

import asyncio
import re

from aiohttp import web

from mpycam.camera.factory_parameters import PORTS
from mpycam.camera.parameters import ParameterError
from mpycam.camera.ports import PortError
from mpycam.camera.role import Role
from mpycam.camera.router import GET_POST, POST
from mpycam.camera.vapix import answers
from mpycam.camera.vapix.arguments import arguments
from mpycam.camera.vapix.json_api import NEW_CODES, ApiError, JsonApi, value

LONGEST_MILLISECONDS = 65535
MOST_STEPS = 100
BUSY = 2200
# An empty part comes when nothing else did for so long.
MONITOR_SECONDS = 15
MANUAL_TRIGGER = 6


def add_routes(router):
    """Add the CGIs."""
    router.add(GET_POST, "/axis-cgi/io/port.cgi", Role.VIEWER, _port)
    router.add(GET_POST, "/axis-cgi/io/virtualinput.cgi", Role.VIEWER, _virtual_input)
    api = JsonApi(
        ["1.1"],
        NEW_CODES,
        {
            "getPorts": (Role.VIEWER, _get_ports),
            "setPorts": (Role.OPERATOR, _set_ports),
            "setStateSequence": (Role.VIEWER, _set_state_sequence),
        },
    )
    router.add(POST, "/axis-cgi/io/portmanagement.cgi", Role.VIEWER, api)


async def _port(request, camera):
    given, ports = await arguments(request), camera.ports
    shows = {
        "check": lambda port: f"port{port + 1}={int(ports.is_closed(port))}",
        "checkactive": lambda port: f"port{port + 1}={'active' if ports.is_active(port) else 'inactive'}",
        "checkdirection": lambda port: f"port{port + 1}={'output' if ports.is_output(port) else 'input'}",
    }
    try:
        for name, show in shows.items():
            if name in given:
                return answers.text("".join(f"{show(port)}\n" for port in _numbers(given[name])))
        if "action" in given:
            port, steps = _action(given["action"])
            if port >= PORTS:
                raise PortError(f"there is no port {port + 1}")
            if not ports.is_output(port):
                raise PortError(f"port {port + 1} is no output")
            ports.run(("port", port), [(lambda a=active: ports.set_active(port, a), wait) for active, wait in steps])
            return answers.text("")
        if "monitor" in given:
            return await _monitor(request, camera, _numbers(given["monitor"]))
        raise PortError("need check, checkactive, checkdirection, monitor or action")
    except PortError as error:
        return answers.text(f"# Error: {error}\n", 400)


async def _virtual_input(request, camera):
    """Switch the manual trigger, or an input as if something were connected to it."""
    try:
        port, steps = _action((await arguments(request)).get("action", ""))
        if port + 1 == MANUAL_TRIGGER:
            switch = camera.ports.trigger
        elif port < PORTS and not camera.ports.is_output(port):

            def switch(active):
                camera.ports.set_active(port, active, simulated=True)
        else:
            raise PortError(f"port {port + 1} is neither an input nor the manual trigger")
        camera.ports.run(("input", port), [(lambda a=active: switch(a), wait) for active, wait in steps])
    except PortError as error:
        return answers.text(f"# Error: {error}\n", 400)
    return answers.text("")


def _numbers(text):
    numbers = text.split(",")
    for number in numbers:
        if not re.fullmatch(r"\d{1,4}", number, re.ASCII) or not 1 <= int(number) <= PORTS:
            raise PortError(f"need port numbers from 1 to {PORTS}, have '{' '.join(number.splitlines())}'")
    return [int(number) - 1 for number in dict.fromkeys(numbers)]


def _action(text):
    """Return the port from 0, and the steps as pairs of whether active and of the seconds until the next one."""
    match = re.fullmatch(r"(?:(\d{1,4}):)?((?:[/\\]\d{0,9})+)", text, re.ASCII)
    if not match or not int(match[1] or 1):
        raise PortError("need an action such as 1:/300\\")
    steps = [(sign == "/", int(wait or 0)) for sign, wait in re.findall(r"([/\\])(\d*)", match[2])]
    if len(steps) > MOST_STEPS or any(wait > LONGEST_MILLISECONDS for _, wait in steps):
        raise PortError(f"at most {MOST_STEPS} steps of at most {LONGEST_MILLISECONDS} ms each")
    return int(match[1] or 1) - 1, [(active, wait / 1000) for active, wait in steps]


async def _monitor(request, camera, watched):
    ports = camera.ports
    if len({ports.is_output(port) for port in watched}) > 1:
        raise PortError("inputs and outputs must be monitored separately")
    response = web.StreamResponse(headers={"Content-Type": "multipart/x-mixed-replace; boundary=ioboundary"})
    await response.prepare(request)
    letter = "O" if ports.is_output(watched[0]) else "I"
    states = {port: ports.is_active(port) for port in watched}

    async def part(port=None, sign=""):
        line = "" if port is None else f"{port + 1}{letter}:{sign}\r\n"
        await response.write(f"--ioboundary\r\nContent-Type: text/plain\r\n\r\n{line}\r\n".encode())

    with camera.events.subscribe() as subscription:
        for port, active in states.items():
            await part(port, "H" if active else "L")
        while True:
            try:
                async with asyncio.timeout(MONITOR_SECONDS):
                    await subscription.get()
            except TimeoutError:
                await part()
            for port in watched:
                if states[port] != ports.is_active(port):
                    states[port] = ports.is_active(port)
                    await part(port, "/" if states[port] else "\\")


def _get_ports(call):
    return {"numberOfPorts": PORTS, "items": [_item(call.camera.ports, port) for port in range(PORTS)]}


def _item(ports, port):
    output = ports.is_output(port)
    active = ports.setting(port, "Output.Active" if output else "Input.Trig")
    return {
        "port": str(port),
        "state": "closed" if ports.is_closed(port) else "open",
        "configurable": True,
        "readonly": False,
        "usage": ports.setting(port, "Usage"),
        "direction": "output" if output else "input",
        "name": ports.setting(port, "Output.Name" if output else "Input.Name"),
        "normalState": "open" if active == "closed" else "closed",
    }


def _set_ports(call):
    given = call.params if isinstance(call.params, list) else call.value("ports", list, required=True)
    changes = [_change(call, each) for each in given]
    done = []
    for port, direction, usage, name, normal, state in changes:
        ports, parameters = call.camera.ports, call.camera.parameters
        group = f"IOPort.I{port}"
        values = {}
        if direction is not None:
            values[f"{group}.Direction"] = direction
        if usage is not None:
            values[f"{group}.Usage"] = usage
        output = (direction or parameters.get(f"{group}.Direction")) == "output"
        kind = "Output" if output else "Input"
        if name is not None:
            values[f"{group}.{kind}.Name"] = name
        if normal is not None:
            opposite = "closed" if normal == "open" else "open"
            values[f"{group}.{'Output.Active' if output else 'Input.Trig'}"] = opposite
        if state is not None and not output:
            raise _refused(port, "state")
        try:
            # An output whose normal state changes stays as active as it was.
            active = ports.is_active(port)
            parameters.set(values)
            if normal is not None and output:
                ports.set_active(port, active)
        except ParameterError:
            raise _refused(port, "name" if name is not None else "usage") from None
        if state is not None:
            ports.set_closed(port, state == "closed")
        if values or state is not None:
            done.append(str(port))
    return {"ports": done}


def _change(call, given):
    if not isinstance(given, dict):
        raise call.invalid("params.ports")
    where = "params.ports[]"
    port = value(given, "port", str, NEW_CODES, required=True, where=where)
    if port not in map(str, range(PORTS)):
        raise _refused(port, "port")
    choices = {"direction": ("input", "output"), "normalState": ("open", "closed"), "state": ("open", "closed")}
    found = {}
    for name in ("direction", "usage", "name", "normalState", "state"):
        found[name] = value(given, name, str, NEW_CODES, where=where)
        if found[name] is not None and name in choices and found[name] not in choices[name]:
            raise _refused(port, name)
    return int(port), *found.values()


def _refused(port, name):
    details = {"port": str(port), "propertyName": name}
    return ApiError(NEW_CODES.invalid, "Invalid parameter value specified", details=details)


def _set_state_sequence(call):
    port = call.value("port", str, required=True)
    ports = call.camera.ports
    if port not in map(str, range(PORTS)) or not ports.is_output(int(port)):
        raise call.invalid("params.port")
    steps = []
    sequence = call.value("sequence", list, required=True)
    if not 1 <= len(sequence) <= MOST_STEPS:
        raise call.invalid("params.sequence")
    for entry in sequence:
        state = value(entry, "state", str, NEW_CODES, required=True, where="params.sequence[]")
        time = value(entry, "time", int, NEW_CODES, required=True, where="params.sequence[]")
        if state not in ("open", "closed") or not 0 <= time <= LONGEST_MILLISECONDS:
            raise call.invalid("params.sequence[]")
        steps.append((lambda closed=state == "closed": ports.set_closed(int(port), closed), time / 1000))
    try:
        ports.run(("port", int(port)), steps)
    except PortError:
        raise ApiError(BUSY, "State sequence already ongoing.") from None
    return {"port": port}
