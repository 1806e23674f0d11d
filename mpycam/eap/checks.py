"""What a device, or an app that starts on it, would trip over in a package that could be read."""

import posixpath
import re

from mpycam.eap import elf, package_conf
from mpycam.eap.manifest import HIGHEST_EMBEDDED_SDK
from mpycam.eap.problem import ERROR, WARNING, Problem, printable
from mpycam.eap.reader import FILE, FOLDER, HARD_LINK, SYMBOLIC_LINK

APP_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")
SUPPORTED = ("armv7hf", "aarch64")

# Keys of package.conf that the manifest gives too, and how bad it is when they differ.
MUST_AGREE = {
    "APPNAME": ERROR,
    "APPTYPE": ERROR,
    "APPMAJORVERSION": WARNING,
    "APPMINORVERSION": WARNING,
    "APPMICROVERSION": WARNING,
    "APPGRP": WARNING,
    "APPUSR": WARNING,
    "APPOPTS": WARNING,
    "STARTMODE": WARNING,
}


def check(package):
    """Return the problems in a package's members and between its files, as a list."""
    problems = [*names(package.members), *_modes(package), *configuration(package), *_program(package)]
    if package.manifest is None and package.file("manifest.json") is None:
        problems.append(
            Problem(WARNING, "manifest.json", "missing; AXIS OS before 10.7 takes such a package, newer ones may not")
        )
    elif package.manifest_valid:
        problems += _agreement(package)
    license = package.file("LICENSE")
    if license is None or license.size == 0:
        problems.append(Problem(WARNING, "LICENSE", "missing or empty"))
    return problems


def link_target(member):
    """Return the name that a symbolic link leads to, counted from the package's root."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(member.name), member.link))


def names(members):
    """Yield names that would lead out of the app's folder or replace one another."""
    kinds = {}  # of every path so far, folders that are only implied included
    for member in members:
        name, where = member.name, printable(member.name)
        if name in ("", ".") and member.kind == FOLDER:
            continue
        if name in ("", "."):
            yield Problem(ERROR, where, f"{member.kind} without a name")
            continue
        if name.startswith("/"):
            yield Problem(ERROR, where, "absolute path")
            continue
        if ".." in name.split("/"):
            yield Problem(ERROR, where, "path that climbs out with '..'")
            continue
        if member.kind not in (FILE, FOLDER, SYMBOLIC_LINK, HARD_LINK):
            yield Problem(ERROR, where, f"{member.kind}, expected a file, a folder or a link")
            continue
        if not name.isprintable():
            yield Problem(WARNING, where, "unprintable characters in the name")
        path = posixpath.normpath(name)
        parents = _parents(path)
        for parent in parents:
            if kinds.get(parent, FOLDER) != FOLDER:
                yield Problem(ERROR, where, f"lies under {printable(parent)}, which is a {kinds[parent]}")
                break
        else:
            if path in kinds and not kinds[path] == member.kind == FOLDER:
                yield Problem(ERROR, where, f"there twice, first as a {kinds[path]}")
            if member.kind == HARD_LINK and kinds.get(_hard_link_target(member)) != FILE:
                yield Problem(ERROR, where, f"hard link to {printable(member.link)}, which is no file before it")
            if member.kind == SYMBOLIC_LINK and _leads_out(member):
                yield Problem(ERROR, where, f"symbolic link to {printable(member.link)}, outside of the package")
            kinds.update(dict.fromkeys(parents, FOLDER))
            kinds[path] = member.kind


def _hard_link_target(member):
    """Return the path that a hard link names, counted from the package's root, or None when it climbs."""
    return None if ".." in member.link.split("/") else posixpath.normpath(member.link)


def _parents(path):
    """Return the folders that a path lies in, outermost first."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def _leads_out(member):
    """Tell whether a symbolic link may lead out of the package.

    A ".." is only taken at the front of the target: after a name it would
    start from where that name leads, which may be another link.
    """
    steps = [step for step in member.link.split("/") if step not in ("", ".")]
    climbs = 0
    while climbs < len(steps) and steps[climbs] == "..":
        climbs += 1
    depth = posixpath.normpath(member.name).count("/")
    return not member.link or member.link.startswith("/") or climbs > depth or ".." in steps[climbs:]


def _modes(package):
    """Yield modes that stop the app or open it to everybody."""
    writable = [member for member in package.members if member.kind in (FILE, FOLDER) and member.mode & 0o002]
    if writable:
        wanted = package.manifest["acapPackageConf"].get("configuration", {}) if package.manifest_valid else {}
        severity, effect = WARNING, ""
        if wanted.get("reverseProxy"):
            severity, effect = ERROR, ", so the reverse proxy is left out"
        count = f"{len(writable)} of {len(package.members)} members"
        text = f"mode {writable[0].mode:04o}, writable by everybody: {count}{effect}"
        yield Problem(severity, printable(writable[0].name), text)
    for member in package.members:
        if member.kind == FILE and member.mode & 0o6000:
            yield Problem(WARNING, printable(member.name), f"mode {member.mode:04o}: runs as its owner or group")
            break


def configuration(package):
    """Yield what the installer misses of that which package.conf names."""
    pairs = package.package_conf
    if package.file("package.conf") is None:
        return
    for key in ("APPNAME", "APPTYPE", "APPMAJORVERSION", "APPMINORVERSION"):
        if not pairs.get(key):
            yield Problem(ERROR if key == "APPNAME" else WARNING, "package.conf", f"{key} is missing")
    needed = pairs.get("REQEMBDEVVERSION", "")
    if needed and not re.fullmatch(r"[0-9]{1,4}\.[0-9]{1,4}", needed):
        yield Problem(ERROR, "package.conf", f"REQEMBDEVVERSION is {printable(needed)}, expected a version such as 3.0")
    elif needed and tuple(map(int, needed.split("."))) > HIGHEST_EMBEDDED_SDK:
        yield Problem(ERROR, "package.conf", f"REQEMBDEVVERSION {needed} is more than a device has (error 5)")
    paths = set()
    for member in package.members:
        paths.update([member.name, *_parents(member.name)])
    named = [("OTHERFILES", name) for name in pairs.get("OTHERFILES", "").split()]
    named += [(key, pairs[key]) for key in ("POSTINSTALLSCRIPT", "PREUPGRADESCRIPT", "HTTPCGIPATHS") if pairs.get(key)]
    for key, name in named:
        # Very old packages name web paths and not a file in HTTPCGIPATHS.
        if name not in paths and not (key == "HTTPCGIPATHS" and re.search("[/:]", name)):
            yield Problem(
                ERROR, "package.conf", f"{key} names {printable(name)}, which is not in the package (error 50)"
            )
    page = pairs.get("SETTINGSPAGEFILE")
    if page and page not in paths and f"html/{page}" not in paths:
        yield Problem(ERROR, "package.conf", f"SETTINGSPAGEFILE names {printable(page)}, which is not in html/")
    if package.file("param.conf") is None:
        yield Problem(WARNING, "param.conf", "missing; the vendor's SDK always writes one")


def _program(package):
    """Yield what is wrong with the main executable."""
    name = package.app_name
    if not name:
        return
    where = printable(name)
    if not APP_NAME.fullmatch(name):
        yield Problem(
            ERROR, "package.conf", f"APPNAME {where}: expected letters, digits, '.', '_', '-', a letter first"
        )
    member = package.file(name)
    if member is None:
        yield Problem(ERROR, where, "missing; it is the main executable that APPNAME names")
        return
    if not member.mode & 0o100:
        yield Problem(ERROR, where, f"mode {member.mode:04o} of the main executable, expected 0755")
    declared = {package.architectures["manifest"], package.architectures["package.conf"]} - {None, ""}
    program = package.program
    if elf.is_elf(member.data):
        if program is None:
            return
        if not program.starts:
            yield Problem(ERROR, where, f"{program}: no executable program with its entry point in the file")
        # Architectures of older products have names that are not known here.
        for wanted in sorted(declared & set(SUPPORTED)):
            if program.architecture != wanted:
                yield Problem(ERROR, where, f"{program}, but the package is for {wanted}")
        if "all" in declared:
            yield Problem(WARNING, where, f"{program}, but the package is for all architectures")
    elif not member.data.startswith(b"#!"):
        yield Problem(ERROR, where, "the main executable is neither ELF nor a script that begins with #!")


def _agreement(package):
    """Yield where package.conf tells something else than the manifest, which has no errors itself."""
    pairs = package.package_conf
    expected = package_conf.values(package.manifest, pairs.get("APPTYPE", ""))
    for key, severity in MUST_AGREE.items():
        if key in pairs and pairs[key] != expected[key]:
            text = f"{key} is {printable(pairs[key])}, the manifest says {printable(expected[key])}"
            yield Problem(severity, "package.conf", text)
