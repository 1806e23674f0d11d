"""manifest.json: reading, checking against our schema of its version, and writing.

The schema files know each key, the characters of each text and the schema
version that brought them; what one key demands of another is checked here.
"""

import difflib
import functools
import itertools
import json
import re
from importlib import resources

from mpycam.eap.problem import ERROR, WARNING, Problem, errors_in, printable

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_PROBLEMS = 50

# Up to here the keys of a schema version are described publicly. In later ones
# an unknown key may be right, unless it looks like a slip of the pen.
DESCRIBED_VERSION = {1: (1, 7, 4), 2: (2, 0, 0)}

# The lowest AXIS OS that the vendor's SDK writes where a manifest gives only
# the highest one: the SDK release that brought the schema version.
LOWEST_OS = {"2.0.0": "12.10.68", "2.1.0": "12.11.72", "2.2.0": "12.11.72"}

# Devices answer "Error 5" to a package that asks for more than they have.
HIGHEST_EMBEDDED_SDK = (3, 0)

CREDENTIALS_METHOD = "com.axis.HTTPConf1.VAPIXServiceAccounts1.GetCredentials"

PARAMETER_TYPE = re.compile(
    r"((hidden|nosync|readonly):)*"
    r"(|string(:maxlen=\d+)?|int(:(maxlen|min|max)=-?\d+(;(maxlen|min|max)=-?\d+)*|:range=[\d,-]+)?"
    r"|bool:[^,]+,[^,]+|enum:.+|password(:maxlen=\d+)?)"
)


class ManifestError(ValueError):
    """The bytes are no manifest: not JSON, or beyond the limits."""


def parse(data):
    """Return the object in the bytes of a manifest.json; raise ManifestError for anything else."""
    if len(data) > MAX_BYTES:
        raise ManifestError(f"has {len(data)} bytes, at most {MAX_BYTES} are read")
    try:
        manifest = json.loads(data.decode("utf-8"), object_pairs_hook=_unique_keys, parse_constant=_refuse_constant)
    except RecursionError:
        raise ManifestError(f"is nested deeper than {MAX_DEPTH} levels") from None
    except ValueError as error:
        raise ManifestError(f"is not JSON: {printable(str(error))}") from None
    if not isinstance(manifest, dict):
        raise ManifestError("is not a JSON object")
    if _depth(manifest) > MAX_DEPTH:
        raise ManifestError(f"is nested deeper than {MAX_DEPTH} levels")
    try:
        json.dumps(manifest, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ManifestError("has half of a surrogate pair in a text, which is no character") from None
    return manifest


def serialise(manifest):
    """Return the bytes that a package carries: indent 4, ASCII, keys in their order, no final newline."""
    return json.dumps(manifest, indent=4).encode("ascii")


def schema_version(manifest):
    """Return the schema version as three integers, or None when there is no usable one."""
    version = manifest.get("schemaVersion")
    if not isinstance(version, str) or not re.fullmatch(r"\d{1,4}\.\d{1,4}(\.\d{1,4})?", version):
        return None
    return _version(version)


def check(manifest):
    """Return the problems of a parsed manifest as a list, at most MAX_PROBLEMS."""
    version = schema_version(manifest)
    if version is None:
        return [Problem(ERROR, "$.schemaVersion", 'is missing or not a version such as "1.5.0"')]
    if version[0] not in DESCRIBED_VERSION:
        return [Problem(ERROR, "$.schemaVersion", f"{version[0]} is not a known major version, expected 1 or 2")]
    errors = itertools.islice(_validator(version).iter_errors(manifest), MAX_PROBLEMS)
    # jsonschema tells of each missing key by itself, _describe of all in an object.
    problems = list(dict.fromkeys(_describe(error, version) for error in errors))
    if not errors_in(problems):
        problems += itertools.islice(_check_together(manifest), MAX_PROBLEMS)
    return problems


def complete(manifest, architecture):
    """Return a copy with what the build adds: the architecture and the lowest AXIS OS (schema 2)."""
    manifest = json.loads(json.dumps(manifest))
    setup = manifest["acapPackageConf"]["setup"]
    if schema_version(manifest) >= (1, 3, 0):
        setup.setdefault("architecture", architecture)
    for span in setup.get("compatibleOsVersions", []):
        if "min" not in span:
            highest = span.pop("max")
            span.update(min=LOWEST_OS[manifest["schemaVersion"]], max=highest)
    return manifest


def _version(text):
    """Return "1.3" or "1.3.1" as three integers."""
    numbers = [int(number) for number in text.split(".")]
    return tuple(numbers + [0] * (3 - len(numbers)))


def _unique_keys(pairs):
    """Build an object; two equal keys are refused, because readers differ in which one counts."""
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"key {next(name for name in names if names.count(name) > 1)!r} is there twice")
    return value


def _refuse_constant(name):
    raise ValueError(f"{name} is not a JSON value")


def _depth(value):
    """Return how many objects and arrays lie within each other."""
    depth, level = 0, [value]
    while level:
        depth += 1
        containers = [item.values() if isinstance(item, dict) else item for item in level]
        level = [item for items in containers for item in items if isinstance(item, (dict, list))]
    return depth


@functools.cache
def _schema(major):
    """Return our schema of a major version as an object."""
    return json.loads(resources.files(__package__).joinpath(f"manifest-schema-v{major}.json").read_bytes())


@functools.cache
def _validator(version):
    """Return the validator of one schema version, which knows our keywords beside draft-07."""
    import jsonschema

    def since(validator, wanted, instance, schema):
        if version < _version(wanted):
            yield jsonschema.ValidationError(f"needs schemaVersion {wanted} or later")

    def characters_since(validator, rules, instance, schema):
        for characters, wanted in rules.items() if isinstance(instance, str) else ():
            used = sorted(set(characters) & set(instance))
            if used and version < _version(wanted):
                yield jsonschema.ValidationError(f"{''.join(used)!r} in it needs schemaVersion {wanted} or later")

    def short_since(validator, rule, instance, schema):
        if isinstance(instance, str) and len(instance) < rule["length"] and version < _version(rule["version"]):
            yield jsonschema.ValidationError(
                f"fewer than {rule['length']} characters need schemaVersion {rule['version']} or later"
            )

    def required_until(validator, rules, instance, schema):
        for key, wanted in rules.items() if isinstance(instance, dict) else ():
            if key not in instance and version < _version(wanted):
                yield jsonschema.ValidationError(f'"{key}" is missing; it may be left out from schemaVersion {wanted}')

    def pattern(validator, expression, instance, schema):
        # Python's "$" also matches before a last line break, and its "\w" takes
        # letters of every script; JSON Schema means neither.
        if not isinstance(instance, str):
            return
        if instance.endswith("\n") or not re.search(expression, instance, re.ASCII):
            yield jsonschema.ValidationError(f"expected {schema['expected']}, have {_shown(instance)}")

    keywords = {
        "since": since,
        "charactersSince": characters_since,
        "shortSince": short_since,
        "requiredUntil": required_until,
        "pattern": pattern,
    }
    validator = jsonschema.validators.extend(jsonschema.Draft7Validator, keywords)
    return validator(_schema(version[0]))


def _describe(error, version):
    """Return a jsonschema error as a Problem that says what was expected."""
    severity, text = ERROR, error.message
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        unknown = [key for key in error.instance if key not in known]
        nearest = difflib.get_close_matches(unknown[0], known, 1)
        if version > DESCRIBED_VERSION[version[0]] and not nearest:
            severity = WARNING
        names = ", ".join(map(_shown, unknown[:5]))
        text = f"unknown key {names}" + (f'; did you mean "{nearest[0]}"?' if nearest else "")
    elif error.validator == "required":
        missing = [f'"{key}"' for key in error.validator_value if key not in error.instance]
        text = f"{', '.join(missing)} missing"
    elif error.validator == "enum":
        text = f"expected one of {', '.join(map(str, error.validator_value))}, have {_shown(error.instance)}"
    elif error.validator == "type":
        text = f"expected type {error.validator_value}, have {_shown(error.instance)}"
    return Problem(severity, printable(error.json_path), printable(text, 400))


def _shown(value):
    return printable(json.dumps(value), 80)


def _check_together(manifest):
    """Yield the problems of keys that are right alone, but not together."""
    package = manifest["acapPackageConf"]
    setup, configuration = package["setup"], package.get("configuration", {})
    needs = manifest.get("resources", {})
    methods = [name for names in needs.get("dbus", {}).values() for name in names]
    user = setup.get("user", {}).get("username")
    where = "$.acapPackageConf.setup"
    if user and "user" in needs.get("linux", {}):
        yield Problem(ERROR, f"{where}.user", "a fixed user and $.resources.linux.user exclude each other")
    if user == "root" and "dbus" in needs:
        yield Problem(ERROR, f"{where}.user", "user root together with $.resources.dbus is refused (error 80)")
    elif user == "root":
        yield Problem(WARNING, f"{where}.user", "user root needs AllowRoot before AXIS OS 12 and is refused from it on")
    elif user and CREDENTIALS_METHOD in methods:
        yield Problem(WARNING, f"{where}.user", f"a fixed user gets no credentials from {CREDENTIALS_METHOD}")
    embedded = setup.get("embeddedSdkVersion", "2.0")
    if tuple(int(number) for number in embedded.split(".")) > HIGHEST_EMBEDDED_SDK:
        yield Problem(
            ERROR, f"{where}.embeddedSdkVersion", f'{embedded} is more than a device has (error 5), expected "3.0"'
        )
    for number, span in enumerate(setup.get("compatibleOsVersions", [])):
        if "min" in span and _version(span["min"]) > _version(span["max"]):
            yield Problem(ERROR, f"{where}.compatibleOsVersions[{number}]", "min is above max")
    names = set()
    for number, item in enumerate(configuration.get("paramConfig", [])):
        here = f"$.acapPackageConf.configuration.paramConfig[{number}]"
        if item["name"] in names:
            yield Problem(ERROR, f"{here}.name", f"{_shown(item['name'])} is there twice")
        names.add(item["name"])
        if not PARAMETER_TYPE.fullmatch(item["type"]):
            yield Problem(WARNING, f"{here}.type", f"{_shown(item['type'])} is not a current parameter type")
