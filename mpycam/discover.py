"""`mpycam discover`: the cameras that announce themselves in the network, by multicast DNS."""

import asyncio
import json
import re
from dataclasses import asdict, dataclass

from mpycam.errors import MpycamError

# What cameras announce. Others have web pages too, so of the last kind only those with a serial number count.
SERVICES = ("_axis-video._tcp.local.", "_vapix-http._tcp.local.", "_vapix-https._tcp.local.", "_http._tcp.local.")
# What the serial numbers of Axis begin with: they are MAC addresses.
SERIAL = re.compile(r"(00408C|ACCC8E|B8A44F|E82725)[0-9A-F]{6}")
ANSWER_MILLISECONDS = 1000


@dataclass(frozen=True)
class Found:
    """A camera: its name as announced, its serial number, and its address with the port where that is not 80."""

    name: str
    serial: str
    address: str
    secure: bool


def add_command(subcommands):
    """Add the parser of `mpycam discover`."""
    parser = subcommands.add_parser("discover", help="list the cameras in this network")
    parser.add_argument("--seconds", type=float, default=3, metavar="N", help="to listen (default: %(default)s)")
    parser.add_argument("--interface", metavar="ADDRESS", help="this machine's address in the network (default: all)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--inventory", action="store_true", help="print an inventory for `mpycam fleet`")
    parser.set_defaults(run=run_discover)


def run_discover(options):
    """Print what was found; the exit status is 1 where that was nothing."""
    from mpycam.fleet.tables import table

    found = asyncio.run(discover(options.seconds, options.interface))
    if options.json:
        print(json.dumps([asdict(camera) for camera in found], indent=2))
    elif options.inventory:
        print(as_inventory(found), end="")
    elif found:
        rows = [(camera.name, camera.serial, camera.address) for camera in found]
        print(table([("camera", "serial", "address"), *rows]), end="")
    else:
        raise MpycamError(f"no camera has announced itself within {options.seconds:g} s; is it in the same network?")
    return int(not found)


async def discover(seconds=3, interface=None):
    """Return the cameras that announce themselves within some seconds as Found, by name. Raises MpycamError."""
    from zeroconf import ServiceStateChange
    from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

    from mpycam.camera.announcement import interfaces_of

    announced = {}

    def changed(zeroconf, service_type, name, state_change):
        if state_change is ServiceStateChange.Removed:
            announced.pop((service_type, name), None)
        else:
            announced[service_type, name] = None

    try:
        browser = AsyncZeroconf(interfaces=interfaces_of(interface))
    except OSError as error:
        raise MpycamError(f"cannot listen at {interface or 'any interface'}: {error}") from None
    try:
        watching = AsyncServiceBrowser(browser.zeroconf, list(SERVICES), handlers=[changed])
        await asyncio.sleep(seconds)
        services = [AsyncServiceInfo(kind, name) for kind, name in announced]
        known = await asyncio.gather(
            *(service.async_request(browser.zeroconf, ANSWER_MILLISECONDS) for service in services)
        )
        await watching.async_cancel()
    finally:
        await browser.async_close()
    return cameras_of([service for service, answered in zip(services, known, strict=True) if answered])


def cameras_of(services):
    """One Found for each camera of zeroconf's ServiceInfos, HTTPS before HTTP."""
    found = {}
    for service in services:
        name = service.name.removesuffix(f".{service.type}")
        properties = service.decoded_properties
        told = (properties.get("macaddress") or "").replace(":", "")
        match = SERIAL.search(told.upper()) or SERIAL.search(name.upper())
        addresses = service.parsed_addresses()
        if not addresses or (match is None and service.type == SERVICES[-1]):
            continue
        secure = service.type == "_vapix-https._tcp.local."
        host = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
        usual = 443 if secure else 80
        address = f"{'https' if secure else 'http'}://{host}" + (f":{service.port}" if service.port != usual else "")
        serial = match[0] if match else ""
        key = serial or address
        if key not in found or secure and not found[key].secure:
            found[key] = Found(name, serial, address, secure)
    return sorted(found.values(), key=lambda camera: camera.name)


def as_inventory(found):
    """The beginning of an inventory with these cameras."""
    lines = ["[defaults]", 'user = "root"', 'password = "env:CAMERA_PASSWORD"']
    for camera in found:
        name = camera.serial or re.sub(r"[^A-Za-z0-9_.-]+", "-", camera.name).strip("-.")
        lines += ["", f"[cameras.{name}]  # {camera.name}", f'host = "{camera.address}"']
    return "\n".join(lines) + "\n"
