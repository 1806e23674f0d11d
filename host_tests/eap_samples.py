"""Small apps, executables and packages for the tests of mpycam.eap."""

import gzip
import io
import json
import struct
import tarfile

ARM_FLAGS = 0x05000400

MANIFEST = {
    "schemaVersion": "1.5.0",
    "acapPackageConf": {
        "setup": {
            "appName": "sample_app",
            "vendor": "Sample & Co.",
            "version": "1.2.3",
            "runMode": "respawn",
            "runOptions": "-X heapsize=2M -m start",
            "embeddedSdkVersion": "3.0",
        },
        "configuration": {"settingPage": "index.html"},
    },
}

PACKAGE_CONF = """PACKAGENAME="Sample"
APPTYPE="armv7hf"
APPNAME="sample_app"
APPMAJORVERSION="1"
APPMINORVERSION="2"
APPMICROVERSION="3"
OTHERFILES=""
SETTINGSPAGEFILE=""
STARTMODE="never"
"""


def manifest(version=None, setup=None, configuration=None, **package):
    """Return a copy of MANIFEST with other values; None takes a key away."""
    changed = json.loads(json.dumps(MANIFEST))
    changed["schemaVersion"] = version or changed["schemaVersion"]
    conf = changed["acapPackageConf"]
    conf["setup"].update(setup or {})
    conf["setup"] = {key: value for key, value in conf["setup"].items() if value is not None}
    conf["configuration"].update(configuration or {})
    conf.update(package)
    return changed


def manifest_2(setup=None, version="2.0.0"):
    """Return a manifest of schema 2."""
    described = manifest(version, {"embeddedSdkVersion": None, "vendorId": "0123abcdef"})
    described["acapPackageConf"]["setup"]["compatibleOsVersions"] = [{"max": "13"}]
    described["acapPackageConf"]["setup"].update(setup or {})
    return described


def elf(machine=40, bits=32, flags=ARM_FLAGS, interpreter=None, file_type=2, access=5, entry=None):
    """Return a minimal ELF file: a header, one program header or two, and four bytes to run."""
    endian, base = "<", 0x10000
    header_size, segment_size = (52, 32) if bits == 32 else (64, 56)
    count = 2 if interpreter else 1
    path = (interpreter or "").encode() + b"\0"
    size = header_size + count * segment_size + len(path) + 4
    ident = b"\x7fELF" + bytes([bits // 32, 1, 1]) + bytes(9)
    layout = "HHIIIIIHHHHHH" if bits == 32 else "HHIQQQIHHHHHH"
    entry = base + size - 4 if entry is None else entry
    data = ident + struct.pack(
        endian + layout, file_type, machine, 1, entry, header_size, 0, flags, header_size, segment_size, count, 0, 0, 0
    )

    def segment(kind, offset, length, rights):
        address = base + offset
        if bits == 32:
            return struct.pack(endian + "8I", kind, offset, address, address, length, length, rights, 4)
        return struct.pack(endian + "IIQQQQQQ", kind, rights, offset, address, address, length, length, 4)

    data += segment(1, 0, size, access)
    if interpreter:
        data += segment(3, header_size + count * segment_size, len(path), 4)
    return data + path + b"code"


def elf_aarch64(**options):
    """Return a minimal ELF file for aarch64."""
    return elf(machine=183, bits=64, flags=0, **options)


def write_app(folder, described=MANIFEST, files=None):
    """Write an app's folder; `files` are texts or bytes by name and come on top of the usual ones."""
    usual = {"LICENSE": "MIT\n", "start.py": "print('started')\n", "html/index.html": "<p>sample</p>\n"}
    for name, content in {**usual, **(files or {}), "manifest.json": json.dumps(described)}.items():
        if content is None:
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def write_firmware(path, data=None):
    """Write a firmware file, a minimal ELF for armv7hf unless told otherwise."""
    path.write_bytes(elf() if data is None else data)
    return path


def member(name, data=b"", mode=0o644, **fields):
    """Return a (TarInfo, data) pair for `pack`."""
    info = tarfile.TarInfo(name)
    info.mode, info.size = mode, len(data)
    for key, value in fields.items():
        setattr(info, key, value)
    return info, data


def members(**replaced):
    """Return the members of a package without a manifest as a dict by name; None takes one away."""
    usual = {
        "sample_app": member("sample_app", elf(), 0o755),
        "package.conf": member("package.conf", PACKAGE_CONF.encode()),
        "param.conf": member("param.conf"),
        "LICENSE": member("LICENSE", b"MIT\n"),
    }
    return {key: value for key, value in {**usual, **replaced}.items() if value is not None}


def tar(items, form=tarfile.GNU_FORMAT):
    """Return a tar of (TarInfo, data) pairs, made by Python's tarfile."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for info, data in items:
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def pack(items, form=tarfile.GNU_FORMAT):
    """Return the bytes of a package of (TarInfo, data) pairs."""
    return gzip.compress(tar(items, form), mtime=0)


def trailer(armour=None):
    """Return the 849 bytes that follow a signed package: the form is right, the signature means nothing."""
    if armour is None:
        begin, end = b"-----BEGIN PGP SIGNATURE-----\n\n", b"\n-----END PGP SIGNATURE-----\n"
        armour = begin + b"A" * (833 - len(begin) - len(end)) + end
    return armour + struct.pack(">II", len(armour), 1) + bytes.fromhex("658d14ab4207aac6")
