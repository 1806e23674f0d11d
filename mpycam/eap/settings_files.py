"""param.conf and cgi.conf, the files for parameters and web paths, written from the manifest."""

import re

from mpycam.eap.problem import PackageError

ROLES = {"admin": "administrator", "operator": "operator", "viewer": "viewer"}


def param_conf(manifest):
    """Return the text of param.conf: one line per parameter, empty without parameters."""
    lines = []
    for item in _configuration(manifest).get("paramConfig", []):
        name, default, kind = item["name"], item["default"], item["type"]
        if re.search(r"[\s=\"'\x00-\x1f]", name):
            raise PackageError(f"param.conf: a parameter's name must not hold blanks, quotes or '=', have {name!r}")
        for text in (default, kind):
            if re.search(r"[\"\x00-\x1f\x7f]", text):
                raise PackageError(f"param.conf: {name}: no '\"' or line break is possible, have {text!r}")
        lines.append(f'{name}="{default}" type="{kind}"\n' if kind else f"{name}={default}\n")
    return "".join(lines)


def cgi_conf(manifest):
    """Return the text of cgi.conf: one line per CGI, or None when the manifest has no httpConfig."""
    items = _configuration(manifest).get("httpConfig")
    if not items:
        return None
    lines = []
    for item in items:
        if item["type"] != "directory":
            suffix = " fastCgi" if item["type"] == "fastCgi" else ""
            lines.append(f"{ROLES[item['access']]} /{item['name'].lstrip('/')}{suffix}\n")
    return "".join(lines)


def _configuration(manifest):
    return manifest["acapPackageConf"].get("configuration", {})
