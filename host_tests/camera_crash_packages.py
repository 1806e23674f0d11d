"""Two versions of a package for the tests that kill the virtual camera."""

from camera_packages import script_app
from eap_samples import member

from mpycam.eap.package import inspect_bytes

POST_INSTALL = 'mkdir -p localdata\necho "$(cat version)" > localdata/.post && mv localdata/.post localdata/installed\n'


def version(number, parameters):
    """A package of version 1.0.`number`; its parameters and some of its files are its own."""
    conf = [{"name": name, "default": "3", "type": "int:min=0;max=9"} for name in parameters]
    files = [
        member("version", b"1.0.%d" % number),
        member("post.sh", POST_INSTALL.encode(), 0o755),
        member(f"html/only-{number}.html", b"x" * 5000),
        member("html/index.html", b"%d" % number * 3000),
        member("lib/deep/er/code", bytes(20000)),
    ]
    return script_app(
        version=f"1.0.{number}", setup={"runMode": "never"}, files=files,
        configuration={"paramConfig": conf}, installation={"postInstallScript": "post.sh"},
    )  # fmt: skip


PACKAGES = [version(0, ["Level", "Old"]), version(1, ["Level", "New"])]
MEMBERS = [{member.name: member.data for member in inspect_bytes(data).members} for data in PACKAGES]
PARAMETERS = [{"Level", "Old"}, {"Level", "New"}]
