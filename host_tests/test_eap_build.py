"""`mpycam eap build`: the package's bytes, files and refusals."""

import gzip
import json
import os
import shutil
import subprocess
import tarfile

import pytest
from eap_samples import elf, elf_aarch64, manifest, manifest_2, write_app, write_firmware
from interpreters import ARCHES, ROOT

from mpycam import version
from mpycam.cli import main
from mpycam.eap import PackageError, build, inspect


@pytest.fixture
def firmware(tmp_path):
    return write_firmware(tmp_path / "micropython")


@pytest.fixture(autouse=True)
def no_date(monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


def built(tmp_path, firmware, described=None, files=None, **options):
    """Build a package of the sample app and return (Built, its members' content by name)."""
    app = write_app(tmp_path / "app", *([described] if described else []), files=files)
    made = build(app, firmware, output=tmp_path / "out", **options)
    with tarfile.open(made.path) as archive:
        return made, {item.name: archive.extractfile(item).read() for item in archive if item.isfile()}


def sourced(text, tmp_path):
    """Return what a shell has after sourcing a package.conf: a dict."""
    path = tmp_path / "package.conf.sh"
    path.write_bytes(text)
    script = f'. "{path}"; ' + "".join(f'printf "%s\\0%s\\0" {key} "${{{key}-UNSET}}";' for key in EVERY_KEY)
    result = subprocess.run(["sh", "-euc", script], capture_output=True, check=True, env={"PATH": os.environ["PATH"]})
    parts = result.stdout.decode().split("\0")[:-1]
    return {key: value for key, value in zip(parts[::2], parts[1::2], strict=True) if value != "UNSET"}


EVERY_KEY = [
    "PACKAGENAME", "MENUNAME", "APPTYPE", "APPNAME", "APPID", "LICENSENAME", "LICENSEPAGE", "LICENSE_CHECK_ARGS",
    "VENDOR", "REQEMBDEVVERSION", "APPMAJORVERSION", "APPMINORVERSION", "APPMICROVERSION", "APPGRP", "APPUSR",
    "APPOPTS", "OTHERFILES", "SETTINGSPAGEFILE", "SETTINGSPAGETEXT", "VENDORHOMEPAGELINK", "PREUPGRADESCRIPT",
    "POSTINSTALLSCRIPT", "STARTMODE", "HTTPCGIPATHS", "AUTOSTART",
]  # fmt: skip


def test_container(tmp_path, firmware):
    made, _ = built(tmp_path, firmware)
    data = made.path.read_bytes()
    assert data[:10] == bytes.fromhex("1f8b0800000000000203")
    assert made.path.name == "sample_app_1_2_3_armv7hf.eap" and made.size == len(data)
    content = subprocess.run(["gzip", "-dc", made.path], capture_output=True, check=True).stdout
    assert len(data) < len(gzip.compress(content, 9))
    assert len(content) % 10240 == 0 and content[257:265] == b"ustar  \0"
    listing = subprocess.run(["tar", "tvzf", made.path, "--utc"], capture_output=True, text=True, check=True).stdout
    assert [line.split()[:2] + line.split()[3:] for line in listing.splitlines()] == [
        [mode, "0/0", "1970-01-01", "00:00", name]
        for mode, name in [
            ("-rwxr-xr-x", "sample_app"),
            ("-rw-r--r--", "package.conf"),
            ("-rw-r--r--", "param.conf"),
            ("-rw-r--r--", "LICENSE"),
            ("-rw-r--r--", "manifest.json"),
            ("-rw-r--r--", "start.mpy"),
            ("drwxr-xr-x", "html/"),
            ("-rw-r--r--", "html/index.html"),
        ]
    ]
    folder = tmp_path / "unpacked"
    folder.mkdir()
    subprocess.run(["tar", "xzf", made.path, "-C", folder], check=True)
    assert (folder / "sample_app").read_bytes() == firmware.read_bytes()
    assert os.access(folder / "sample_app", os.X_OK)


def test_every_member_in_its_place(tmp_path, firmware):
    described = manifest(
        installation={"postInstallScript": "prepare.sh"},
        uninstallation={"preUninstallScript": "clean.sh"},
        configuration={"httpConfig": [{"type": "fastCgi", "name": "x", "access": "admin"}]},
    )
    files = {
        "prepare.sh": "#!/bin/sh\n", "clean.sh": "#!/bin/sh\n", "door.unn": b"\0\1", "door.json": "{}",
        "rooms/__init__.py": "", "rooms/hall.py": "x = 1\n", "helper.sh": "#!/bin/sh\n", "html/b/deep.js": "1",
        "html/a.css": "", "html/tool.py": "not = compiled", "lib/libx.so.1": b"\x7fELF", "declarations/e.json": "{}",
        "long/" * 10 + "name" * 20 + ".json": "{}",
    }  # fmt: skip
    made, _ = built(tmp_path, firmware, described, files)
    with tarfile.open(made.path) as archive:
        items = archive.getmembers()
    assert [item.name for item in items] == [
        "sample_app", "package.conf", "param.conf", "LICENSE", "manifest.json", "prepare.sh",
        "start.mpy", "rooms/hall.mpy", "rooms/__init__.mpy",
        "helper.sh", "door.unn", "long/" * 10 + "name" * 20 + ".json", "clean.sh",
        "html", "html/a.css", "html/b", "html/b/deep.js", "html/index.html", "html/tool.py",
        "declarations", "declarations/e.json", "lib", "lib/libx.so.1", "cgi.conf",
    ]  # fmt: skip
    assert {item.name for item in items if item.mode == 0o755} == {
        "sample_app", "prepare.sh", "clean.sh", "helper.sh", "html", "html/b", "declarations", "lib",
    }  # fmt: skip
    assert {item.mode for item in items} == {0o644, 0o755}
    assert inspect(made.path).problems == []


def test_a_page_without_what_only_its_authors_read(tmp_path, firmware):
    files = {
        "html/a.css": "/* Colours */\nbody {\n  color: red; /* not blue */\n}\n\n",
        "html/b.js": '// Begins.\nif (x) {\n  y = "http://h"; // a URL\n}\n', "html/c.svg": "<svg>\n  <!-- -->\n</svg>",
    }  # fmt: skip
    short = {
        "html/a.css": "body {\ncolor: red; /* not blue */\n}", "html/b.js": 'if (x) {\ny = "http://h"; // a URL\n}',
        "html/c.svg": files["html/c.svg"],
    }  # fmt: skip
    for number, (options, expected) in enumerate((({}, files), ({"strip": True}, short))):
        folder = tmp_path / str(number)
        folder.mkdir()
        with tarfile.open(built(folder, firmware, files=files, **options)[0].path) as archive:
            assert {name: archive.extractfile(name).read().decode() for name in files} == expected


def test_same_bytes_from_another_checkout(tmp_path, firmware, monkeypatch):
    files = {"door.unn": b"\0" * 1000, "b.py": "import json\n", "a/__init__.py": "", "prepare.sh": "#!/bin/sh\n"}
    first, _ = built(tmp_path, firmware, files=files)
    other = tmp_path / "elsewhere" / "deeper"
    shutil.copytree(tmp_path / "app", other)
    for number, path in enumerate(sorted(other.rglob("*"), reverse=True)):
        path.chmod(0o777 if number % 2 else 0o700)
        os.utime(path, (number, number))
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    previous = os.umask(0o077)
    try:
        second = build("deeper", firmware, output="out")
    finally:
        os.umask(previous)
    assert second.path.read_bytes() == first.path.read_bytes() and second.sha256 == first.sha256
    assert str(tmp_path).encode() not in subprocess.run(["gzip", "-dc", first.path], capture_output=True).stdout


def test_source_date(tmp_path, firmware, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    made, _ = built(tmp_path, firmware)
    with tarfile.open(made.path) as archive:
        assert {item.mtime for item in archive} == {1700000000}
    assert made.path.read_bytes()[4:8] == bytes(4)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(PackageError, match="seconds since 1970"):
        build(tmp_path / "app", firmware, output=tmp_path)


def test_package_conf_defaults(tmp_path, firmware):
    described = manifest("1.3", {"vendor": "Sample", "runOptions": None, "embeddedSdkVersion": None})
    described["acapPackageConf"].pop("configuration")
    _, content = built(tmp_path, firmware, described)
    assert content["package.conf"].decode() == (
        'PACKAGENAME="sample_app"\nAPPTYPE="armv7hf"\nAPPNAME="sample_app"\nAPPID=""\nLICENSENAME="Available"\n'
        'LICENSEPAGE="none"\nVENDOR="Sample"\nREQEMBDEVVERSION="2.0"\nAPPMAJORVERSION="1"\nAPPMINORVERSION="2"\n'
        'APPMICROVERSION="3"\nAPPGRP="sdk"\nAPPUSR="sdk"\nAPPOPTS=""\nOTHERFILES="start.mpy"\nSETTINGSPAGEFILE=""\n'
        'SETTINGSPAGETEXT=""\nVENDORHOMEPAGELINK=\'\'\nPREUPGRADESCRIPT=""\nPOSTINSTALLSCRIPT=""\n'
        'STARTMODE="respawn"\nHTTPCGIPATHS=""\n'
    )
    assert content["param.conf"] == b"" and "cgi.conf" not in content


def test_package_conf_from_every_field(tmp_path, firmware):
    setup = {
        "friendlyName": "Sample Door's app", "appId": "12345", "architecture": "armv7hf",
        "vendor": "A (B), c. d! e? f&'g-h/i",
        "vendorUrl": "https://example.com/a?b=1&c=2", "version": "10.20.30-rc.1+build.5", "runMode": "once",
        "user": {"username": "someone", "group": "folk"},
    }  # fmt: skip
    described = manifest(
        None,
        setup,
        {"httpConfig": [{"type": "directory", "access": "viewer"}]},
        copyProtection={"method": "custom", "customOptions": "-k 1"},
        installation={"postInstallScript": "prepare.sh"},
        uninstallation={"preUninstallScript": "clean.sh"},
    )
    made, content = built(tmp_path, firmware, described, {"prepare.sh": "", "clean.sh": "", "door.json": "{}"})
    expected = {
        "PACKAGENAME": "Sample Door's app", "APPTYPE": "armv7hf", "APPNAME": "sample_app", "APPID": "12345",
        "LICENSENAME": "Available", "LICENSEPAGE": "custom", "LICENSE_CHECK_ARGS": "-k 1",
        "VENDOR": "A (B), c. d! e? f&'g-h/i", "REQEMBDEVVERSION": "3.0", "APPMAJORVERSION": "10",
        "APPMINORVERSION": "20", "APPMICROVERSION": "30", "APPGRP": "folk", "APPUSR": "someone",
        "APPOPTS": "-X heapsize=2M -m start", "OTHERFILES": "start.mpy door.json clean.sh",
        "SETTINGSPAGEFILE": "index.html", "SETTINGSPAGETEXT": "",
        "VENDORHOMEPAGELINK": '<a href="https://example.com/a?b=1&c=2" target="_blank">example.com/a?b=1&c=2</a>',
        "PREUPGRADESCRIPT": "", "POSTINSTALLSCRIPT": "prepare.sh", "STARTMODE": "once", "HTTPCGIPATHS": "cgi.conf",
    }  # fmt: skip
    assert sourced(content["package.conf"], tmp_path) == expected
    keys = [line.split(b"=")[0].decode() for line in content["package.conf"].splitlines()]
    assert keys == [key for key in EVERY_KEY if key in expected]
    assert inspect(made.path).package_conf == expected
    assert content["cgi.conf"] == b""
    assert made.path.name == "Sample_Door's_app_10_20_30_armv7hf.eap"


@pytest.mark.parametrize("character", ['"', "$", "`", "\\", "\t", "\x7f"])
def test_values_that_a_shell_would_change(tmp_path, firmware, character):
    with pytest.raises(PackageError, match="PACKAGENAME must not hold"):
        built(tmp_path, firmware, manifest(setup={"friendlyName": f"a{character}b"}))


def test_param_conf(tmp_path, firmware):
    items = [
        {"name": "Rate", "default": "5", "type": "int:min=1;max=30"},
        {"name": "Plain", "default": "yes no", "type": ""},
        {"name": "Secret", "default": "", "type": "hidden:password:maxlen=64"},
        {"name": "Mode", "default": "a", "type": "enum:a|Label A,b|Label B"},
    ]
    _, content = built(tmp_path, firmware, manifest(configuration={"paramConfig": items}))
    assert content["param.conf"] == (
        b'Rate="5" type="int:min=1;max=30"\nPlain=yes no\nSecret="" type="hidden:password:maxlen=64"\n'
        b'Mode="a" type="enum:a|Label A,b|Label B"\n'
    )


@pytest.mark.parametrize(
    "change", [{"default": 'a"b'}, {"default": "a\nb"}, {"type": 'string"'}, {"name": "a b"}, {"name": "a=b"}]
)
def test_param_conf_refusals(tmp_path, firmware, change):
    item = {"name": "Rate", "default": "5", "type": "string", **change}
    with pytest.raises(PackageError, match=r"param\.conf"):
        built(tmp_path, firmware, manifest(configuration={"paramConfig": [item]}))


def test_cgi_conf(tmp_path, firmware):
    items = [
        {"type": "fastCgi", "name": "///one/two.cgi", "access": "admin"},
        {"type": "directory", "access": "viewer"},
        {"type": "transferCgi", "name": "three", "access": "operator"},
        {"type": "fastCgi", "name": "four", "access": "viewer"},
    ]
    _, content = built(tmp_path, firmware, manifest(configuration={"httpConfig": items}))
    assert content["cgi.conf"] == b"administrator /one/two.cgi fastCgi\noperator /three\nviewer /four fastCgi\n"


def test_empty_http_config_gives_no_cgi_conf(tmp_path, firmware):
    _, content = built(tmp_path, firmware, manifest(configuration={"httpConfig": []}))
    assert "cgi.conf" not in content and b'HTTPCGIPATHS=""' in content["package.conf"]


def test_manifest_is_written_as_the_sdk_does(tmp_path, firmware):
    described = manifest(setup={"friendlyName": "Tür"})
    _, content = built(tmp_path, firmware, described)
    described["acapPackageConf"]["setup"]["architecture"] = "armv7hf"
    assert content["manifest.json"].decode() == json.dumps(described, indent=4)
    assert b"T\\u00fcr" in content["manifest.json"]
    assert 'PACKAGENAME="Tür"' in content["package.conf"].decode()


def test_manifest_before_1_3_gets_no_architecture(tmp_path, firmware):
    described = manifest("1.2", {"runOptions": "-m start", "vendor": "Sample"})
    _, content = built(tmp_path, firmware, described)
    assert json.loads(content["manifest.json"]) == described
    assert b'APPTYPE="armv7hf"' in content["package.conf"]


@pytest.mark.parametrize(("version", "lowest"), [("2.0.0", "12.10.68"), ("2.1.0", "12.11.72"), ("2.2.0", "12.11.72")])
def test_schema_2_gets_its_lowest_system(tmp_path, firmware, version, lowest):
    made, content = built(tmp_path, firmware, manifest_2(version=version))
    setup = json.loads(content["manifest.json"])["acapPackageConf"]["setup"]
    assert setup["compatibleOsVersions"] == [{"min": lowest, "max": "13"}] and setup["architecture"] == "armv7hf"
    assert b'REQEMBDEVVERSION="2.0"' in content["package.conf"]
    assert inspect(made.path).installable


def test_what_stays_out(tmp_path, firmware):
    left_out = {
        "start.py~": "", ".hidden": "", ".git/config": "", "__pycache__/start.cpython-311.pyc": b"", "CVS/Root": "",
        "tests/test_start.py": "", "rooms/tests/x.py": "", "old_1_0_0_armv7hf.eap": b"", "start.pyi": "",
        "#start.py#": "",
        "html/.htaccess": "", "html/index.html~": "",
    }  # fmt: skip
    _, content = built(tmp_path, firmware, files=left_out)
    assert set(content) == {
        "sample_app", "package.conf", "param.conf", "LICENSE", "manifest.json", "start.mpy", "html/index.html"
    }  # fmt: skip


def test_library_modules_that_are_imported(tmp_path, firmware):
    library = tmp_path / "lib"
    modules = {
        "used.py": "import deep.inner\n", "unused.py": "", "deep/__init__.py": "",
        "deep/inner.py": "from . import beside\n",
        "deep/beside.py": "from .never import x\n", "deep/never.py": "x = 1\n", "deep/unused.py": "",
        "late.py": "from star import *\n", "star.py": "", "chosen.py": "", "shadowed.py": "never = 1\n",
        "spaces/one.py": "", "data.json": "{}", "both/__init__.py": "never = 1\n", "both/part.py": "never = 1\n",
    }  # fmt: skip
    for name, text in modules.items():
        (library / name).parent.mkdir(parents=True, exist_ok=True)
        (library / name).write_text(text)
    files = {
        "both.py": "ours = 1\n",
        "start.py": "import used, shadowed, both\nfrom spaces import one\ndef later():\n    import late\n",
        "shadowed.py": "ours = 1\n", "html/page.py": "import unused\n",
    }  # fmt: skip
    made, content = built(tmp_path, firmware, files=files, library=library, include=["chosen"])
    assert {name for name in content if name.endswith(".mpy")} == {
        "start.mpy", "used.mpy", "deep/__init__.mpy", "deep/inner.mpy", "deep/beside.mpy", "deep/never.mpy", "late.mpy",
        "star.mpy", "chosen.mpy", "shadowed.mpy", "spaces/one.mpy", "both.mpy",
    }  # fmt: skip
    assert b"ours" in content["shadowed.mpy"]
    assert made.problems == []


def test_missing_modules_are_told(tmp_path):
    firmware = write_firmware(tmp_path / "micropython", elf() + b"\0json\0asyncio/__init__.mpy\0backoff.mpy\0")
    text = "import json, asyncio, backoff, jso\nfrom nothing import x\n"
    made, _ = built(tmp_path, firmware, files={"start.py": text})
    assert [(problem.severity, problem.where) for problem in made.problems] == [
        ("warning", "jso"),
        ("warning", "nothing"),
    ]
    with pytest.raises(PackageError, match="absent: no such module"):
        build(tmp_path / "app", firmware, output=tmp_path, include=["absent"])


def test_modules_missing_from_a_package_of_ours(tmp_path, firmware):
    files = {"start.py": "import rooms.hall\nfrom rooms import kitchen, name\nfrom rooms.attic import x\n"}
    files.update({"rooms/__init__.py": "name = 1\n", "rooms/kitchen.py": "from . import name\n"})
    made, _ = built(tmp_path, firmware, files=files)
    assert [problem.where for problem in made.problems] == ["rooms.attic", "rooms.hall"]


def test_what_run_options_start(tmp_path, firmware):
    library = tmp_path / "lib" / "service"
    library.mkdir(parents=True)
    (library / "__init__.py").write_text("")
    (library / "__main__.py").write_text("import used\n")
    (library.parent / "used.py").write_text("")
    described = manifest(setup={"runOptions": "-X heapsize=1M -m service"})
    made, content = built(tmp_path, firmware, described, library=tmp_path / "lib")
    assert {"service/__init__.mpy", "service/__main__.mpy", "used.mpy"} <= set(content) and made.problems == []
    for options, reason in [
        ("-m gone", "runOptions runs gone, which is neither"),
        ("-m gone.part", "runOptions runs gone.part, which is neither"),
        ("-m service.gone", "runOptions runs service.gone, which is neither"),
        ("-X heapsize=1M start.py", "runOptions runs start.py, which goes in compiled; expected -m start"),
    ]:
        with pytest.raises(PackageError, match=reason):
            built(tmp_path, firmware, manifest(setup={"runOptions": options}), library=tmp_path / "lib")
    frozen = write_firmware(tmp_path / "frozen", elf() + b"\0gone.mpy\0")
    built(tmp_path, frozen, manifest(setup={"runOptions": "-m gone"}))


def test_source_errors_name_the_file(tmp_path, firmware):
    with pytest.raises(PackageError, match=r"start\.py"):
        built(tmp_path, firmware, files={"start.py": "def (:\n"})
    # Right for CPython, not for MicroPython.
    with pytest.raises(PackageError, match=r"start\.py"):
        built(tmp_path, firmware, files={"start.py": "match 1:\n    case 1:\n        pass\n"})


def test_compiled_code_runs(tmp_path, firmware, host):
    files = {
        "start.py": "import rooms.hall\nassert rooms.hall.__file__ == 'rooms/hall.mpy'\nrooms.hall.fail()\n",
        "rooms/__init__.py": "", "rooms/hall.py": "\n\ndef fail():\n    assert False\n",
    }  # fmt: skip
    made, _ = built(tmp_path, firmware, files=files)
    folder = tmp_path / "camera"
    folder.mkdir()
    subprocess.run(["tar", "xzf", made.path, "-C", folder], check=True)
    options = inspect(made.path).package_conf["APPOPTS"].split()
    result = host.start(options, cwd=folder)
    assert result.returncode == 1
    assert 'File "start.py", line 3' in result.stderr and 'File "rooms/hall.py", line 4, in fail' in result.stderr


def test_links(tmp_path, firmware):
    app = write_app(tmp_path / "app")
    (app / "html/status.json").symlink_to("../localdata/status.json")
    made = build(app, firmware, output=tmp_path)
    with tarfile.open(made.path) as archive:
        item = archive.getmember("html/status.json")
    assert item.issym() and item.linkname == "../localdata/status.json"
    assert inspect(made.path).problems == []
    (app / "out.json").symlink_to("../secret.json")
    with pytest.raises(PackageError, match="outside of"):
        build(app, firmware, output=tmp_path)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"MZ", "does not begin"),
        (elf()[:60], "cut off"),
        (elf()[:-2], "cut off: segment 0"),
        (elf(interpreter="/lib/ld-linux-armhf.so.3"), "needs /lib/ld-linux-armhf.so.3; expected a static"),
        (elf(flags=0x05000200), "expected armv7hf"),
        (elf(machine=62, bits=64, flags=0), "64-bit x86-64, static; expected armv7hf"),
        (elf(machine=183, bits=32), "expected armv7hf"),
        (elf(access=4), "no executable"),
        (elf(file_type=1), "no executable"),
        (elf(entry=0), "no executable"),
        (elf_aarch64(), "is for aarch64, --architecture says armv7hf"),
        (b"#!/bin/sh\n", "is for all, --architecture says armv7hf"),
    ],
)
def test_firmware_refusals(tmp_path, data, reason):
    firmware = write_firmware(tmp_path / "micropython", data)
    with pytest.raises(PackageError, match=reason):
        built(tmp_path, firmware, architecture="armv7hf")
    assert not (tmp_path / "out").exists()


def test_architectures(tmp_path):
    for data, architecture in [(elf(), "armv7hf"), (elf(file_type=3), "armv7hf"), (elf_aarch64(), "aarch64")]:
        made, content = built(tmp_path, write_firmware(tmp_path / "f", data))
        assert made.path.name == f"sample_app_1_2_3_{architecture}.eap"
        assert f'APPTYPE="{architecture}"'.encode() in content["package.conf"]
        assert set(inspect(made.path).architectures.values()) == {architecture}
    script = write_firmware(tmp_path / "f", b"#!/bin/sh\nexit 0\n")
    made, _ = built(tmp_path, script, architecture="all")
    assert made.path.name == "sample_app_1_2_3_all.eap" and inspect(made.path).problems == []
    with pytest.raises(PackageError, match="is for armv7hf, the manifest says aarch64"):
        built(tmp_path, write_firmware(tmp_path / "f"), manifest(setup={"architecture": "aarch64"}))


@pytest.mark.parametrize(
    ("described", "files", "reason"),
    [
        (None, {"LICENSE": None}, "no LICENSE"),
        (None, {"LICENSE": ""}, None),
        (None, {"html/index.html": None}, "SETTINGSPAGEFILE names index.html"),
        (manifest(installation={"postInstallScript": "prepare.sh"}), None, "no prepare.sh, which the manifest names"),
        (manifest(uninstallation={"preUninstallScript": "gone.sh"}), None, "no gone.sh, which the manifest names"),
        (None, {"package.conf": ""}, "the build writes this file"),
        (None, {"a b.json": ""}, "package.conf cannot name it"),
        (None, {"start.mpy": b"M"}, "is there already"),
        (None, {"sample_app/__init__.py": ""}, "lies under sample_app, which is a file"),
        (None, {"sample_app": ""}, "there twice"),
        (manifest(setup={"friendlyName": "a/b"}), None, "begins the package's file name"),
        (manifest(setup={"appName": "9x"}), None, "acapPackageConf.setup.appName: expected 2 to 26 letters"),
    ],
)
def test_app_refusals(tmp_path, firmware, described, files, reason):
    if reason is None:
        made, _ = built(tmp_path, firmware, described, files)
        assert [str(problem) for problem in made.problems] == ["warning: LICENSE: missing or empty"]
        return
    with pytest.raises(PackageError, match=reason):
        built(tmp_path, firmware, described, files)
    assert not (tmp_path / "out").exists()


def test_license_from_elsewhere(tmp_path, firmware):
    (tmp_path / "COPYING").write_text("elsewhere\n")
    _, content = built(tmp_path, firmware, files={"LICENSE": None}, license=tmp_path / "COPYING")
    assert content["LICENSE"] == b"elsewhere\n"


def test_command(tmp_path, firmware, capsys):
    app = write_app(tmp_path / "app")
    arguments = ["eap", "build", str(app), "--firmware", str(firmware), "--output", str(tmp_path)]
    assert main(arguments) == 0
    path, size, _, _, digest, _, content = capsys.readouterr().out.split()
    assert subprocess.run(["sha256sum", path], capture_output=True, text=True).stdout.split()[0] == digest
    assert os.path.getsize(path) == int(size)
    os.unlink(path)
    assert main([*arguments, "--max-bytes", str(int(size) - 1)]) == 1
    assert f"{size} bytes, at most {int(size) - 1}" in capsys.readouterr().err and not os.path.exists(path)
    assert main([*arguments, "--max-bytes", size, "--architecture", "armv7hf"]) == 0
    assert main(["eap", "build", str(tmp_path / "absent"), "--firmware", str(firmware)]) == 1
    assert main(["eap", "build", str(app), "--firmware", str(tmp_path / "absent")]) == 1
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("arch", [arch for arch in ARCHES if arch in ("armv7hf", "aarch64")])
def test_real_firmware(tmp_path, arch):
    made, content = built(tmp_path, ROOT / "dist" / arch / "micropython")
    package = inspect(made.path)
    assert set(package.architectures.values()) == {arch} and package.problems == []
    assert content["sample_app"] == (ROOT / "dist" / arch / "micropython").read_bytes()
    folder = tmp_path / "camera"
    folder.mkdir()
    subprocess.run(["tar", "xzf", made.path, "-C", folder], check=True)
    emulator = {"armv7hf": "qemu-arm-static", "aarch64": "qemu-aarch64-static"}[arch]
    options = package.package_conf["APPOPTS"].split()
    result = subprocess.run([emulator, "./sample_app", *options], cwd=folder, capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, "started\n")


NATIVE = """
import micropython

@micropython.viper
def total(count: int) -> int:
    result = 0
    for number in range(count):
        result += number
    return result

@micropython.native
def half(value):
    return value * 0.5

print(total(10), half(5))
"""


@pytest.mark.skipif("armv7hf" not in ARCHES, reason="MPYCAM_ARCHES leaves armv7hf out")
def test_native_code_runs(tmp_path):
    made, content = built(tmp_path, ROOT / "dist" / "armv7hf" / "micropython", files={"start.py": NATIVE})
    assert b"@micropython" not in content["start.mpy"]
    folder = tmp_path / "camera"
    folder.mkdir()
    subprocess.run(["tar", "xzf", made.path, "-C", folder], check=True)
    result = subprocess.run(["qemu-arm-static", "./sample_app", "-m", "start"], cwd=folder, capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, "45 2.5\n")


def test_native_code_is_refused_where_there_is_none(tmp_path):
    firmware = write_firmware(tmp_path / "firmware", elf_aarch64())
    with pytest.raises(PackageError, match="need bytecode only on aarch64"):
        built(tmp_path, firmware, files={"start.py": NATIVE})


@pytest.mark.parametrize("arch", [arch for arch in ARCHES if arch in ("armv7hf", "aarch64")])
def test_our_app(tmp_path, arch):
    dist = ROOT / "dist" / arch
    made = build(
        ROOT / "app", dist / "micropython", arch, tmp_path, library=ROOT / "lib", unpacker=dist / "unpacker", strip=True,
        max_bytes=350_000,
    )  # fmt: skip
    assert made.path.name == f"door_state_{version.replace('.', '_')}_{arch}.eap"
    assert made.problems == []
