"""/axis-cgi/disks/list.cgi: the storage card and the network share, neither of which is there."""

from xml.sax.saxutils import quoteattr

from mpycam.camera.role import Role
from mpycam.camera.router import GET_POST
from mpycam.camera.vapix import answers
from mpycam.camera.vapix.arguments import arguments

DISKS = {"SD_DISK": ("ext4", "S0"), "NetworkShare": ("cifs", "S1")}


def add_routes(router):
    """Add the CGI."""
    router.add(GET_POST, "/axis-cgi/disks/list.cgi", Role.VIEWER, _list)


async def _list(request, camera):
    asked = (await arguments(request)).get("diskid", "all")
    found = {name: disk for name, disk in DISKS.items() if asked in ("all", name)}
    lines = []
    for name, (filesystem, group) in found.items():
        attributes = {
            "diskid": name, "name": "", "totalsize": 0, "freesize": 0, "cleanuplevel": 90, "cleanupmaxage": 7,
            "cleanuppolicy": "fifo", "locked": "no", "full": "no", "readonly": "no", "status": "disconnected",
            "filesystem": filesystem, "group": group, "requiredfilesystem": "none", "encryptionenabled": "false",
            "diskencrypted": "false",
        }  # fmt: skip
        lines.append("<disk " + " ".join(f"{key}={quoteattr(str(each))}" for key, each in attributes.items()) + "/>")
    return answers.xml(
        '<root xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xsi:noNamespaceSchemaLocation="http://www.axis.com/vapix/http_cgi/disk/list1.xsd">\n'
        f'<disks numberofdisks="{len(found)}">' + "\n".join(lines) + "</disks></root>"
    )
