"""The system bus inside the camera, with the service that gives apps their accounts."""

import asyncio
import os
import shutil

from mpycam.camera.accounts import AccountError
from mpycam.camera.running.launcher import KILL_ALL
from mpycam.camera.running.sandbox import CannotExecute

SOCKET = "system_bus_socket"

CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={folder}/{socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <allow send_type="method_call"/>
    <allow send_type="method_return" send_requested_reply="true"/>
    <allow send_type="error" send_requested_reply="true"/>
    <allow send_type="signal"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
  </policy>
  <policy user="{user}">
    <allow own="*"/>
  </policy>
</busconfig>
"""

NAME = "com.axis.HTTPConf1"
FAILED = "com.axis.HTTPConf1.Error.Failed"


class Bus:
    """The message bus. The daemon runs inside the camera too, where the users of apps have names: it asks for them."""

    def __init__(self, camera, sandbox):
        self._camera, self._sandbox = camera, sandbox
        self._folder = sandbox.memory / "dbus"
        self._daemon = self._reading = self._connection = None

    async def start(self):
        """Start the bus and offer the service on it. Where there is no dbus-daemon, the log says so."""
        program = shutil.which("dbus-daemon")
        if program is None:
            self._log("ERR", "no dbus-daemon on this machine (Debian: dbus-daemon): apps get no accounts")
            return
        inside = self._sandbox.path("/run/dbus")
        user = 0 if self._sandbox.isolated and self._sandbox.privileged else os.geteuid()
        (self._folder / "bus.conf").write_text(CONFIGURATION.format(folder=inside, socket=SOCKET, user=user))
        try:
            options = ["--nofork", "--nopidfile", "--nosyslog", "--print-address"]
            self._daemon = await self._sandbox.run(
                [program, f"--config-file={inside}/bus.conf", *options], "/run/dbus", 0, 0, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            )  # fmt: skip
        except CannotExecute as error:
            self._log("ERR", str(error))
            return
        while line := await self._daemon.stdout.readline():
            if line.startswith(b"unix:"):
                break
            self._print(line)
        else:
            return
        self._reading = asyncio.get_running_loop().create_task(self._read(self._daemon.stdout))
        (self._folder / SOCKET).chmod(0o666)
        if self._camera.profile.service_accounts:
            await self._offer()

    async def stop(self):
        """End the bus."""
        if self._connection is not None:
            self._connection.disconnect()
            self._connection = None
        if self._daemon is not None:
            if self._daemon.returncode is None:
                self._daemon.send_signal(KILL_ALL)
            await self._daemon.wait()
            self._daemon = None
        if self._reading is not None:
            await self._reading
            self._reading = None

    async def _offer(self):
        from dbus_fast.aio import MessageBus

        self._connection = MessageBus(bus_address=f"unix:path={self._folder}/{SOCKET}")
        self._connection.add_message_handler(self._answer)
        await self._connection.connect()
        await self._connection.request_name(NAME)

    def _answer(self, message):
        """Answer a call of one of our methods; None leaves it to the library."""
        from dbus_fast import Message, MessageType

        if message.message_type is not MessageType.METHOD_CALL:
            return None
        form = METHODS.get((message.path, message.interface, message.member))
        if form is None or message.signature != "s":
            return None
        try:
            credentials = self._camera.service_accounts.credentials(message.body[0])
        except AccountError as error:
            return Message.new_error(message, FAILED, str(error))
        return Message.new_method_return(message, "s", [form(*credentials.split(":"))])

    async def _read(self, output):
        while line := await output.readline():
            self._print(line)

    def _print(self, line):
        self._log("INFO", line.decode(errors="replace").strip())

    def _log(self, level, text):
        self._camera.logs.write("dbus", self._daemon.pid if self._daemon else 0, level, text)


# By path, interface and method. The second pair of names is that of AXIS OS
# 11.6 and 11.7; that later versions still answer to it is an assumption.
METHODS = {
    (
        "/com/axis/HTTPConf1/VAPIXServiceAccounts1",
        "com.axis.HTTPConf1.VAPIXServiceAccounts1",
        "GetCredentials",
    ): lambda name, password: f"{name}:{password}",
    (
        "/com/axis/HTTPConf1/Auth",
        "com.axis.HTTPConf1.Auth1",
        "GetVapixServiceAccountCredentials",
    ): lambda name, password: f"id:{name}, pass:{password}",
}

