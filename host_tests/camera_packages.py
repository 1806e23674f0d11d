"""Packages for the virtual camera's tests: shell scripts and MicroPython programs as apps."""

import json
from pathlib import Path

from eap_samples import manifest, manifest_2, member, pack

from mpycam.eap import package_conf, settings_files

ROOT = Path(__file__).resolve().parent.parent

FOREVER = "trap 'echo ending; exit 0' TERM\necho started\nwhile :; do sleep 0.05; done\n"


def script_app(body=FOREVER, name="sample_app", version="1.2.3", setup=None, files=(), schema="1.5.0", **described):
    """Return the bytes of a package whose program is a shell script; `files` are further (TarInfo, data) pairs."""
    program = body if isinstance(body, bytes) else f"#!/bin/sh\n{body}".encode()
    settings = {"appName": name, "version": version, "architecture": "all", "runMode": "never", "runOptions": ""}
    settings.update(setup or {})
    if schema.startswith("2"):
        complete = manifest_2(settings, schema)
        complete["acapPackageConf"]["setup"]["compatibleOsVersions"] = [{"min": "12.10", "max": "13"}]
        if "compatibleOsVersions" in settings:
            complete["acapPackageConf"]["setup"]["compatibleOsVersions"] = settings["compatibleOsVersions"]
    else:
        complete = manifest(schema, settings)
    complete["acapPackageConf"]["configuration"] = described.pop("configuration", {})
    complete["acapPackageConf"].update({key: value for key, value in described.items() if key != "resources"})
    if "resources" in described:
        complete["resources"] = described["resources"]
    names = [info.name for info, _ in files if not info.name.startswith("html") and info.isreg()]
    return pack([*members_of(complete, program, names), *files])


def members_of(described, program, other_files=()):
    """Return the members that every package has."""
    conf = package_conf.serialise(package_conf.values(described, "all", other_files))
    items = [
        member(described["acapPackageConf"]["setup"]["appName"], program, 0o755),
        member("package.conf", conf.encode()),
        member("param.conf", settings_files.param_conf(described).encode()),
        member("LICENSE", b"MIT\n"),
        member("manifest.json", json.dumps(described).encode()),
    ]
    cgis = settings_files.cgi_conf(described)
    return items if cgis is None else [*items, member("cgi.conf", cgis.encode())]


def old_app(body=FOREVER, program=None, **pairs):
    """Return a package of the time before manifests: package.conf alone, "./" before every name."""
    values = {
        "PACKAGENAME": "Old one", "APPTYPE": "all", "APPNAME": "old_app", "APPMAJORVERSION": "4",
        "APPMINORVERSION": "4", "APPMICROVERSION": "5", "APPGRP": "sdk", "APPUSR": "sdk", "STARTMODE": "never", **pairs,
    }  # fmt: skip
    program = program or f"#!/bin/sh\n{body}".encode()
    items = [
        member(f"./{values['APPNAME']}", program, 0o755),
        member("./package.conf", package_conf.serialise(values).encode()),
        member("./param.conf", b'Level="3" type="int:min=0;max=9"\nText=some words\n'),
        member("./LICENSE", b"MIT\n"),
        member("./setup.html", b"<p>old</p>"),
    ]
    return pack(items)
