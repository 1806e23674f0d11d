"""A package as data: what `inspect` returns and an installer works from."""

import hashlib
from dataclasses import dataclass, field

from mpycam.eap import checks, elf, manifest, package_conf
from mpycam.eap.problem import ERROR, Problem, errors_in, printable
from mpycam.eap.reader import DEFAULT_LIMITS, FILE, SYMBOLIC_LINK, read_archive, read_file

MAX_PACKAGE_CONF = 64 * 1024


@dataclass
class Package:
    """A package that was read, with everything found wrong in `problems`.

    `members` are mpycam.eap.reader.Member with their content. When `installable`
    is true, every name stays inside the folder that the package is unpacked to,
    also through its links, and no name is there twice.
    """

    path: str
    size: int
    sha256: str
    content_sha256: str
    signature: str
    members: list = field(repr=False)
    package_conf: dict = field(default_factory=dict)
    manifest: dict | None = None
    manifest_valid: bool = False
    program: elf.Elf | None = None
    too_large: bool = False
    problems: list = field(default_factory=list)

    @property
    def setup(self):
        """The manifest's acapPackageConf.setup, empty where there is none."""
        value = self.manifest
        for key in ("acapPackageConf", "setup"):
            value = value.get(key) if isinstance(value, dict) else None
        return value if isinstance(value, dict) else {}

    @property
    def app_name(self):
        """The app's name, as package.conf says or else the manifest; "" where neither does."""
        name = self.package_conf.get("APPNAME") or self.setup.get("appName", "")
        return name if isinstance(name, str) else ""

    @property
    def version(self):
        """The version in package.conf as a text, "" where it is not complete."""
        keys = ("APPMAJORVERSION", "APPMINORVERSION", "APPMICROVERSION")
        numbers = [self.package_conf.get(key, "") for key in keys]
        return ".".join(numbers) if all(numbers) else ""

    @property
    def architectures(self):
        """Who says what about the architecture: a dict, None for those that say nothing."""
        declared = self.setup.get("architecture")
        return {
            "manifest": declared if isinstance(declared, str) else None,
            "package.conf": self.package_conf.get("APPTYPE"),
            "executable": self.program.architecture if self.program else None,
        }

    @property
    def installable(self):
        """Whether a device takes the package, as far as is known."""
        return not errors_in(self.problems)

    def file(self, name):
        """Return the file member of a name, through a link inside the package, or None."""
        members = {member.name: member for member in self.members}
        member = members.get(name)
        if member and member.kind == SYMBOLIC_LINK:
            member = members.get(checks.link_target(member))
        return member if member and member.kind == FILE else None


def inspect(path, limits=DEFAULT_LIMITS):
    """Read a package of any maker and check it; nothing in it is run and nothing is written.

    Raises OSError when the file cannot be read and PackageError when it is
    larger than `limits` allow; all else that is wrong is in `problems`.
    """
    return inspect_bytes(read_file(path, limits), str(path), limits)


def inspect_bytes(data, path="", limits=DEFAULT_LIMITS):
    """Do what `inspect` does with the bytes of a package."""
    archive = read_archive(data, limits)
    package = Package(
        path=path,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        content_sha256=archive.content_sha256,
        signature=archive.signature,
        members=archive.members,
        problems=archive.problems,
        too_large=archive.too_large,
    )
    _read_package_conf(package)
    _read_manifest(package)
    _read_program(package)
    package.problems += checks.check(package)
    return package


def _read_package_conf(package):
    member = package.file("package.conf")
    if member is None:
        package.problems.append(Problem(ERROR, "package.conf", "missing; the installer cannot do without it"))
    elif member.size > MAX_PACKAGE_CONF:
        package.problems.append(
            Problem(ERROR, "package.conf", f"{member.size} bytes, at most {MAX_PACKAGE_CONF} are read")
        )
    else:
        text = member.data.decode("utf-8", "surrogateescape")
        package.package_conf, complaints = package_conf.parse(text)
        package.problems += [Problem(ERROR, "package.conf", printable(text)) for text in complaints[:20]]


def _read_manifest(package):
    member = package.file("manifest.json")
    if member is None:
        return
    try:
        package.manifest = manifest.parse(member.data)
    except manifest.ManifestError as error:
        package.problems.append(Problem(ERROR, "manifest.json", str(error)))
    else:
        problems = manifest.check(package.manifest)
        package.manifest_valid = not errors_in(problems)
        package.problems += problems


def _read_program(package):
    member = package.file(package.app_name)
    if member is not None and elf.is_elf(member.data):
        try:
            package.program = elf.read(member.data)
        except elf.ElfError as error:
            package.problems.append(Problem(ERROR, package.app_name, f"the executable {error}"))
