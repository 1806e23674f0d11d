"""What an app is built from: the interpreter's binaries, the library in the camera, and the types of both."""

import importlib.metadata
import re
import shutil
from pathlib import Path

from mpycam.errors import MpycamError

# Where mpycam itself was installed from, with `pip install --editable`.
CHECKOUT = Path(__file__).resolve().parent.parent.parent
HOST, CAMERAS = "host", ("armv7hf", "aarch64")
# MicroPython's own types; the second is in the form of a typeshed.
STUB_PACKAGES = ("micropython-unix-stubs", "micropython-stdlib-stubs")
CACHES = shutil.ignore_patterns("__pycache__")


class Sources:
    """A checkout of mpycam in which the interpreter has been built."""

    def __init__(self, checkout):
        self._checkout = checkout

    def check(self):
        """Raise MpycamError where something is missing, with how to get it."""
        for architecture in (HOST, *CAMERAS):
            if not self._firmware(architecture).is_file():
                raise MpycamError(
                    f"{self._firmware(architecture)} is not there; in the checkout run: "
                    f"make firmware ARCH={architecture}"
                )
        for package in STUB_PACKAGES:
            _files(package)

    def copy(self, folder):
        """Write dist/, lib/ and stubs/ into an app's folder, in place of what is there of them."""
        for architecture in (HOST, *CAMERAS):
            target = folder / "dist" / architecture / "micropython"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self._firmware(architecture), target)
        _clear(folder / "lib")
        shutil.copytree(self._checkout / "lib", folder / "lib", ignore=CACHES)
        write_stubs(self._checkout, folder / "stubs")

    def _firmware(self, architecture):
        return self._checkout / "dist" / architecture / "micropython"


def write_stubs(checkout, folder):
    """Write the types of all that an app can import and that is no Python in lib/, in place of what is in the folder.

    `typeshed` in it is the standard library as type checkers want it, the rest are modules. Raises MpycamError.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / "typeshed" / "stdlib").is_dir():
        raise MpycamError(f"{folder} holds something else than type stubs")
    _clear(folder)
    library = folder / "typeshed" / "stdlib"
    for package in STUB_PACKAGES:
        for name, path in _files(package):
            target = folder / "typeshed" / name if name.startswith("stubs/") else library / name.removeprefix("stdlib/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    # A typeshed names its modules; MicroPython's own are not among those of CPython.
    versions = (library / "VERSIONS").read_text()
    known = set(re.findall(r"^(\w+):", versions, re.M))
    names = {path.stem for path in library.glob("*.pyi")} | {path.name for path in library.iterdir() if path.is_dir()}
    (library / "VERSIONS").write_text(versions + "".join(f"{name}: 3.0-\n" for name in sorted(names - known)))
    # Where the interpreter differs from what these packages say.
    shutil.copytree(checkout / "variant" / "typeshed", library, dirs_exist_ok=True)
    for module in sorted((checkout / "usermodules").iterdir()):
        for stub in module.rglob("*.pyi"):
            target = folder / stub.relative_to(module)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(stub, target)
    for stub in (checkout / "variant").glob("*.pyi"):
        shutil.copy(stub, folder)
    # What is frozen into the interpreter of this package.
    (folder / "mpycam.pyi").write_text("version: str\n")


def _files(package):
    try:
        files = importlib.metadata.files(package) or []
    except importlib.metadata.PackageNotFoundError:
        raise MpycamError(f"{package} is not installed, which has MicroPython's types: pip install {package}") from None
    return [
        (file.as_posix(), file.locate())
        for file in files
        if file.suffix in (".pyi", ".py") or file.name == "VERSIONS" and ".dist-info" not in str(file)
    ]


def _clear(folder):
    if folder.exists():
        shutil.rmtree(folder)
