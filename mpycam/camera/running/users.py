"""The users and groups inside the camera."""

# Far from those that a machine gives to people and from those that services get.
FIRST = 52000
FIXED = ("sdk", "addon", "admin", "operator", "viewer", "video", "audio", "audiod", "storage", "gpu", "hidraw",
         "pipewire", "ptzadm")  # fmt: skip
FIRST_DYNAMIC = FIRST + 100


def user_number(record):
    """The number of the user that an app runs as."""
    if record.dynamic_user:
        return FIRST_DYNAMIC + record.number
    return 0 if record.user == "root" else FIRST


def group_number(name):
    """The number of a group."""
    return 0 if name == "root" else FIRST + FIXED.index(name)


def owner(record):
    """(user, group) that an app's files belong to."""
    return user_number(record), group_number(record.group)


def passwd(records):
    """The text of the camera's /etc/passwd."""
    lines = ["root:x:0:0:root:/root:/bin/sh", f"sdk:x:{FIRST}:{FIRST}::/:/bin/sh"]
    for record in records:
        if record.dynamic_user:
            home = f"/usr/local/packages/{record.name}"
            lines.append(f"{record.user}:x:{user_number(record)}:{group_number('addon')}::{home}:/bin/sh")
    return "\n".join(lines) + "\n"


def group(records):
    """The text of the camera's /etc/group."""
    lines = ["root:x:0:"]
    for name in FIXED:
        members = ",".join(record.user for record in records if name in record.groups)
        lines.append(f"{name}:x:{group_number(name)}:{members}")
    return "\n".join(lines) + "\n"
