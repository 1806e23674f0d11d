"""A message bus of its own for a test: Debian's dbus-daemon, and services on it made with dbus-fast."""

import asyncio
import contextlib
import subprocess
import threading

from dbus_fast.aio import MessageBus

CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={path}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


@contextlib.contextmanager
def message_bus(folder):
    """Run dbus-daemon in `folder`; gives the D-Bus address."""
    path = folder / "bus"
    configuration = folder / "bus.conf"
    configuration.write_text(CONFIGURATION.format(path=path))
    command = ["dbus-daemon", f"--config-file={configuration}", "--nofork", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as daemon:
        try:
            daemon.stdout.readline()  # it listens from here on
            yield f"unix:path={path}"
        finally:
            daemon.terminate()


@contextlib.contextmanager
def service(address, name, objects):
    """Offer `objects`, {path: interface of dbus-fast}, under a bus name, from a thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def offer():
        bus = await MessageBus(bus_address=address).connect()
        for path, interface in objects.items():
            bus.export(path, interface)
        await bus.request_name(name)
        return bus

    async def end(bus):
        bus.disconnect()
        await bus.wait_for_disconnect()

    try:
        bus = asyncio.run_coroutine_threadsafe(offer(), loop).result(10)
        try:
            yield bus
        finally:
            asyncio.run_coroutine_threadsafe(end(bus), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
