"""Whether this camera takes a package: the installer's checks, in their order and with their numbers.

The order is documented nowhere; each number is (docs/camera.md).
"""

import re
from dataclasses import dataclass

from mpycam.camera.packages import refusal
from mpycam.camera.packages.refusal import Refused
from mpycam.eap import checks, elf
from mpycam.eap.manifest import schema_version
from mpycam.eap.package import inspect_bytes
from mpycam.eap.problem import errors_in
from mpycam.eap.reader import DAMAGED_SIGNATURE, FILE, SIGNED, Limits

# The methods that a manifest of schema 2 may ask for are the public ones. A
# camera has them, this one only the first, so that packages which draw or
# search recordings install and find them missing when they run.
CREDENTIALS = "com.axis.HTTPConf1.VAPIXServiceAccounts1.GetCredentials"
PUBLIC_METHODS = re.compile(
    r"com\.axis\.(Graphics2|Overlay2)\..+"
    r"|com\.axis\.RecordingSearch1\.Search1\.(ListSpans|GetSpanAttributes|\*)"
    r"|com\.axis\.RecordingPlayback1\.Playback1\.(GetSegment|\*)"
)
STATIC_USERS = ("sdk", "root")
STATIC_GROUPS = ("sdk", "root", "addon", "admin", "operator", "viewer", "video", "storage", "audio")


@dataclass(frozen=True)
class Device:
    """What of the camera decides: its profile and architecture, the switches, and the bytes left in flash."""

    profile: object
    architecture: str
    allow_unsigned: bool
    allow_root: bool
    free: int


def accept(data, device, installed):
    """Return (package, the manifest as far as this camera knows it), or raise Refused.

    `data` are the bytes of the upload, `installed` the Records by name.
    """
    if len(data) > device.free:
        raise Refused(refusal.NO_SPACE, f"{len(data)} bytes, {device.free} are free")
    # A package that does not fit is not worth reading to its end.
    package = inspect_bytes(data, limits=Limits(content_bytes=max(device.free, 1) + (64 << 10)))
    _check_container(package)
    _check_content(package, device.free)
    manifest = _check_configuration(package, device.profile)
    _check_signature(package, device)
    _check_compatible(package, manifest, device)
    _check_user(package, manifest, device)
    _check_installed(package, manifest, device.profile, installed)
    return package, manifest


def _check_container(package):
    if package.too_large:
        raise Refused(refusal.NO_SPACE, _first(package.problems))
    damage = [problem for problem in errors_in(package.problems) if problem.where == "container"]
    damage += errors_in(checks.names(package.members))
    if damage:
        raise Refused(refusal.NOT_A_PACKAGE, str(damage[0]))
    special = [member.name for member in package.members if member.kind == FILE and member.mode & 0o7000]
    if special:
        raise Refused(refusal.NOT_A_PACKAGE, f"{special[0]}: runs as its owner or group")


def _check_content(package, free):
    """Refuse what does not fit; the file system gives each file whole blocks."""
    size = sum(member.size + -member.size % 4096 for member in package.members)
    if size > free:
        raise Refused(refusal.NO_SPACE, f"{size} bytes unpacked, {free} are free")


def _check_configuration(package, profile):
    """Refuse what the installer cannot read or misses; return the manifest as far as this camera knows it."""
    if package.file("package.conf") is None:
        raise Refused(refusal.UNSPECIFIED, "cannot set ownership of package.conf")
    broken = [problem for problem in errors_in(package.problems) if problem.where == "package.conf"]
    broken = [problem for problem in broken if "REQEMBDEVVERSION" not in problem.text and " says " not in problem.text]
    if broken:
        raise Refused(refusal.BAD_CONFIGURATION, f"Could not source package.conf or what it names: {broken[0].text}")
    program = package.file(package.app_name)
    if program is None or not program.mode & 0o100:
        raise Refused(refusal.BAD_CONFIGURATION, f"error 50: File is missing or no program: {package.app_name}")
    if profile.elf_checked and not elf.is_elf(program.data):
        raise Refused(refusal.UNSPECIFIED, f"elflibcheck: {package.app_name} is no ELF file")
    if not profile.manifest_majors:
        return {}
    return _check_manifest(package, profile)


def _check_manifest(package, profile):
    if package.file("manifest.json") is None:
        # Such packages are from before AXIS OS 10.7; how long they are taken is
        # documented only for the version that wants another manifest anyway.
        if 1 not in profile.manifest_majors:
            raise Refused(refusal.BAD_CONFIGURATION, "error 80: Invalid application manifest: there is none")
        return {}
    version = schema_version(package.manifest) if package.manifest is not None else None
    if version and version[0] not in profile.manifest_majors and version[0] > max(profile.manifest_majors):
        # Before it knew schema 2, AXIS OS took what it needs from package.conf.
        return package.manifest if package.manifest_valid else {}
    broken = [
        problem
        for problem in errors_in(package.problems)
        # The version that the app asks for is compared with the camera's, and not
        # with the highest that is known.
        if problem.where.startswith("$") and not problem.where.endswith(".embeddedSdkVersion")
        or problem.where == "manifest.json"
    ]
    if broken:
        raise Refused(refusal.BAD_CONFIGURATION, f"error 80: Invalid application manifest: {broken[0]}")
    if version[0] not in profile.manifest_majors:
        raise Refused(
            refusal.BAD_CONFIGURATION, f"error 80: Invalid application manifest: schema {version[0]} is not supported"
        )
    return package.manifest


def _check_signature(package, device):
    if package.signature == DAMAGED_SIGNATURE:
        raise Refused(refusal.BAD_SIGNATURE, "the signature is damaged")
    if package.signature != SIGNED and not device.allow_unsigned:
        raise Refused(refusal.BAD_SIGNATURE, "the package is not signed")


def _check_compatible(package, manifest, device):
    declared = package.package_conf.get("APPTYPE", "")
    # This machine's own processor has no name that packages use.
    if device.architecture != "host" and declared not in ("all", device.architecture):
        raise Refused(refusal.NOT_COMPATIBLE, f"the package is for {declared}, the camera is {device.architecture}")
    needed, have = package.package_conf.get("REQEMBDEVVERSION", ""), device.profile.embedded_development
    if needed and (not re.fullmatch(r"\d{1,4}\.\d{1,4}", needed) or numbers(needed) > numbers(have)):
        raise Refused(refusal.NOT_COMPATIBLE, f"the package needs embedded development {needed}, the camera has {have}")
    spans = package.setup.get("compatibleOsVersions", []) if manifest else []
    if device.profile.os_range_enforced and spans:
        version = device.profile.version
        if not any(within(version, span.get("min", "0"), span["max"]) for span in spans):
            raise Refused(refusal.NOT_COMPATIBLE, f"the package is for other versions of AXIS OS than {version}")
    for method in manifest.get("resources", {}).get("dbus", {}).get("requiredMethods", []):
        if not has_method(method, device.profile):
            raise Refused(refusal.NOT_COMPATIBLE, f"the camera has no D-Bus method {method}")


def numbers(version):
    """Return "12.10.68" as a tuple of integers."""
    return tuple(int(number) for number in version.split("."))


def within(version, lowest, highest):
    """Tell whether a version lies in a range; "13" as the highest stands for every 13.*."""
    have, last = numbers(version), numbers(highest)
    return numbers(lowest) <= have and have[: len(last)] <= last


def has_method(name, profile):
    """Tell whether a camera has a D-Bus method, or for a name that ends in ".*" whether it has any."""
    if name.endswith(".*") and CREDENTIALS.startswith(name[:-1]):
        return profile.service_accounts
    return profile.service_accounts if name == CREDENTIALS else bool(PUBLIC_METHODS.fullmatch(name))


def _check_user(package, manifest, device):
    dynamic = manifest and "user" not in package.setup and schema_version(manifest) >= (1, 1, 0)
    if dynamic:
        return
    user = package.package_conf.get("APPUSR") or "sdk"
    group = package.package_conf.get("APPGRP") or "sdk"
    if user not in STATIC_USERS or group not in STATIC_GROUPS:
        raise Refused(refusal.USER_NOT_ALLOWED, f"no user {user} and group {group} for applications")
    if "root" in (user, group) and not (device.profile.root_allowed and device.allow_root):
        raise Refused(refusal.USER_NOT_ALLOWED, f"user {user} and group {group}: root is not allowed")


def _check_installed(package, manifest, profile, installed):
    name = package.app_name
    for other in installed:
        if other != name and other.lower() == name.lower():
            raise Refused(refusal.NAME_DIFFERS_IN_CASE, f"{name} is installed as {other}")
    if profile.vendor_id_checked and name in installed and manifest:
        before, now = installed[name].vendor_id, package.setup.get("vendorId")
        if before is not None and now != before:
            raise Refused(
                refusal.OTHER_VENDOR, f"vendor ID {now} in the manifest does not match the previous version's {before}"
            )


def _first(problems):
    return str(errors_in(problems)[0])
