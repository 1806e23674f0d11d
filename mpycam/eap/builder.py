"""Building a package from an app's folder and a firmware binary."""

import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from mpycam.eap import archive, elf, manifest, package_conf, packed, settings_files, sources
from mpycam.eap.archive import Entry
from mpycam.eap.package import inspect_bytes
from mpycam.eap.problem import WARNING, PackageError, Problem, errors_in
from mpycam.whole_file import write_whole

# Written by the build; a file of that name in the app's folder would be lost.
GENERATED = ("package.conf", "param.conf", "cgi.conf")

# These go in as folders, at a place of their own and not named in OTHERFILES.
FOLDERS_BEFORE_CGI = ("html", "declarations", "lib")

UNPACK_SCRIPT = Path(__file__).with_name("unpack.sh")


@dataclass
class Built:
    """A package that was written: where, its size in bytes, its hash, and what may be wrong with it."""

    path: Path
    size: int
    sha256: str
    content_sha256: str
    problems: list = field(default_factory=list)


def build(
    app, firmware, architecture=None, output=".", library=None, include=(), license=None, max_bytes=None, mtime=None,
    unpacker=None, strip=False,
):  # fmt: skip
    """Write the package of the app in the folder `app` into the folder `output` and return a Built.

    `firmware` is the file that becomes the main executable: a static ELF file,
    or a script that begins with "#!" for all architectures. `architecture` is
    armv7hf, aarch64 or all and must be the firmware's; None takes that. The
    modules of the folder `library` that the app imports go in, and those that
    `include` names. `license` is used where the folder has no LICENSE. `mtime`
    is the time of all members in seconds; None takes SOURCE_DATE_EPOCH, or 0.
    With the file `unpacker` the executable is packed, see packed.py; where the
    manifest names no script that runs after the installation, one is added that
    unpacks it. `strip` leaves line numbers and assertions out of the Python code.
    Raises PackageError with every reason that was found when a device would
    refuse the package, or when it has more than `max_bytes`.
    """
    if mtime is None:
        mtime = _source_date()
    program = _read(firmware)
    found = sources.read_folder(app)
    described = _read_manifest(found)
    architecture = _architecture(firmware, program, architecture, described)
    described = manifest.complete(described, architecture)
    options = described["acapPackageConf"]["setup"].get("runOptions", "").split()
    problems = _add_library(found, library, include, program, options)
    if unpacker is not None:
        program = _pack(firmware, program, unpacker)
        _unpack_when_installed(found, described["acapPackageConf"])
    entries = _entries(found, described, architecture, program, license, strip)
    data = archive.compress(archive.tar(entries, mtime))
    package = inspect_bytes(data)
    name = _file_name(described, architecture)
    if not package.installable:
        raise PackageError(f"{name}: a device would refuse it", package.problems)
    if max_bytes is not None and len(data) > max_bytes:
        raise PackageError(f"{name}: {len(data)} bytes, at most {max_bytes} were asked for")
    path = Path(output, name)
    write_whole(path, data)
    return Built(path, len(data), hashlib.sha256(data).hexdigest(), package.content_sha256, problems + package.problems)


def _source_date():
    text = os.environ.get("SOURCE_DATE_EPOCH") or "0"
    if not re.fullmatch(r"[0-9]{1,10}", text):
        raise PackageError(f"SOURCE_DATE_EPOCH: expected seconds since 1970, have {text!r}")
    return int(text)


def _read(path):
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise PackageError(f"{path}: {error.strerror}") from None


def _read_manifest(found):
    """Return the checked manifest of an app's folder."""
    path = found.files.pop("manifest.json", None)
    if path is None:
        raise PackageError(f"{found.folder}: no manifest.json in it")
    try:
        described = manifest.parse(path.read_bytes())
    except manifest.ManifestError as error:
        raise PackageError(f"{path}: {error}") from None
    problems = manifest.check(described)
    if errors_in(problems):
        raise PackageError(f"{path}: a device would refuse it", problems)
    return described


def _architecture(firmware, program, asked, described):
    """Return the architecture of the program after comparing it with what is asked for and declared."""
    if program.startswith(b"#!"):
        have = "all"
    else:
        try:
            header = elf.read(program)
        except elf.ElfError as error:
            raise PackageError(f"{firmware}: {error}") from None
        if header.interpreter:
            raise PackageError(f"{firmware}: {header}; expected a static executable, cameras differ in their libraries")
        if header.architecture is None:
            raise PackageError(f"{firmware}: {header}; expected armv7hf (EABI 5, hard float) or aarch64")
        if not header.starts:
            raise PackageError(f"{firmware}: {header}, but no executable with its entry point in the file")
        have = header.architecture
    declared = described["acapPackageConf"]["setup"].get("architecture")
    for wanted, who in ((asked, "--architecture"), (declared, "the manifest")):
        if wanted is not None and wanted != have:
            raise PackageError(f"{firmware}: is for {have}, {who} says {wanted}")
    return have


def _pack(firmware, program, unpacker):
    try:
        return packed.pack(program, _read(unpacker))
    except elf.ElfError as error:
        raise PackageError(f"{firmware}: cannot be packed with {unpacker}: {error}") from None


def _unpack_when_installed(found, package):
    installation = package.setdefault("installation", {})
    if "postInstallScript" not in installation:
        installation["postInstallScript"] = UNPACK_SCRIPT.name
        found.files[UNPACK_SCRIPT.name] = UNPACK_SCRIPT


def _add_library(found, library, include, program, options):
    """Add library modules and return a warning for each import that nobody seems to have.

    `options` are the words of runOptions; what they start must be there.
    """
    if library is not None and not Path(library).is_dir():
        raise PackageError(f"{library}: no such folder")
    for word in options:
        if word.endswith(".py") and word in found.files:
            module = word[:-3].replace("/", ".")
            raise PackageError(f"runOptions runs {word}, which goes in compiled; expected -m {module}")
    started = dict(zip(options, options[1:], strict=False)).get("-m")
    problems = []
    for name in sources.add_library(found, library, include, started):
        # Built-in modules stand in the binary by name, frozen ones by file.
        text = name.encode()
        if any(text + end in program for end in (b"\0", b".mpy\0", b".py\0", b"/__init__.")):
            continue
        if started and (started == name or started.startswith(name + ".")):
            raise PackageError(f"runOptions runs {started}, which is neither in the app, the library nor the firmware")
        problems.append(Problem(WARNING, name, "imported, but neither in the app, the library nor the firmware"))
    return problems


def _entries(found, described, architecture, program, license, strip):
    """Return the members in the order of the vendor's SDK."""
    package = described["acapPackageConf"]
    app_name = package["setup"]["appName"]
    for name in GENERATED:
        if name in found.files:
            raise PackageError(f"{found.files[name]}: the build writes this file from the manifest; remove it")
    license = found.files.pop("LICENSE", license)
    if license is None:
        raise PackageError(f"{found.folder}: no LICENSE in it, and no other file was given for it")
    post_install = package.get("installation", {}).get("postInstallScript")
    pre_uninstall = package.get("uninstallation", {}).get("preUninstallScript")
    scripts = {name: Entry(name, _script(found, name), program=True) for name in {post_install, pre_uninstall} - {None}}
    members = {name: Entry(name, link=target) for name, target in found.links.items()}
    for name, path in found.files.items():
        item = sources.entry(name, path, architecture, strip)
        if item.name in members:
            raise PackageError(f"{path}: becomes {item.name}, which is there already")
        members[item.name] = item
    in_folders = {name for name in members if name.split("/")[0] in FOLDERS_BEFORE_CGI and "/" in name}
    # Like beside like compresses better: the modules follow the program's own, without
    # data between, and the larger ones first, of which the smaller ones repeat parts.
    others = sorted(
        set(members) - in_folders,
        key=lambda name: (not name.endswith(".mpy"), -len(members[name].data or b""), name),
    )
    unsafe = [name for name in others if not sources.SAFE_NAME.fullmatch(name)]
    if unsafe:
        raise PackageError(f"{unsafe[0]!r}: package.conf cannot name it; expected letters, digits and _ . , + @ % = -")
    other_files = [*others, *([pre_uninstall] if pre_uninstall else [])]
    conf = package_conf.serialise(package_conf.values(described, architecture, other_files))
    entries = [
        Entry(app_name, program, program=True),
        Entry("package.conf", conf.encode()),
        Entry("param.conf", settings_files.param_conf(described).encode()),
        Entry("LICENSE", _read(license)),
        Entry("manifest.json", manifest.serialise(described)),
    ]
    if post_install:
        entries.append(scripts[post_install])
    entries += [members[name] for name in others]
    if pre_uninstall and pre_uninstall != post_install:
        entries.append(scripts[pre_uninstall])
    for folder in FOLDERS_BEFORE_CGI:
        entries += _folder(folder, {name: members[name] for name in in_folders if name.startswith(folder + "/")})
    cgi_conf = settings_files.cgi_conf(described)
    if cgi_conf is not None:
        entries.append(Entry("cgi.conf", cgi_conf.encode()))
    return entries


def _script(found, name):
    """Return the content of a script that the manifest names and take it out of the other files."""
    path = found.files.pop(name, None)
    if path is None:
        raise PackageError(f"{found.folder}: no {name}, which the manifest names")
    return path.read_bytes()


def _folder(name, members):
    """Return a folder's entry and its content sorted by name, each folder before what is in it."""
    if not members:
        return []
    folders = {name}
    for path in members:
        parts = path.split("/")[:-1]
        folders.update("/".join(parts[: count + 1]) for count in range(len(parts)))
    everything = {**{folder: Entry(folder) for folder in folders}, **members}
    return [everything[path] for path in sorted(everything, key=lambda path: path.split("/"))]


def _file_name(described, architecture):
    """Return the file name: the friendly name or else the app's, the version's three numbers, the architecture."""
    setup = described["acapPackageConf"]["setup"]
    base = setup.get("friendlyName", setup["appName"]).replace(" ", "_")
    if "/" in base or base.startswith("."):
        raise PackageError(f"friendlyName {base!r} begins the package's file name, so no '/' and no '.' in front")
    version = re.split("[-+]", setup["version"])[0].replace(".", "_")
    return f"{base}_{version}_{architecture}.eap"
