"""A package in words and as JSON."""

import json

from mpycam.eap.problem import printable


def as_text(package):
    """Return a package's report for people, ASCII only."""
    lines = [
        f"{printable(package.path)}: {printable(package.app_name) or 'no name'} {printable(package.version)}".rstrip(),
        f"size       {package.size} bytes",
        f"sha256     {package.sha256}",
        f"content    {package.content_sha256 or 'not read to its end'}",
        f"signature  {package.signature}",
        f"main       {package.program or 'no ELF file'}",
    ]
    said = [f"{who} {printable(str(what))}" for who, what in package.architectures.items() if what]
    agree = "agreed" if len(set(filter(None, package.architectures.values()))) == 1 else "not agreed"
    lines.append(f"for        {', '.join(said) or 'nobody says'} ({agree})")
    lines += ["", f"{len(package.members)} members:"]
    lines += [f"  {member}" for member in package.members]
    if package.package_conf:
        lines += ["", "package.conf:"]
        lines += [f"  {printable(key)}={printable(value)}" for key, value in package.package_conf.items()]
    if package.manifest is not None:
        lines += ["", "manifest.json:"]
        lines += ["  " + line for line in json.dumps(package.manifest, indent=4).splitlines()]
    lines += ["", f"problems: {len(package.problems) or 'none'}"]
    lines += [f"  {problem}" for problem in package.problems]
    return "\n".join(lines) + "\n"


def as_json(package):
    """Return a package's report as JSON text, ASCII only, without the members' content."""
    members = [
        {
            "name": member.name,
            "kind": member.kind,
            "mode": f"{member.mode:04o}",
            "size": member.size,
            "link": member.link,
        }
        for member in package.members
    ]
    report = {
        "path": package.path,
        "app_name": package.app_name,
        "version": package.version,
        "size": package.size,
        "sha256": package.sha256,
        "content_sha256": package.content_sha256,
        "signature": package.signature,
        "architectures": package.architectures,
        "main": str(package.program) if package.program else None,
        "installable": package.installable,
        "problems": [vars(problem) for problem in package.problems],
        "members": members,
        "package_conf": package.package_conf,
        "manifest": package.manifest,
    }
    return json.dumps(report, indent=2) + "\n"
