"""The manifest's schema: what each version takes, and what the errors say."""

import json
import re
from importlib import resources

import jsonschema
import pytest
from eap_samples import manifest, manifest_2

from mpycam.eap.manifest import ManifestError, check, parse, serialise

SETUP = "$.acapPackageConf.setup"
CONFIGURATION = "$.acapPackageConf.configuration"
USER = {"username": "someone", "group": "folk"}


def problems(described):
    return [str(problem) for problem in check(described)]


def proxy(**item):
    return {"reverseProxy": [{"apiPath": "api", "target": "http://127.0.0.1:2001", "access": "viewer", **item}]}


def with_resources(described, **resources):
    return {**described, "resources": resources}


def dbus(*methods):
    return {"dbus": {"requiredMethods": list(methods)}}


def oldest(version, **changes):
    """Return a manifest that uses nothing newer than 1.0 beside `changes`."""
    setup = {"vendor": "Sample", "runOptions": "-m start", "user": USER, **changes.pop("setup", {})}
    return manifest(version, setup, **changes)


@pytest.mark.parametrize("major", [1, 2])
def test_schema_files_are_schemas(major):
    text = resources.files("mpycam.eap").joinpath(f"manifest-schema-v{major}.json").read_text()
    schema = json.loads(text)
    jsonschema.Draft7Validator.check_schema(schema)
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            assert "pattern" not in part or isinstance(part["pattern"], dict) or "expected" in part, part
            assert set(part) & {"since", "charactersSince", "shortSince"} == set() or major == 1
        waiting += part.values() if isinstance(part, dict) else part if isinstance(part, list) else []


@pytest.mark.parametrize(
    ("version", "described"),
    [
        ("1.6.0", {**oldest("?"), "$schema": "https://example.com/schema.json"}),
        ("1.1", with_resources(oldest("?"), dbus={"requiredMethods": ["a.b.C"]})),
        ("1.2", oldest("?", uninstallation={"preUninstallScript": "x.sh"})),
        ("1.3", oldest("?", setup={"architecture": "all"})),
        ("1.3.1", oldest("?", setup={"runOptions": "a=b"})),
        *[("1.4.0", oldest("?", setup={"vendor": f"a{character}b"})) for character in "(),.!?&'"],
        ("1.5.0", oldest("?", configuration=proxy())),
        ("1.5.0", oldest("?", configuration={"httpConfig": [{"type": "directory", "access": "viewer"}]})),
        ("1.5.0", with_resources(oldest("?", setup={"user": None}), linux={"user": {"groups": ["a-b"]}})),
        ("1.5.0", with_resources(oldest("?"), **dbus("a.b.*"))),
        ("1.6.0", with_resources(oldest("?"), **dbus("a.b-c.D"))),
        ("1.6.0", oldest("?", configuration=proxy(apiPath="api$"))),
        ("1.6.0", oldest("?", configuration=proxy(apiPath="api\\d"))),
        ("1.7.0", oldest("?", configuration={"containers": {"containerHost": True}})),
        ("1.7.1", oldest("?", setup={"user": {"username": "a-b", "group": "folk"}})),
        ("1.7.3", oldest("?", configuration=proxy(apiPath="x"))),
        ("1.1", oldest("?", setup={"user": None})),
    ],
)
def test_fields_need_their_version(version, described):
    versions = [
        "1.0",
        "1.1",
        "1.2",
        "1.3",
        "1.3.1",
        "1.4.0",
        "1.5.0",
        "1.6.0",
        "1.7.0",
        "1.7.1",
        "1.7.2",
        "1.7.3",
        "1.7.4",
    ]
    position = versions.index(version)
    for each in versions[position:]:
        assert problems({**described, "schemaVersion": each}) == []
    refused = problems({**described, "schemaVersion": versions[position - 1]})
    assert refused and all(f"schemaVersion {version}" in text for text in refused)


def test_every_field_together():
    described = manifest(
        "1.7.3",
        {
            "appId": "12345",
            "architecture": "all",
            "friendlyName": "Tür (1)",
            "vendorUrl": "http://example.com",
            "version": "1.0.0-alpha.1+x",
        },  # fmt: skip
        {
            "httpConfig": [
                {"type": "fastCgi", "name": "a/b.cgi", "access": "admin"},
                {"type": "transferCgi", "name": "c", "access": "operator"},
                {"type": "directory", "access": "viewer"},
            ],
            "paramConfig": [{"name": "A", "default": "", "type": "hidden:nosync:int:min=1;max=2"}],
            "reverseProxy": [
                {"apiPath": "a.+*?(b){2}[c]\\d$/e", "target": "ws://localhost:1/x", "access": "anonymous"},
                {"apiPath": "s", "apiType": "fcgi", "target": "localdata/s.sock", "access": "admin"},
            ],
            "containers": {"containerHost": True, "createDockerSymlinks": False},
        },
        installation={"postInstallScript": "a-b.sh"},
        uninstallation={"preUninstallScript": "c_d.sh"},
        copyProtection={"method": "custom", "customOptions": "x"},
    )
    described["$schema"] = "https://example.com/schema.json"
    needs = {"linux": {"user": {"groups": ["video", "sd-disk"]}}}
    needs["dbus"] = {"requiredMethods": ["a.b.C"], "conditionalMethods": ["a.b.*"]}
    assert problems(with_resources(described, **needs)) == []


@pytest.mark.parametrize(
    ("described", "where", "text"),
    [
        (manifest(setup={"appName": "9ab"}), f"{SETUP}.appName", 'expected 2 to 26 letters, digits and .* have "9ab"'),
        (manifest(setup={"appName": "a"}), f"{SETUP}.appName", "2 to 26"),
        (manifest(setup={"appName": "a" * 27}), f"{SETUP}.appName", "2 to 26"),
        (manifest(setup={"appName": "a-b"}), f"{SETUP}.appName", "2 to 26"),
        (manifest(setup={"appName": "ab\n"}), f"{SETUP}.appName", "2 to 26"),
        (manifest(setup={"appName": "türe"}), f"{SETUP}.appName", "2 to 26"),
        (manifest(setup={"appName": 5}), f"{SETUP}.appName", "expected type string, have 5"),
        (manifest(setup={"appName": None}), SETUP, '"appName" missing'),
        (manifest(setup={"vendor": None, "runMode": None}), SETUP, '"runMode", "vendor" missing'),
        (manifest(setup={"appId": "12a"}), f"{SETUP}.appId", "digits"),
        (manifest(setup={"architecture": "armv7"}), f"{SETUP}.architecture", "one of all, aarch64, armv7hf, have"),
        (manifest(setup={"embeddedSdkVersion": "3"}), f"{SETUP}.embeddedSdkVersion", "two numbers"),
        (manifest(setup={"embeddedSdkVersion": "12.0"}), f"{SETUP}.embeddedSdkVersion", "more than a device has"),
        (manifest(setup={"friendlyName": "a\nb"}), f"{SETUP}.friendlyName", "without line breaks"),
        (manifest(setup={"friendlyName": "a" * 257}), f"{SETUP}.friendlyName", "1 to 256"),
        (manifest(setup={"user": {"username": "sdk"}}), f"{SETUP}.user", '"group" missing'),
        (manifest(setup={"user": {"username": "Sdk", "group": "sdk"}}), f"{SETUP}.user.username", "lower-case"),
        (manifest(setup={"user": {"username": "sdk", "group": "a" * 33}}), f"{SETUP}.user.group", "at most 32"),
        (manifest(setup={"runMode": "always"}), f"{SETUP}.runMode", "one of respawn, once, never"),
        (manifest(setup={"runOptions": "a;b"}), f"{SETUP}.runOptions", "'/', '.', '=', '-'"),
        (manifest(setup={"runOptions": "a,b"}), f"{SETUP}.runOptions", "blank"),
        (manifest(setup={"vendor": 'a"b'}), f"{SETUP}.vendor", "blank"),
        (manifest(setup={"vendorUrl": "example.com"}), f"{SETUP}.vendorUrl", "http"),
        (manifest(setup={"vendorUrl": "http://a/'b"}), f"{SETUP}.vendorUrl", "http"),
        (manifest(setup={"version": "1.0"}), f"{SETUP}.version", "semantic version"),
        (manifest(setup={"version": "01.0.0"}), f"{SETUP}.version", "semantic version"),
        (manifest(setup={"runmode": "once"}), SETUP, 'unknown key "runmode"; did you mean "runMode"'),
        (manifest(setup={"vendorId": "0123456789"}), SETUP, 'unknown key "vendorId"'),
        (manifest(installation={"postInstallScript": "a/b"}), "$.acapPackageConf.installation.postInst.*", "file name"),
        (manifest(installation={"postInstallScript": ".."}), "$.acapPackageConf.installation.postInst.*", "file name"),
        (manifest(configuration={"settingPage": "a b"}), f"{CONFIGURATION}.settingPage", "file name"),
        (manifest(configuration={"settingsPage": "a"}), CONFIGURATION, 'did you mean "settingPage"'),
        (manifest(configuration={"httpConfig": [{"type": "x", "access": "admin"}]}), ".*httpConfig.0..type", "one of"),
        (manifest(configuration={"httpConfig": [{"type": "fastCgi", "access": "admin"}]}), ".*httpConfig.0.", '"name"'),
        (
            manifest(configuration={"httpConfig": [{"type": "fastCgi", "name": "x", "access": "all"}]}),
            ".*httpConfig.0..access", "admin, operator, viewer",
        ),
        (manifest(configuration={"paramConfig": [{"name": "A"}]}), ".*paramConfig.0.", '"default", "type" missing'),
        (
            manifest(configuration={"paramConfig": [{"name": "A", "default": 1, "type": ""}]}),
            ".*paramConfig.0..default", "expected type string, have 1",
        ),
        (
            manifest(configuration={"paramConfig": [{"name": "A", "default": "", "type": ""}] * 2}),
            ".*paramConfig.1..name", "there twice",
        ),
        (manifest(configuration=proxy(target="127.0.0.1:80")), ".*reverseProxy.0..target", "http:// or ws://"),
        (manifest(configuration=proxy(apiType="http")), ".*reverseProxy.0..target", "path of a Unix socket"),
        (manifest(configuration=proxy(apiPath="/api")), ".*reverseProxy.0..apiPath", "after the first character"),
        (manifest(configuration=proxy(access="all")), ".*reverseProxy.0..access", "anonymous"),
        (manifest(copyProtection={"method": "dongle"}), ".*copyProtection.method", "none, axis, custom"),
        (with_resources(manifest()), "$.resources", "."),
        (with_resources(manifest(), **dbus("Method")), ".*requiredMethods.0.", "dotted name"),
        (
            with_resources(manifest(setup={"user": USER}), linux={"user": {"groups": ["video"]}}),
            f"{SETUP}.user", "exclude each other",
        ),
        (
            with_resources(manifest(setup={"user": {"username": "root", "group": "root"}}), **dbus("a.b.C")),
            f"{SETUP}.user", "error 80",
        ),
        (manifest_2({"vendorId": "12345"}), f"{SETUP}.vendorId", "10 hexadecimal"),
        (manifest_2({"vendorId": "012345678g"}), f"{SETUP}.vendorId", "10 hexadecimal"),
        (manifest_2({"embeddedSdkVersion": "3.0"}), SETUP, 'unknown key "embeddedSdkVersion"'),
        (manifest_2({"user": USER}), f"{SETUP}.user.username", "one of sdk"),
        (manifest_2({"compatibleOsVersions": []}), f"{SETUP}.compatibleOsVersions", "."),
        (manifest_2({"compatibleOsVersions": [{"min": "12"}]}), f"{SETUP}.compatibleOsVersions.0.", '"max" missing'),
        (
            manifest_2({"compatibleOsVersions": [{"min": "13.1", "max": "13"}]}),
            f"{SETUP}.compatibleOsVersions.0.", "min is above max",
        ),
        (with_resources(manifest_2(), linux={"user": {"groups": ["wheel"]}}), ".*groups.0.", "one of admin"),
        (with_resources(manifest_2(), **dbus("com.axis.Other.X")), ".*requiredMethods.0.", "schema 2 allows"),
        (with_resources(manifest_2(), overlay={"required": True}), "$.resources.overlay", '"enabled" missing'),
    ],
)  # fmt: skip
def test_refusals(described, where, text):
    found = check(described)
    assert len(found) == 1 and found[0].severity == "error", problems(described)
    assert re.fullmatch(where.replace("$", r"\$"), found[0].where), found[0].where
    assert re.search(text, found[0].text), found[0].text


@pytest.mark.parametrize(
    ("described", "text"),
    [
        (manifest(setup={"user": {"username": "root", "group": "root"}}), "needs AllowRoot"),
        (
            manifest(configuration={"paramConfig": [{"name": "A", "default": "", "type": "text"}]}),
            "not a current parameter",
        ),
        (manifest("1.11.0", {"somethingNew": 1}), 'unknown key "somethingNew"'),
        (
            with_resources(
                manifest(setup={"user": {"username": "sdk", "group": "sdk"}}),
                **dbus("com.axis.HTTPConf1.VAPIXServiceAccounts1.GetCredentials"),
            ),
            "gets no credentials",
        ),
    ],
)
def test_warnings(described, text):
    found = check(described)
    assert [problem.severity for problem in found] == ["warning"] and text in found[0].text


def test_slips_are_errors_in_new_versions_too():
    assert check(manifest("1.11.0", {"runOption": "x"}))[0].severity == "error"


@pytest.mark.parametrize("version", [None, 1.5, "", "1", "1.5.0.0", "one", "3.0.0", "1.12.0", "2.9.0", "1.05.0"])
def test_schema_versions(version):
    described = manifest_2() if version == "2.9.0" else manifest()
    described["schemaVersion"] = version
    found = check(described)
    assert found and {problem.where for problem in found if problem.severity == "error"} == {"$.schemaVersion"}


def test_schema_2():
    described = with_resources(
        manifest_2(
            {"compatibleOsVersions": [{"min": "12.10.68", "max": "13"}], "user": {"username": "sdk", "group": "sdk"}}
        ),
        deepLearningProcessor={"enabled": True, "required": False},
        overlay={"enabled": True},
        deviceDataHub={
            "enabled": True,
            "accessControlList": [{"topics": ["a"], "usernames": ["b"], "operations": ["c"]}],
        },
        dbus={"requiredMethods": ["com.axis.Overlay2.Thing.Do"]},
    )
    assert problems(described) == []


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe{}", "not JSON"),
        (b"[]", "not a JSON object"),
        (b'{"a": 1, "a": 2}', "there twice"),
        (b'{"a": NaN}', "not a JSON value"),
        (b'{"a": "\\ud800"}', "surrogate"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
        (b"[" * 200000, "nested deeper"),
        (b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}", "nested deeper"),
        (b" " * 300000, "300000 bytes, at most 262144"),
    ],
)
def test_unreadable(data, text):
    with pytest.raises(ManifestError, match=text):
        parse(data)


def test_order_and_form_are_kept():
    described = parse(b'{"b": [1, {"c": "\xc3\xbc"}], "a": {}}')
    expected = b'{\n    "b": [\n        1,\n        {\n            "c": "\\u00fc"\n        }\n    ],\n    "a": {}\n}'
    assert serialise(described) == expected
