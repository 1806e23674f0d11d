"""Makes the folder of an app from the template."""

import re
import shutil
from pathlib import Path

from mpycam.errors import MpycamError

TEMPLATE = Path(__file__).parent / "template"
# The template's own name, and that of its group of parameters.
NAME, GROUP = "my_app", "My_app"
# As it is called in the new folder; a file of that name here would hide the template's parts from git.
RENAMED = {"gitignore": ".gitignore"}
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".mypy_cache", ".pytest_cache")


def create(folder, sources):
    """Make the app's folder, which must not be there yet; its last part is the app's name. Raises MpycamError."""
    name = folder.resolve().name
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{1,25}", name):
        raise MpycamError(f"{name!r}: need a name of 2 to 26 letters, digits and _ that begins with a letter")
    if folder.exists():
        raise MpycamError(f"{folder} is there already; mpycam new --update renews its interpreter, library and types")
    sources.check()
    shutil.copytree(TEMPLATE, folder, ignore=LEFT_OUT)
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        text = path.read_text()
        path.write_text(text.replace(GROUP, name[0].upper() + name[1:]).replace(NAME, name))
        if path.name in RENAMED:
            path.rename(path.with_name(RENAMED[path.name]))
    sources.copy(folder)


def update(folder, sources):
    """Renew the interpreter, the library and the types in an app's folder. Raises MpycamError."""
    if not (folder / "app" / "manifest.json").is_file():
        raise MpycamError(f"{folder} is no folder of an app: it has no app/manifest.json")
    sources.check()
    sources.copy(folder)
