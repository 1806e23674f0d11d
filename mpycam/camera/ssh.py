"""ssh to the camera: a shell, commands, scp and sftp in the file system that apps see.

Up to AXIS OS 11.4 root logs in with the password of the camera's account of
that name. Later nobody does by default: an administrator makes users for ssh
alone, with /config/rest/ssh/v1/users, and one that is called like the user of
an app, acap-<app>, is that user. A key in a user's ~/.ssh/authorized_keys will
do instead of the password.
"""

import asyncio

ENABLED = "Network.SSH.Enabled"
KEY = "ssh/host_key"


class Ssh:
    """The ssh server as a part of the camera; it listens while the parameter says so.

    `port` is 0 for any that is free; a number switches it on, None does not.
    """

    def __init__(self, camera, host, port):
        self._camera, self._host, self.port, self._switch_on = camera, host, port or 0, port is not None
        self._server = self._parameters = None
        self._wanted = asyncio.Event()
        self._task = None
        self._connections = set()

    async def start(self):
        """Listen if the parameter says so, and whenever it changes."""
        if self._switch_on:
            self._camera.parameters.set({ENABLED: "yes"})
        if self._parameters is not self._camera.parameters:
            self._parameters = self._camera.parameters
            self._parameters.watch(ENABLED, lambda *_: self._wanted.set())
        await self._follow()
        self._task = asyncio.get_running_loop().create_task(self._watch())

    async def stop(self):
        """Close the port and every connection."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        await self._close()
        for connection in tuple(self._connections):
            connection.close()

    async def _watch(self):
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                await self._follow()
            except OSError as error:
                self._camera.logs.write("sshd", 1, "ERR", str(error))

    async def _follow(self):
        enabled = self._camera.parameters.get(ENABLED) == "yes"
        if enabled and self._server is None:
            await self._listen()
        elif not enabled:
            await self._close()

    async def _listen(self):
        # Late, since it takes longer to import than all else together.
        import asyncssh

        from mpycam.camera.ssh_session import Connection

        storage = self._camera.storage
        path = storage.path(KEY)
        if not path.exists():
            storage.write_bytes(KEY, asyncssh.generate_private_key("ssh-ed25519").export_private_key())
        self._server = await asyncssh.listen(
            self._host, self.port, server_host_keys=[path], server_factory=lambda: Connection(self._camera, self._connections),
            encoding=None, line_editor=False,
        )  # fmt: skip
        self.port = self._server.get_port()
        self._camera.logs.write("sshd", 1, "INFO", f"listening at {self._host}, port {self.port}")

    async def _close(self):
        if self._server is not None:
            server, self._server = self._server, None
            server.close()
            await server.wait_closed()
