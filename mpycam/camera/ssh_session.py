"""What happens on a connection to the ssh server: logging in, and running programs in the camera."""

import asyncio
import errno
import fcntl
import os
import pty
import signal
import struct
import termios

import asyncssh

from mpycam.camera import ssh_users
from mpycam.camera.running import users
from mpycam.camera.running.confined import open_inside
from mpycam.camera.running.launcher import KILL_ALL
from mpycam.camera.running.sandbox import CannotExecute

SFTP_SERVERS = ("/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server", "/usr/lib/ssh/sftp-server")
SIGNALS = {"TERM": signal.SIGTERM, "HUP": signal.SIGHUP, "INT": signal.SIGTERM, "KILL": KILL_ALL}
SHELL = "/bin/sh"
# The exit status of a shell for what cannot be executed.
NOT_EXECUTABLE = 126
PIECE = 1 << 16
MOST_WAITING_BYTES = 1 << 20
MOST_KEYS_BYTES = 64 * 1024


class Login:
    """A user of the camera who may log in: numbers, and where the user is at home."""

    def __init__(self, camera, name):
        self.name = name
        self.user, self.group, self.groups, self.home = users.FIRST, users.FIRST, [], "/tmp"
        if name == "root":
            self.user, self.group, self.home = 0, 0, "/root"
        for application in camera.applications:
            if application.record.dynamic_user and application.record.user == name:
                self.user, self.group = users.owner(application.record)
                self.groups = [users.group_number(group) for group in application.record.groups]
                self.home = application.folder


class Connection(asyncssh.SSHServer):
    """One connection; while it lasts it is in the set `connections`."""

    def __init__(self, camera, connections):
        self._camera, self._connections = camera, connections
        self._login = None

    def connection_made(self, connection):
        self._connection = connection
        self._connections.add(connection)

    def connection_lost(self, error):
        self._connections.discard(self._connection)

    def begin_auth(self, name):
        if ssh_users.may_log_in(self._camera, name):
            self._login = Login(self._camera, name)
        return True

    def password_auth_supported(self):
        return True

    def validate_password(self, name, password):
        if self._login is None or self._login.name != name:
            return False
        return ssh_users.check(self._camera, name, password)

    def public_key_auth_supported(self):
        return True

    def validate_public_key(self, name, key):
        if self._login is None or self._login.name != name:
            return False
        path = f"{self._login.home}/.ssh/authorized_keys"
        try:
            with open(open_inside(*self._camera.applications.sandbox.confinement(path)), "rb") as file:
                lines = file.read(MOST_KEYS_BYTES).decode(errors="replace").splitlines()
        except OSError:
            return False
        return any(_is_key(line, key) for line in lines)

    def session_requested(self):
        return Session(self._camera, self._login)


def _is_key(line, key):
    try:
        return asyncssh.import_public_key(line) == key
    except asyncssh.KeyImportError:
        return False


class Session(asyncssh.SSHServerSession):
    """A program that runs for a client: its streams, or its terminal, are the channel's."""

    def __init__(self, camera, login):
        self._camera, self._login = camera, login
        self._input = asyncio.Queue()
        self._waiting = 0
        self._may_write = asyncio.Event()
        self._may_write.set()
        self._terminal = self._size = self._master = None
        self._command = self._process = self._task = None

    def connection_made(self, channel):
        self._channel = channel

    def pty_requested(self, kind, size, modes):
        self._terminal, self._size = kind, size
        return True

    def shell_requested(self):
        return self._request([SHELL])

    def exec_requested(self, command):
        return self._request([SHELL, "-c", command])

    def subsystem_requested(self, name):
        programs = [path for path in SFTP_SERVERS if os.path.exists(path)]
        if name == "sftp" and not programs:
            self._camera.logs.write("sshd", 1, "ERR", "no sftp-server on this machine (Debian: openssh-sftp-server)")
        return name == "sftp" and bool(programs) and self._request(programs[:1])

    def _request(self, command):
        self._command = command
        return True

    def session_started(self):
        self._task = asyncio.get_running_loop().create_task(self._serve())

    def data_received(self, data, datatype):
        self._input.put_nowait(data)
        self._waiting += len(data)
        if self._waiting > MOST_WAITING_BYTES:
            self._channel.pause_reading()

    def eof_received(self):
        self._input.put_nowait(b"")
        return True  # the program may still have something to say

    def pause_writing(self):
        self._may_write.clear()

    def resume_writing(self):
        self._may_write.set()

    def terminal_size_changed(self, width, height, pixwidth, pixheight):
        self._size = (width, height, pixwidth, pixheight)
        self._set_size()

    def signal_received(self, signal):
        number = SIGNALS.get(signal)
        if number is not None:
            self._tell(number)

    def connection_lost(self, error):
        self._may_write.set()
        self._tell(KILL_ALL)

    async def _serve(self):
        """Run the program to its end, and tell the client how it ended."""
        try:
            status = await (self._run_on_terminal() if self._terminal else self._run())
        except CannotExecute as error:
            self._channel.write_stderr(f"{error}\n".encode())
            status = NOT_EXECUTABLE
        self._channel.exit(status)

    async def _run(self):
        streams = dict.fromkeys(("stdin", "stdout", "stderr"), asyncio.subprocess.PIPE)
        process = self._process = await self._start(**streams)
        feeding = asyncio.ensure_future(self._feed(process.stdin))
        await asyncio.gather(
            self._pass_on(process.stdout, self._channel.write),
            self._pass_on(process.stderr, self._channel.write_stderr),
        )
        status = await process.wait()
        feeding.cancel()
        return status

    async def _run_on_terminal(self):
        self._master, slave = pty.openpty()
        self._set_size()
        loop = asyncio.get_running_loop()
        try:
            # The terminal belongs to whoever types on it.
            if os.geteuid() == 0:
                os.fchown(slave, self._login.user, self._login.group)
            process = self._process = await self._start(terminal=True, stdin=slave, stdout=slave, stderr=slave)
        finally:
            os.close(slave)
        reader = asyncio.StreamReader()
        reading, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), open(os.dup(self._master), "rb", buffering=0)
        )
        feeding = asyncio.ensure_future(self._type())
        try:
            await self._pass_on(reader, self._channel.write)
        except OSError as error:
            if error.errno != errno.EIO:  # what a terminal says when nobody has its other end
                raise
        reading.close()
        status = await process.wait()
        feeding.cancel()
        os.close(self._master)
        self._master = None
        return status

    def _start(self, **options):
        login, sandbox = self._login, self._camera.applications.sandbox
        environment = {"HOME": sandbox.path(login.home), "USER": login.name, "LOGNAME": login.name, "SHELL": SHELL}
        if self._terminal:
            environment["TERM"] = self._terminal
        return sandbox.run(
            self._command, login.home, login.user, login.group, login.groups, environment, **options
        )

    async def _feed(self, stdin):
        """Give the program what the client sends, until it closes its input."""
        try:
            while data := await self._next_input():
                stdin.write(data)
                await stdin.drain()
            stdin.close()
        except (BrokenPipeError, ConnectionResetError):
            pass  # the program wants no more of it

    async def _type(self):
        while data := await self._next_input():
            while data:
                try:
                    data = data[os.write(self._master, data) :]
                except BlockingIOError:
                    await asyncio.sleep(0.01)

    async def _next_input(self):
        data = await self._input.get()
        self._waiting -= len(data)
        if self._waiting <= MOST_WAITING_BYTES:
            self._channel.resume_reading()
        return data

    async def _pass_on(self, reader, write):
        """Send the client what the program says."""
        while data := await reader.read(PIECE):
            await self._may_write.wait()
            try:
                write(data)
            except BrokenPipeError:
                continue  # the client is gone, and the program will be

    def _set_size(self):
        if self._master is not None and self._size is not None:
            width, height, *pixels = self._size
            fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, *pixels))

    def _tell(self, number):
        if self._process is not None and self._process.returncode is None:
            try:
                self._process.send_signal(number)
            except ProcessLookupError:
                pass  # it ended meanwhile
