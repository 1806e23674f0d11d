"""What a camera is, in words and as JSON."""

import json
from dataclasses import asdict


def as_text(information, apps, address):
    """Return a report for people."""
    lines = [
        f"{information.full_name or information.model} at {address}",
        f"serial        {information.serial}",
        f"AXIS OS       {information.firmware}",
        f"SoC           {information.soc}",
        f"architecture  {information.architecture}"
        + ("" if information.build else " (there is no build of the interpreter for it)"),
        f"SDK           {information.sdk} ({', '.join(information.kits) or 'no kinds told'})",
        f"unsigned      {unsigned(information)}",
        f"ssh           {ssh(information)}",
    ]
    lines += [f"storage       {_disk(disk)}" for disk in information.storage]
    lines += ["", f"{len(apps)} apps" + (":" if apps else "")]
    lines += [
        f"  {app.name} {app.version} {app.status}{'' if app.signed else ', unsigned'}"
        + (f", {address}/{app.page}" if app.page else "")
        for app in apps.values()
    ]
    return "\n".join(lines) + "\n"


def unsigned(information):
    """Say whether unsigned packages are taken and, where not, which switch to flip."""
    if information.release >= (13,):
        return "never: from AXIS OS 13 on Axis has to sign packages"
    if information.unsigned is None:
        return "allowed: this AXIS OS has no switch for it"
    if information.unsigned:
        return "allowed"
    return (
        "not allowed; the switch: `mpycam install --allow-unsigned`, or Allow unsigned apps in the camera's page, Apps"
    )


def ssh(information):
    """Say whether there is ssh and, where not, which switch to flip."""
    if not information.ssh_as_app:
        if information.ssh:
            return "on, as root"
        return "off; the switch: `mpycam params set Network.SSH.Enabled=yes`, then log in as root"
    if information.ssh:
        return "on, not as root; as the user acap-APP of an app in Developer Mode"
    return (
        "off; `mpycam run`, `watch` and `repl` work through the developer wrapper (`mpycam wrapper install`) without "
        "it; the switch: `mpycam params set Network.SSH.Enabled=yes`, a user in the camera's page, System, Accounts, "
        "and Developer Mode (AXIS OS 11.11 and later)"
    )


def _disk(disk):
    if not disk.total:
        return f"{disk.name} {disk.status}"
    return f"{disk.name} {disk.status}, {disk.free / 1e9:.1f} of {disk.total / 1e9:.1f} GB free, {disk.filesystem}"


def as_json(information, apps, address):
    """Return the report as JSON text."""
    report = {
        "address": address,
        **asdict(information),
        "build": information.build,
        "takes_unsigned": information.takes_unsigned,
        "apps": {name: asdict(app) for name, app in apps.items()},
    }
    return json.dumps(report, indent=2) + "\n"
