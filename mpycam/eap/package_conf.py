"""package.conf: the file of shell assignments that the installer reads.

It is written from the manifest and parsed, never sourced, when read.
"""

import re

from mpycam.eap.problem import PackageError

# Values are not escaped in the file, so these characters would end or change
# them when the installer's shell reads it.
BREAKS_DOUBLE_QUOTES = re.compile(r'["$`\\\x00-\x1f\x7f]')
BREAKS_SINGLE_QUOTES = re.compile(r"['\x00-\x1f\x7f]")


def values(manifest, architecture, other_files=()):
    """Return the keys and values of package.conf in their order for a checked manifest."""
    package = manifest["acapPackageConf"]
    setup, configuration = package["setup"], package.get("configuration", {})
    protection = package.get("copyProtection", {})
    user = setup.get("user", {})
    # The part after "-" or "+" of a semantic version has no place here.
    major, minor, micro = re.split("[-+]", setup["version"])[0].split(".")
    pairs = {
        "PACKAGENAME": setup.get("friendlyName", setup["appName"]),
        "APPTYPE": setup.get("architecture", architecture),
        "APPNAME": setup["appName"],
        "APPID": setup.get("appId", ""),
        "LICENSENAME": "Available",
        "LICENSEPAGE": protection.get("method", "none"),
        "LICENSE_CHECK_ARGS": protection.get("customOptions"),
        "VENDOR": setup.get("vendor", "-"),
        "REQEMBDEVVERSION": setup.get("embeddedSdkVersion", "2.0"),
        "APPMAJORVERSION": major,
        "APPMINORVERSION": minor,
        "APPMICROVERSION": micro,
        "APPGRP": user.get("group", "sdk"),
        "APPUSR": user.get("username", "sdk"),
        "APPOPTS": setup.get("runOptions", ""),
        "OTHERFILES": " ".join(other_files),
        "SETTINGSPAGEFILE": configuration.get("settingPage", ""),
        "SETTINGSPAGETEXT": "",
        "VENDORHOMEPAGELINK": _link(setup.get("vendorUrl")),
        "PREUPGRADESCRIPT": "",
        "POSTINSTALLSCRIPT": package.get("installation", {}).get("postInstallScript", ""),
        "STARTMODE": setup.get("runMode", "never"),
        "HTTPCGIPATHS": "cgi.conf" if configuration.get("httpConfig") else "",
    }
    return {key: value for key, value in pairs.items() if value is not None}


def serialise(pairs):
    """Return the text of package.conf; raise PackageError for a value that a shell would read differently."""
    lines = []
    for key, value in pairs.items():
        quote, breaks = '"', BREAKS_DOUBLE_QUOTES
        if key == "VENDORHOMEPAGELINK":
            quote, breaks = "'", BREAKS_SINGLE_QUOTES
        found = breaks.search(value)
        if found:
            raise PackageError(f"package.conf: {key} must not hold {found.group()!r}, have {value!r}")
        lines.append(f"{key}={quote}{value}{quote}\n")
    return "".join(lines)


def parse(text):
    """Return (values, complaints) of a package.conf as a shell would read it.

    Takes every way of quoting, comments, several assignments in a line and
    `export`. Nothing is run: commands and expansions are complaints, each a
    text with its line number.
    """
    pairs, complaints = {}, []
    for number, words in _lines(text, complaints):
        if words and words[0] == "export":
            words = words[1:]
        for word in words:
            key, equals, value = word.partition("=")
            if not equals or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key):
                complaints.append(f"line {number}: {word[:60]!r} is not an assignment")
                break
            pairs[key] = value
    return pairs, complaints


def _link(url):
    """Return the link to the vendor's home page, named by its address without the scheme."""
    if not url:
        return ""
    return f'<a href="{url}" target="_blank">{re.sub("^https?://", "", url)}</a>'


def _lines(text, complaints):
    """Yield (line number, words with the quotes taken off) of each shell line with words."""
    words, word, number = [], None, 1
    position, length = 0, len(text)
    while position < length:
        character = text[position]
        if character in "\n;":
            words += [] if word is None else [word]
            if words:
                yield number, words
            words, word = [], None
            number += character == "\n"
        elif character in " \t\r":
            words += [] if word is None else [word]
            word = None
        elif character == "#" and word is None:
            end = text.find("\n", position)
            position = length if end < 0 else end
            continue
        elif character == "'":
            end = text.find("'", position + 1)
            if end < 0:
                complaints.append(f"line {number}: a ' without its end")
                return
            quoted = text[position + 1 : end]
            word = (word or "") + quoted
            number += quoted.count("\n")
            position = end
        elif character == '"':
            quoted, end, expands = _double_quoted(text, position + 1)
            if end < 0:
                complaints.append(f'line {number}: a " without its end')
                return
            if expands:
                complaints.append(f"line {number}: a value that the shell would expand")
            word = (word or "") + quoted
            number += text.count("\n", position, end)
            position = end
        elif character == "\\":
            position += 1
            following = text[position : position + 1]
            if following != "\n":
                word = (word or "") + following
            number += following == "\n"
        else:
            if character in "$`&|<>()":
                complaints.append(f"line {number}: {character!r} outside of quotes")
                return
            word = (word or "") + character
        position += 1
    words += [] if word is None else [word]
    if words:
        yield number, words


def _double_quoted(text, position):
    """Return the text within double quotes, the position of the closing one or -1, and whether a shell expands it."""
    parts, expands = [], False
    while position < len(text):
        character = text[position]
        if character == '"':
            return "".join(parts), position, expands
        if character == "\\" and text[position + 1 : position + 2] in ("$", "`", '"', "\\", "\n"):
            position += 1
            character = "" if text[position] == "\n" else text[position]
        elif character in "$`":
            expands = True
        parts.append(character)
        position += 1
    return "", -1, expands
