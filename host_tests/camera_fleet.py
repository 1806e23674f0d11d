"""Many virtual cameras in one process, and the inventory that names them."""

import asyncio
import contextlib
import threading

from camera_packages import script_app

from mpycam.camera.camera import Camera
from mpycam.camera.role import Role

USER, PASSWORD = "root", "a password"
SECONDS = 120
# What the test's app keeps in its own folder, and what its parameter is set to before an upgrade.
KEPT, VALUE = "what the app learned", "7"

# Reports frames; from version 2 on it needs what is not there on a camera that a test has prepared so.
PROGRAM = """[ -e localdata/broken ] && [ "$VERSION" != 1.0.0 ] && {{ echo "no such model"; exit 1; }}
frames=0
while :; do
    frames=$((frames + 1))
    echo "{{\\"event\\": \\"statistics\\", \\"frames\\": $frames}}"
    sleep {interval}
done
"""


def app(version, architecture="armv7hf", interval=0.1):
    """The bytes of a package of an app that reports frames; it has a parameter, Level."""
    parameter = {"name": "Level", "default": "3", "type": "int:min=0;max=9"}
    body = f"VERSION={version}\n{PROGRAM.format(interval=interval)}"
    setup = {"runMode": "respawn", "architecture": architecture}
    return script_app(body, "counter", version, setup, configuration={"paramConfig": [parameter]})


class VirtualFleet:
    """Cameras by name, each with a folder of its own; use it in a with statement.

    `cameras` are options of Camera by name, all start with the profile 11.11, which takes unsigned packages.
    """

    def __init__(self, folder, cameras):
        self.folder, self._options = folder, cameras
        self.cameras = {}

    def __enter__(self):
        self._others = threading.enumerate()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        try:
            self.wait(self._start())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.wait(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def wait(self, work):
        """Run a coroutine in the cameras' thread and return its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(SECONDS)

    def call(self, function, *arguments, **options):
        """Call a function in the cameras' thread."""

        async def work():
            return function(*arguments, **options)

        return self.wait(work())

    def __getitem__(self, name):
        return self.cameras[name]

    async def _start(self):
        for name, options in self._options.items():
            camera = Camera(self.folder / name, **{"profile": "11.11", "architecture": "armv7hf", **options})
            camera.accounts.add(USER, PASSWORD, Role.ADMIN, ptz=True)
            await camera.start()
            self.cameras[name] = camera

    async def _stop(self):
        await asyncio.gather(*(camera.stop() for camera in self.cameras.values()))
        # A process that has ended is heard of by a thread, and its pipes close after that.
        while any("waitpid" in thread.name for thread in threading.enumerate() if thread not in self._others):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)

    def inventory(self, **more):
        """Write the inventory, with the keys in `more` for some of the cameras, and return its path."""
        secret = self.folder / "password"
        secret.write_text(PASSWORD + "\n")
        secret.chmod(0o600)
        lines = ["[defaults]", 'password = "file:password"', ""]
        for name, camera in self.cameras.items():
            lines += [f'[cameras."{name}"]', f'host = "{camera.server.url}"', *more.get(name, ()), ""]
        path = self.folder / "fleet.toml"
        path.write_text("\n".join(lines))
        return path

    def installed(self, name):
        """(version, status) of the test's app on a camera, None where it is not there."""
        with contextlib.suppress(StopIteration):
            found = next(app for app in self.cameras[name].applications if app.record.name == "counter")
            return found.record.version, found.status
        return None

    def local_data(self, name):
        """The folder that the app keeps over upgrades."""
        return self.folder / name / "root/usr/local/packages/counter/localdata"

    def leftovers(self, name):
        """Whatever an installation left half done."""
        packages = self.folder / name / "root/usr/local/packages"
        return [path for part in (".new", ".old") for path in (packages / part).iterdir()]
