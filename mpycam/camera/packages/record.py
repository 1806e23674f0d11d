"""What the camera knows about an installed package."""

import posixpath
import re
from dataclasses import asdict, dataclass

from mpycam.eap import manifest as manifests

# Until this version of the schema every manifest names a fixed user.
DYNAMIC_USER_SINCE = (1, 1, 0)
# The words for roles in cgi.conf, as the manifest has them.
ROLES = {"administrator": "admin", "admin": "admin", "operator": "operator", "viewer": "viewer"}


@dataclass(frozen=True)
class Proxy:
    """A reverse proxy rule: what is asked for below /local/<app>/, who may, and where it goes."""

    path: str
    access: str
    kind: str  # http, ws or fcgi
    target: str  # a URI, or the path of a Unix socket


@dataclass
class Record:
    """An installed package; kept as a JSON file, which is what decides that the package is there.

    `number` tells its user apart from those of other packages. `members` are
    the names that came out of the package, so that at an upgrade the app's own
    files can be told from them. `finished` is false from the moment that the
    package counts as installed until all that follows from it is done.
    """

    name: str
    number: int
    package_conf: dict
    manifest: dict
    signed: bool
    world_writable: bool
    members: list
    cgi_conf: str = ""
    param_conf: str = ""
    started: bool = False
    licensed: bool = False
    finished: bool = False

    def to_json(self):
        """Return the record as a JSON value."""
        return asdict(self)

    @classmethod
    def of(cls, package, number, manifest):
        """Return the Record of a package that was accepted; `manifest` is what of it the camera understands."""
        files = {name: package.file(name) for name in ("cgi.conf", "param.conf")}
        text = {name: member.data.decode("utf-8", "replace") if member else "" for name, member in files.items()}
        return cls(
            name=package.app_name,
            number=number,
            package_conf=package.package_conf,
            manifest=manifest,
            signed=package.signature != "unsigned",
            world_writable=any(member.mode & 0o002 for member in package.members if not member.link),
            members=_paths(package.members),
            cgi_conf=text["cgi.conf"],
            param_conf=text["param.conf"],
        )

    @property
    def nice_name(self):
        """The name for people."""
        return self.package_conf.get("PACKAGENAME") or self.name

    @property
    def vendor(self):
        """The vendor's name."""
        return self.package_conf.get("VENDOR", "")

    @property
    def license(self):
        """Valid, Missing, Custom or None, as it is listed."""
        method = self.package_conf.get("LICENSEPAGE", "none")
        if method == "axis":
            return "Valid" if self.licensed else "Missing"
        return "Custom" if method == "custom" else "None"

    @property
    def version(self):
        """The version as it is listed: 1.2.3, or 4.4-5 as packages had before the third number."""
        major, minor = (self.package_conf.get(f"APP{key}VERSION", "0") for key in ("MAJOR", "MINOR"))
        micro = self.package_conf.get("APPMICROVERSION", "")
        if not micro:
            return f"{major}.{minor}"
        return f"{major}.{minor}.{micro}" if self.manifest else f"{major}.{minor}-{micro}"

    @property
    def run_mode(self):
        """respawn, once or never."""
        mode = self.package_conf.get("STARTMODE", "never")
        return mode if mode in ("respawn", "once") else "never"

    @property
    def arguments(self):
        """The arguments of the main program."""
        return self.package_conf.get("APPOPTS", "").split()

    @property
    def settings_page(self):
        """The file of the page that "Open" shows, "" when there is none."""
        return self.package_conf.get("SETTINGSPAGEFILE", "")

    @property
    def post_install(self):
        """The script that runs after the installation, "" when there is none."""
        return self.package_conf.get("POSTINSTALLSCRIPT", "")

    @property
    def pre_uninstall(self):
        """The script that runs before the removal, "" when there is none."""
        return self._package.get("uninstallation", {}).get("preUninstallScript", "")

    @property
    def dynamic_user(self):
        """Whether the app gets a user of its own."""
        version = manifests.schema_version(self.manifest)
        return version is not None and version >= DYNAMIC_USER_SINCE and "user" not in self._setup

    @property
    def user(self):
        """The name of the user that the app runs as."""
        return f"acap-{self.name}" if self.dynamic_user else self.package_conf.get("APPUSR") or "sdk"

    @property
    def group(self):
        """The name of that user's first group."""
        return "addon" if self.dynamic_user else self.package_conf.get("APPGRP") or "sdk"

    @property
    def groups(self):
        """The names of that user's further groups."""
        linux = self.manifest.get("resources", {}).get("linux", {})
        return linux.get("user", {}).get("groups", []) if self.dynamic_user else []

    @property
    def vendor_id(self):
        """The vendor's ID, None in packages before schema 2."""
        return self._setup.get("vendorId")

    @property
    def compatible_os(self):
        """The ranges of AXIS OS as (lowest, highest)."""
        return [(span.get("min", ""), span["max"]) for span in self._setup.get("compatibleOsVersions", [])]

    @property
    def folder_access(self):
        """Who may read the files in html/."""
        for item in self._configuration.get("httpConfig", []):
            if item["type"] == "directory":
                return item["access"]
        return "admin"

    @property
    def parameters(self):
        """(name, default, type) of each of the app's parameters."""
        found = []
        for line in self.param_conf.splitlines():
            typed = re.fullmatch(r'\s*([^=\s"]+)="([^"]*)"(?:\s+type="([^"]*)")?\s*', line)
            plain = re.fullmatch(r"\s*([^=\s#\"]+)=([^\"]*)", line)
            match = typed or plain
            if match:
                found.append((match[1], match[2].strip(), match[3] or "" if typed else ""))
        return found

    @property
    def cgis(self):
        """(path below /local/<app>/, access, whether it is FastCGI) of each line of cgi.conf."""
        found = []
        for line in self.cgi_conf.splitlines():
            words = line.split()
            if len(words) >= 2 and words[0] in ROLES:
                found.append((words[1].lstrip("/"), ROLES[words[0]], words[2:3] == ["fastCgi"]))
        return found

    @property
    def proxies(self):
        """The reverse proxy rules in their order."""
        # A real installer leaves them out without a word when files of the package
        # are writable by everybody.
        if self.world_writable:
            return []
        found = []
        for rule in self._configuration.get("reverseProxy", []):
            kind = rule.get("apiType") or rule["target"].partition(":")[0]
            found.append(Proxy(rule["apiPath"], rule["access"], kind, rule["target"]))
        return found

    @property
    def _package(self):
        return self.manifest.get("acapPackageConf", {})

    @property
    def _setup(self):
        return self._package.get("setup", {})

    @property
    def _configuration(self):
        return self._package.get("configuration", {})


def _paths(members):
    """Return the paths of members and of the folders that they lie in."""
    paths = set()
    for member in members:
        path = posixpath.normpath(member.name)
        while path and path != ".":
            paths.add(path)
            path = posixpath.dirname(path)
    return sorted(paths)
