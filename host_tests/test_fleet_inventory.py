"""Inventories and references to passwords: what is read, what is chosen, what is refused and how."""

import pytest

from mpycam.errors import MpycamError
from mpycam.fleet import credentials
from mpycam.fleet.inventory import Inventory

TEXT = """
[defaults]
user = "operator"
password = "env:FLEET_PASSWORD"

[groups.gates]
password = "file:gates.password"

[cameras.hall]
host = "https://192.0.2.7"
tags = ["indoor", "canary"]

[cameras.gate-1]
host = "192.0.2.8:8080"
groups = ["gates", "outside"]

[cameras.gate-2]
host = "192.0.2.9"
groups = ["gates"]
tags = ["indoor"]
user = "root"
"""


def read(folder, text):
    (folder / "fleet.toml").write_text(text)
    return Inventory(folder / "fleet.toml")


@pytest.fixture
def inventory(tmp_path):
    return read(tmp_path, TEXT)


def test_the_nearest_setting_counts(inventory):
    hall, first, second = inventory.entries
    assert (hall.user, hall.password) == ("operator", "env:FLEET_PASSWORD")
    assert (first.user, first.password) == ("operator", "file:gates.password")
    assert (second.user, second.password) == ("root", "file:gates.password")


@pytest.mark.parametrize(
    "names, groups, tags, expected",
    [
        ((), (), (), ["hall", "gate-1", "gate-2"]),
        (["gate-*"], (), (), ["gate-1", "gate-2"]),
        (["gate-2", "hall"], (), (), ["hall", "gate-2"]),
        ((), ["gates"], ["indoor"], ["gate-2"]),
        ((), ["out*"], (), ["gate-1"]),
    ],
)
def test_selection(inventory, names, groups, tags, expected):
    assert [entry.name for entry in inventory.select(names, groups, tags)] == expected


@pytest.mark.parametrize(
    "arguments, told",
    [
        ({"names": ["gaet-1"]}, "no camera has the name 'gaet-1'; there are gate-1, gate-2, hall"),
        ({"groups": ["north"]}, "no camera has the group 'north'; there are gates, outside"),
        ({"tags": ["canary"], "groups": ["gates"]}, "no camera has all that was asked for"),
    ],
)
def test_a_selection_that_fits_nothing_is_an_error(inventory, arguments, told):
    with pytest.raises(MpycamError, match=told):
        inventory.select(**arguments)


@pytest.mark.parametrize(
    "text, told",
    [
        ("", r"need at least one camera"),
        ("cameras = 3", "cameras: expected a table"),
        ("[cameras.hall]\nhost = ", "Invalid value"),
        ('[cameras.hall]\nhots = "x"', "cameras.hall has 'hots', expected host"),
        ("[cameras.hall]\n", "expected either host, an address, or kept"),
        ('[cameras.hall]\nhost = "a"\nkept = "b"', "expected either host"),
        ('[cameras.hall]\nhost = "root:pass@192.0.2.7"\npassword = "env:X"', "the account apart"),
        ('[cameras.hall]\nhost = "192.0.2.7"', "password is missing; expected env:"),
        ('[cameras.hall]\nhost = "192.0.2.7"\npassword = "secret"', "or the password itself; expected env:"),
        ('[cameras.hall]\nhost = "192.0.2.7"\npassword = "keyring:only"', "expected env:"),
        ('[cameras.hall]\nhost = 7\npassword = "env:X"', "cameras.hall.host: expected a text"),
        ('[cameras.hall]\nhost = "a"\npassword = "env:X"\ngroups = "gates"', "groups: expected a list of texts"),
        ('[cameras."a b"]\nhost = "a"\npassword = "env:X"', "expected a name of letters"),
        ('[defaults]\nhost = "a"\n', "defaults has 'host', expected user, password, certificate"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(tmp_path, text, told):
    with pytest.raises(MpycamError, match=told) as raised:
        read(tmp_path, text)
    assert "fleet.toml" in str(raised.value) and "secret" not in str(raised.value)


def test_an_inventory_that_is_not_there(tmp_path):
    with pytest.raises(MpycamError, match="none.toml is not there; docs/fleet.md"):
        Inventory(tmp_path / "none.toml")


def test_passwords_of_files_are_for_their_owner_alone(tmp_path):
    path = tmp_path / "a.password"
    path.write_text("two words \nanother line\n")
    path.chmod(0o640)
    with pytest.raises(MpycamError, match="need mode 0600, have 0640: chmod 600"):
        credentials.resolve("file:a.password", tmp_path)
    path.chmod(0o600)
    assert credentials.resolve("file:a.password", tmp_path) == "two words "
    with pytest.raises(MpycamError, match="No such file"):
        credentials.resolve("file:b.password", tmp_path)


def test_passwords_of_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("FLEET_PASSWORD", "from there")
    assert credentials.resolve("env:FLEET_PASSWORD", tmp_path) == "from there"
    monkeypatch.delenv("FLEET_PASSWORD")
    with pytest.raises(MpycamError, match="no FLEET_PASSWORD in the environment"):
        credentials.resolve("env:FLEET_PASSWORD", tmp_path)


def test_passwords_of_the_keyring(monkeypatch, tmp_path):
    class Keyring:
        @staticmethod
        def get_password(service, user):
            return {("cameras/north", "root"): "kept there"}.get((service, user))

    monkeypatch.setitem(__import__("sys").modules, "keyring", Keyring)
    assert credentials.resolve("keyring:cameras/north/root", tmp_path) == "kept there"
    with pytest.raises(MpycamError, match="`keyring set cameras/north admin`"):
        credentials.resolve("keyring:cameras/north/admin", tmp_path)


def test_a_camera_that_mpycam_keeps_needs_no_password_here(tmp_path, monkeypatch):
    from mpycam.device import Store, Stored

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    Store().add(Stored("hall", "http://192.0.2.7"), "kept")
    (entry,) = read(tmp_path, '[cameras.entrance]\nkept = "hall"\n').entries
    assert entry.device().address == "http://192.0.2.7"
