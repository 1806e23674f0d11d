"""`mpycam eap inspect` on packages of other makers: what it reads, reports and accepts."""

import json
import re
import subprocess
import tarfile
import zlib

import pytest
from eap_samples import (
    PACKAGE_CONF,
    elf,
    elf_aarch64,
    manifest,
    manifest_2,
    member,
    members,
    pack,
    tar,
    trailer,
    write_app,
)

from mpycam.cli import main
from mpycam.eap import PackageError, inspect
from mpycam.eap.package import inspect_bytes
from mpycam.eap.package_conf import parse
from mpycam.eap.reader import Limits


def errors(data):
    return [str(problem) for problem in inspect_bytes(data).problems if problem.severity == "error"]


def warnings(data):
    return [str(problem) for problem in inspect_bytes(data).problems if problem.severity == "warning"]


def described(value):
    """Return the member manifest.json of an object."""
    return member("manifest.json", json.dumps(value).encode())


def conf(**changes):
    """Return the member package.conf with other values."""
    lines = [line for line in PACKAGE_CONF.splitlines() if line.split("=")[0] not in changes]
    lines += [f'{key}="{value}"' for key, value in changes.items() if value is not None]
    return member("package.conf", "\n".join(lines).encode() + b"\n")


def test_package_without_manifest():
    package = inspect_bytes(pack(members().values()))
    assert [str(problem) for problem in package.problems] == [
        "warning: manifest.json: missing; AXIS OS before 10.7 takes such a package, newer ones may not"
    ]
    assert package.installable and package.app_name == "sample_app" and package.version == "1.2.3"
    assert package.architectures == {"manifest": None, "package.conf": "armv7hf", "executable": "armv7hf"}
    assert package.signature == "unsigned" and package.manifest is None
    assert package.file("LICENSE").data == b"MIT\n" and package.file("nothing") is None


@pytest.mark.parametrize("form", ["gnu", "ustar", "pax", "v7", "oldgnu"])
def test_packages_of_the_tar_command(tmp_path, form):
    app = write_app(tmp_path / "app", manifest(), {"package.conf": PACKAGE_CONF, "param.conf": "", "sample_app": elf()})
    (app / "sample_app").chmod(0o755)
    if form in ("gnu", "pax", "oldgnu"):
        (app / ("folder" * 5)).mkdir()
        (app / ("folder" * 5) / ("ü" * 60)).write_text("long")
    (app / "html/status.json").symlink_to("../localdata/status.json")
    path = tmp_path / "other.eap"
    subprocess.run(["tar", "czf", path, f"--format={form}", "-C", app, "."], check=True)
    package = inspect(path)
    told = [problem.text for problem in package.problems]
    assert not [text for text in told if not re.search("STARTMODE|APPOPTS|unprintable", text)]
    assert package.installable
    names = {item.name: item for item in package.members}
    with tarfile.open(path) as archive:
        expected = {item.name.removeprefix("./"): item for item in archive}
    assert set(names) - {""} == set(expected) - {"."}
    for name, item in names.items():
        if name:
            assert (item.mode, item.size, item.link, item.mtime) == (
                expected[name].mode, expected[name].size, expected[name].linkname, int(expected[name].mtime)
            )  # fmt: skip
    assert names["html/status.json"].link == "../localdata/status.json"


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT])
def test_packages_of_tarfile(form):
    items = [*members().values(), member("html/" + "x" * 90 + "/" + "y" * 90 + ".js", b"1" * 700)]
    for order in (items, items[::-1]):
        package = inspect_bytes(pack(order, form))
        assert package.installable and [item.name for item in package.members] == [info.name for info, _ in order]
        assert [item.data for item in package.members] == [data for _, data in order]


def test_very_old_folders():
    folder = member("html/")
    folder[0].type = b"0"
    package = inspect_bytes(pack([*members().values(), folder]))
    assert package.installable and package.members[-1].kind == "folder"


def test_signed():
    data = pack(members().values())
    signed = inspect_bytes(data + trailer())
    assert len(trailer()) == 849
    assert signed.signature == "signed, not verified" and signed.installable and signed.size == len(data) + 849
    assert signed.content_sha256 == inspect_bytes(data).content_sha256 != ""
    for rest in (b"x", b"x" * 849, trailer()[:-1], trailer()[1:] + b"x", data):
        package = inspect_bytes(data + rest)
        assert package.signature == "unsigned" and not package.installable
    for armour in (b"", b"-----BEGIN PGP SIGNATURE-----", b"x" * 833):
        assert inspect_bytes(data + trailer(armour)).signature == "damaged"
    assert inspect_bytes(data + b"x" + trailer()).signature == "damaged"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"sample_app": None}, "error: sample_app: missing; it is the main executable that APPNAME names"),
        ({"package.conf": None}, "error: package.conf: missing; the installer cannot do without it"),
        ({"sample_app": member("sample_app", elf(), 0o644)}, "mode 0644 of the main executable, expected 0755"),
        ({"sample_app": member("sample_app", b"text", 0o755)}, "neither ELF nor a script"),
        ({"sample_app": member("sample_app", b"", 0o755)}, "neither ELF nor a script"),
        ({"sample_app": member("sample_app", elf()[:70], 0o755)}, "error: sample_app: the executable is cut off"),
        (
            {"sample_app": member("sample_app", elf_aarch64(), 0o755)},
            "64-bit AArch64, aarch64, static, but the package is",
        ),
        ({"sample_app": member("sample_app", elf(file_type=1), 0o755)}, "no executable program"),
        ({"package.conf": conf(APPNAME=None)}, "APPNAME is missing"),
        ({"package.conf": conf(APPNAME="1x"), "1x": member("1x", elf(), 0o755)}, "a letter first"),
        ({"package.conf": conf(OTHERFILES="LICENSE gone.sh")}, "OTHERFILES names gone.sh, .* .error 50."),
        ({"package.conf": conf(POSTINSTALLSCRIPT="gone.sh")}, "POSTINSTALLSCRIPT names gone.sh"),
        ({"package.conf": conf(HTTPCGIPATHS="cgi.conf")}, "HTTPCGIPATHS names cgi.conf"),
        ({"package.conf": conf(SETTINGSPAGEFILE="gone.html")}, "SETTINGSPAGEFILE names gone.html"),
        ({"package.conf": conf(REQEMBDEVVERSION="3.1")}, "REQEMBDEVVERSION 3.1 is more than a device has"),
        ({"package.conf": conf(REQEMBDEVVERSION="new")}, "REQEMBDEVVERSION is new, expected a version"),
        ({"package.conf": member("package.conf", b'APPNAME="x\n')}, "line 1: a .* without its end"),
        ({"package.conf": member("package.conf", b"rm -rf /\n")}, "line 1: 'rm' is not an assignment"),
        ({"package.conf": member("package.conf", b"A" * 70000)}, "70000 bytes, at most 65536"),
        ({"manifest.json": member("manifest.json", b"{")}, "manifest.json: is not JSON"),
        (
            {"manifest.json": described(manifest(setup={"appName": "other"}))},
            "APPNAME is sample_app, the manifest says other",
        ),
        ({"manifest.json": described(manifest(setup={"architecture": "aarch64"}))}, "the package is for aarch64"),
        ({"manifest.json": described(manifest(setup={"runMode": "x"}))}, "runMode: expected one of"),
    ],
)
def test_errors(change, text):
    found = errors(pack(members(**change).values()))
    assert any(re.search(text, problem) for problem in found), found


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"LICENSE": None}, "LICENSE: missing or empty"),
        ({"LICENSE": member("LICENSE")}, "LICENSE: missing or empty"),
        ({"param.conf": None}, "param.conf: missing"),
        ({"package.conf": conf(APPTYPE="all")}, "but the package is for all architectures"),
        ({"package.conf": conf(APPTYPE=None)}, "APPTYPE is missing"),
        ({"LICENSE": member("LICENSE", b"x", 0o777)}, "LICENSE: mode 0777, writable by everybody: 1 of 4 members"),
        ({"LICENSE": member("LICENSE", b"x", 0o4755)}, "LICENSE: mode 4755: runs as its owner"),
        (
            {"manifest.json": described(manifest(setup={"version": "1.2.4"}))},
            "APPMICROVERSION is 3, the manifest says 4",
        ),
        ({"x": member("a\nb", b"")}, r"a\\x0ab: unprintable characters"),
    ],
)
def test_warnings(change, text):
    data = pack(members(**change).values())
    assert not [problem for problem in errors(data) if "index.html" not in problem]
    assert any(re.search(text, problem) for problem in warnings(data)), warnings(data)


def test_writable_members_kill_the_reverse_proxy():
    proxy = {"reverseProxy": [{"apiPath": "api", "target": "http://127.0.0.1:1", "access": "admin"}]}
    value = manifest(configuration=proxy)
    for mode, expected in ((0o777, True), (0o775, False)):
        items = members(**{"manifest.json": described(value), "LICENSE": member("LICENSE", b"x", mode)})
        assert any("the reverse proxy is left out" in problem for problem in errors(pack(items.values()))) is expected


def test_other_kinds_of_main_executables():
    script = member("sample_app", b"#!/bin/sh\n", 0o755)
    assert errors(pack(members(**{"sample_app": script, "package.conf": conf(APPTYPE="all")}).values())) == []
    dynamic = member("sample_app", elf(interpreter="/lib/ld-linux-armhf.so.3"), 0o755)
    package = inspect_bytes(pack(members(sample_app=dynamic).values()))
    assert package.installable and "needs /lib/ld-linux-armhf.so.3" in str(package.program)
    mips = member("sample_app", elf(machine=8), 0o755)
    assert errors(pack(members(**{"sample_app": mips, "package.conf": conf(APPTYPE="mipsisa32r2el")}).values())) == []
    link = member("sample_app", type=tarfile.SYMTYPE, linkname="bin/real")
    real = member("bin/real", elf(), 0o755)
    assert errors(pack(members(sample_app=link, real=real).values())) == []


def test_page_at_the_root_and_old_cgi_paths():
    page = {"package.conf": conf(SETTINGSPAGEFILE="a.html", HTTPCGIPATHS="/local/x/html/:x"), "a": member("a.html")}
    assert errors(pack(members(**page).values())) == []


def test_schema_2_needs_its_lowest_system():
    value = manifest_2({"compatibleOsVersions": [{"min": "12.10.68", "max": "13"}], "architecture": "armv7hf"})
    value["acapPackageConf"]["configuration"] = {}
    assert errors(pack(members(**{"manifest.json": described(value)}).values())) == []


CONFS = [
    'A="x y"\nB=\'p"q\'\nC=plain\n',
    "# comment\n\nA=1 # more\n  B=2;C=3\nexport D=\"4\"\n",
    'A="a"\'b\'c\nB=\nC=""\nD="a # b"\nE=a#b\n',
    'A="say \\"hi\\" \\$5 \\`x\\` \\\\ \\n"\nB=a\\ b\nC="two \\\nlines"\nD=x\\\ny\n',
    "A='multi\nline'\nB=2",
    "VENDORHOMEPAGELINK='<a href=\"http://x\" target=\"_blank\">x</a>'\nA=1\nA=2\n",
]  # fmt: skip


@pytest.mark.parametrize("text", CONFS)
def test_package_conf_is_read_as_a_shell_does(tmp_path, text):
    pairs, complaints = parse(text)
    assert complaints == []
    path = tmp_path / "conf"
    path.write_text(text)
    for key in ("A", "B", "C", "D", "E", "VENDORHOMEPAGELINK"):
        script = f'. "{path}"; printf "%s" "${{{key}-UNSET}}"'
        result = subprocess.run(["env", "-i", "/bin/sh", "-c", script], capture_output=True, text=True, check=True)
        assert result.stdout == pairs.get(key, "UNSET")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("A=$(reboot)\n", "line 1: '$' outside"),
        ("A=1\nB=`id`\n", "line 2: '`' outside"),
        ('A="$HOME"\n', "line 1: a value that the shell would expand"),
        ("A=1\n\nreboot now\n", "line 3: 'reboot' is not an assignment"),
        ("A=1 reboot\n", "line 1: 'reboot' is not"),
        ("A=1 & B=2\n", "'&' outside"),
        ("A='x\n", "line 1: a ' without"),
        ('A="x\n', 'line 1: a " without'),
        ("2A=x\n", "not an assignment"),
        ("A\x00B=x\n", "not an assignment"),
    ],
)
def test_package_conf_complaints(text, complaint):
    assert any(complaint in found for found in parse(text)[1]), parse(text)


def test_command(tmp_path, capsys):
    path = tmp_path / "x.eap"
    value = manifest()
    value["acapPackageConf"].pop("configuration")
    items = members(**{"manifest.json": described(value)})
    path.write_bytes(pack(items.values()) + trailer())
    assert main(["eap", "inspect", str(path)]) == 0
    text = capsys.readouterr().out
    for line in (
        f"{path}: sample_app 1.2.3", "signature  signed, not verified", "main       ELF 32-bit ARM, armv7hf, static",
        "problems: 1",
        "for        package.conf armv7hf, executable armv7hf (agreed)", "  -rwxr-xr-x        89 sample_app",
        "  APPNAME=sample_app", '              "appName": "sample_app",',
    ):  # fmt: skip
        assert line in text.splitlines(), text
    assert main(["eap", "inspect", "--json", str(path)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["installable"] is True and report["manifest"] == value
    assert report["members"][0] == {"name": "sample_app", "kind": "file", "mode": "0755", "size": 89, "link": ""}
    path.write_bytes(pack(members(sample_app=None).values()))
    assert main(["eap", "inspect", str(path)]) == 1
    assert "error: sample_app: missing" in capsys.readouterr().out
    assert main(["eap", "inspect", str(tmp_path / "absent")]) == 1
    assert "No such file" in capsys.readouterr().err


def test_limits(tmp_path):
    path = tmp_path / "x.eap"
    path.write_bytes(b"x" * 1001)
    with pytest.raises(PackageError, match="more than 1000 bytes"):
        inspect(path, Limits(file_bytes=1000))
    data = pack(members().values())
    size = len(zlib.decompress(data, 31))
    assert inspect_bytes(data, limits=Limits(content_bytes=size)).installable
    assert not inspect_bytes(data, limits=Limits(content_bytes=size - 1)).installable
    assert inspect_bytes(data, limits=Limits(members=4)).installable
    assert not inspect_bytes(data, limits=Limits(members=3)).installable
    assert len(tar(members().values())) == size
