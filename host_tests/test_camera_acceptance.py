"""Which packages a camera takes, and the number of the error for those that it refuses."""

import dataclasses
import gzip

import pytest
from camera_packages import old_app, script_app
from eap_samples import elf, elf_aarch64, member, members, pack, tar, trailer
from test_eap_hostile import link, raw_header, zeros

from mpycam.camera.packages.acceptance import Device, accept, has_method, within
from mpycam.camera.packages.record import Record
from mpycam.camera.packages.refusal import Refused
from mpycam.camera.profile import PROFILES

MIB = 1 << 20


def device(profile="12.x", architecture="armv7hf", unsigned=True, root=False, free=29 * MIB):
    chosen = PROFILES[profile]
    unsigned = unsigned and not chosen.signature_required
    return Device(chosen, architecture, unsigned, root, free)


def answer(data, *arguments, installed=None, **options):
    """Return the number of the error, 0 when the package is taken."""
    try:
        accept(data, device(*arguments, **options), installed or {})
    except Refused as refused:
        assert str(refused)
        return refused.number
    return 0


def record(data, number=0, **options):
    package, known = accept(data, device(**options), {})
    return Record.of(package, number, known)


def with_members(*items, **replaced):
    return pack([*members(**replaced).values(), *items])


GOOD = script_app()
SIGNED = GOOD + trailer()


def test_good_packages():
    for profile in PROFILES:
        wanted = {"9.80": 10, "13": 29}.get(profile, 0)  # no script before 10, no schema 1 from 13 on
        assert answer(GOOD, profile) == wanted
    assert answer(script_app(schema="2.0.0") + trailer(), "13", unsigned=False) == 0
    assert answer(SIGNED, "12.x", unsigned=False) == 0
    assert answer(with_members(), "9.80") == answer(with_members(), "12.x") == 0
    assert answer(old_app(), "12.x") == 0


@pytest.mark.parametrize(
    "items",
    [
        [member("../evil")],
        [member("html/../../evil")],
        [member("/etc/passwd")],
        [link("out", "/etc")],
        [link("html/out", "../../x")],
        [link("here", "."), link("out", "here/../..")],
        [link("html", "localdata"), member("html/x")],
        [member("LICENSE")],
        [member("./LICENSE")],
        [member("null", type=b"3", devmajor=1, devminor=3)],
        [member("pipe", type=b"6")],
        [member("root", b"x", 0o4755)],
        [member("group", b"x", 0o2755)],
        [link("hard", "/etc/passwd", b"1")],
        [member("a" * 600)],
        [member("a/" * 40 + "b")],
    ],
)
def test_hostile_members(items):
    assert answer(with_members(*items)) == 1


def test_what_is_no_package():
    half = GOOD[: len(GOOD) // 2]
    for data in (b"", b"PK\x03\x04", bytes(5000), tar(members().values()), half, gzip.compress(b"x" * 999)):
        assert answer(data) == 1, data[:10]
    assert answer(gzip.compress(raw_header(checksum=b"000000\0 "))) == 1


def test_size():
    assert answer(GOOD, free=len(GOOD) - 1) == 3
    assert answer(GOOD, free=0) == 3
    big = script_app(files=[member("big", bytes(2 * MIB))])
    assert answer(big, free=MIB) == 3
    assert answer(big, free=3 * MIB) == 0
    # Files take whole blocks of flash.
    assert answer(script_app(files=[member(f"{n}", b"x") for n in range(300)]), free=MIB) == 3
    # Bombs are left before their end.
    assert answer(zeros(raw_header(size=b"%011o\0" % (900 * MIB)), 200 * MIB), free=29 * MIB) == 3
    assert answer(zeros(tar(members().values()), 200 * MIB), free=29 * MIB) == 3


def test_configuration():
    assert answer(with_members(**{"package.conf": None})) == 10
    broken = member("package.conf", b'APPNAME="sample_app\n')
    assert answer(with_members(**{"package.conf": broken})) == 29
    expands = member("package.conf", b'APPNAME="sample_app"\nAPPTYPE="$(id)"\n')
    assert answer(with_members(**{"package.conf": expands})) == 29
    missing = member("package.conf", b'APPNAME="sample_app"\nAPPTYPE="all"\nOTHERFILES="nothing"\n')
    assert answer(with_members(**{"package.conf": missing})) == 29
    nameless = member("package.conf", b'APPTYPE="all"\n')
    assert answer(with_members(**{"package.conf": nameless})) == 29
    assert answer(with_members(sample_app=None)) == 29
    assert answer(with_members(sample_app=member("sample_app", elf(), 0o644))) == 29


def test_manifest():
    assert answer(with_members(member("manifest.json", b"{"))) == 29
    assert answer(with_members(member("manifest.json", b"{")), "9.80") == 0
    assert answer(script_app(setup={"vendor": None})) == 29
    assert answer(script_app(setup={"user": {"username": "root", "group": "root"}},
                             resources={"dbus": {"requiredMethods": ["a.b.C"]}})) == 29  # fmt: skip
    # Schema 1 on AXIS OS 13, and none at all.
    assert answer(SIGNED, "13") == 29
    assert answer(old_app() + trailer(), "13") == 29
    # Schema 2 before there was any: package.conf says what is needed.
    assert answer(script_app(schema="2.0.0"), "11.11") == 0
    assert answer(script_app(schema="2.0.0", setup={"vendorId": "x"}), "12.10") == 29
    assert answer(script_app(schema="2.0.0", setup={"vendorId": "x"}), "11.11") == 0


def test_signature():
    assert answer(GOOD, unsigned=False) == 2
    assert answer(script_app(schema="2.0.0"), "13") == 2
    damaged = GOOD + trailer(b"-----BEGIN PGP SIGNATURE-----\n")
    assert answer(damaged) == answer(damaged, unsigned=False) == 2


def test_architecture():
    arm = with_members()
    assert answer(arm, architecture="armv7hf") == 0
    assert answer(arm, architecture="aarch64") == 5
    assert answer(arm, architecture="host") == 0
    assert answer(GOOD, architecture="aarch64") == 0
    # The executable itself is nobody's concern before it starts.
    assert answer(with_members(sample_app=member("sample_app", elf_aarch64(), 0o755))) == 0


def test_versions():
    def needing(version):
        return script_app(setup={"embeddedSdkVersion": version})

    assert answer(needing("3.0"), "10.12") == 0
    assert answer(needing("3.1"), "12.x") == 5
    assert answer(needing("2.0"), "12.x") == 0
    arm = 'APPNAME="sample_app"\nAPPTYPE="armv7hf"\nREQEMBDEVVERSION="{}"\n'
    for version, number in (("2.18", 0), ("3.0", 5), ("2.19", 5), ("x", 5), ("", 0)):
        conf = member("package.conf", arm.format(version).encode())
        assert answer(with_members(**{"package.conf": conf}), "9.80") == number, version


def test_compatible_versions_of_axis_os():
    def spanning(*spans):
        ranges = [{"min": low, "max": high} for low, high in spans]
        return script_app(schema="2.0.0", setup={"compatibleOsVersions": ranges})

    assert answer(spanning(("12.10", "13")), "12.10") == 0
    assert answer(spanning(("12.11.0", "13")), "12.10") == 5
    assert answer(spanning(("11.0", "11.11"), ("12.10.68", "12.10.68")), "12.10") == 0
    assert answer(spanning(("13.0", "13")), "12.x") == 0  # not looked at before 12.10
    assert answer(spanning(("12.10", "12.11")) + trailer(), "13") == 5
    assert within("13.0.52", "12.10", "13") and not within("14.0", "12.10", "13") and within("13.9", "13", "13.9.9")


def test_methods_of_the_bus():
    def asking(*names):
        return script_app(resources={"dbus": {"requiredMethods": list(names)}})

    credentials = "com.axis.HTTPConf1.VAPIXServiceAccounts1.GetCredentials"
    assert answer(asking(credentials), "11.11") == 0
    assert answer(asking(credentials), "10.12") == 5
    assert answer(asking("com.axis.Overlay2.Overlay.Add"), "12.x") == 0
    assert answer(asking("com.axis.Nothing1.At.All"), "12.x") == 5
    assert answer(asking(credentials, "com.axis.Nothing1.At.All"), "12.x") == 5
    new = PROFILES["12.x"]
    assert has_method("com.axis.HTTPConf1.VAPIXServiceAccounts1.*", new) and not has_method("com.axis.HTTPConf2.*", new)


def test_users():
    root = {"user": {"username": "root", "group": "root"}}
    assert answer(script_app(setup=root), "12.x", root=True) == 13
    assert answer(script_app(setup=root), "11.11", root=False) == 13
    assert answer(script_app(setup=root), "11.11", root=True) == 0
    assert answer(script_app(setup={"user": {"username": "sdk", "group": "sdk"}}), "12.x") == 0
    assert answer(script_app(setup={"user": {"username": "daemon", "group": "sdk"}}), "11.11") == 13
    assert answer(old_app(APPUSR="root", APPGRP="sdk"), "11.11") == 13
    assert answer(old_app(APPUSR="nobody"), "10.12", root=True) == 13


def test_what_is_installed_already():
    installed = {"Sample_App": record(script_app(name="Sample_App"))}
    assert answer(GOOD, installed=installed) == 14
    assert answer(script_app(name="Sample_App"), installed=installed) == 0
    before = {"sample_app": record(script_app(schema="2.0.0"), profile="12.10")}
    assert answer(script_app(schema="2.0.0"), "12.10", installed=before) == 0
    other = script_app(schema="2.0.0", setup={"vendorId": "ffffffffff"})
    assert answer(other, "12.10", installed=before) == 27
    assert answer(GOOD, "12.10", installed=before) == 27
    assert answer(other, "12.x", installed=before) == 0
    assert answer(other, "12.10", installed={"sample_app": record(GOOD)}) == 0


def test_order_of_the_checks():
    """Where several things are wrong, the first in the installer's order is told."""
    root = {"user": {"username": "root", "group": "root"}}
    wrong = script_app(setup={**root, "architecture": "aarch64"}, name="Sample_App")
    installed = {"sample_app": record(GOOD)}
    options = {"architecture": "armv7hf", "installed": installed}
    assert answer(wrong, free=10, unsigned=False, **options) == 3
    assert answer(wrong[:200], unsigned=False, **options) == 1
    assert answer(wrong, unsigned=False, **options) == 2
    assert answer(wrong, **options) == 5
    right = script_app(setup=root, name="Sample_App")
    assert answer(right, **options) == 13
    assert answer(script_app(name="Sample_App"), **options) == 14


def test_record():
    described = record(
        script_app(
            setup={"friendlyName": "Sample app", "runMode": "respawn", "runOptions": "-a b"},
            configuration={
                "settingPage": "index.html",
                "paramConfig": [{"name": "Level", "default": "3", "type": "int:min=0;max=9"},
                                {"name": "Words", "default": "a b", "type": ""}],
                "httpConfig": [{"type": "fastCgi", "name": "run.cgi", "access": "viewer"},
                               {"type": "directory", "access": "operator"}],
                "reverseProxy": [{"apiPath": "api", "target": "http://localhost:2001", "access": "admin"},
                                 {"apiPath": "sock", "apiType": "ws", "target": "/tmp/x", "access": "anonymous"}],
            },
            files=[member("html/index.html", b"x")],
            resources={"linux": {"user": {"groups": ["storage"]}}},
        )
    )  # fmt: skip
    assert (described.nice_name, described.version, described.vendor) == ("Sample app", "1.2.3", "Sample & Co.")
    assert (described.run_mode, described.arguments, described.settings_page) == ("respawn", ["-a", "b"], "index.html")
    assert (described.user, described.group, described.groups) == ("acap-sample_app", "addon", ["storage"])
    assert described.parameters == [("Level", "3", "int:min=0;max=9"), ("Words", "a b", "")]
    assert described.cgis == [("run.cgi", "viewer", True)] and described.folder_access == "operator"
    rules = [(rule.path, rule.kind, rule.access) for rule in described.proxies]
    assert rules == [("api", "http", "admin"), ("sock", "ws", "anonymous")]
    assert not dataclasses.replace(described, world_writable=True).proxies
    assert Record(**described.to_json()) == described

    old = record(old_app())
    assert (old.user, old.group, old.version, old.dynamic_user) == ("sdk", "sdk", "4.4-5", False)
    assert old.parameters == [("Level", "3", "int:min=0;max=9"), ("Text", "some words", "")]
    assert record(script_app(setup={"user": {"username": "sdk", "group": "sdk"}})).dynamic_user is False
