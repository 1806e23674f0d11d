"""Who may use the virtual camera: the first account, roles, Digest and Basic, the address inside."""

import hashlib
import re
import subprocess

import httpx
import pytest
import requests
from virtual_camera import PASSWORD, USER, running_camera

from mpycam.camera import digest
from mpycam.camera.digest import Digest, parse_fields

PWDGRP = "axis-cgi/pwdgrp.cgi"
VIEWER = "axis-cgi/param.cgi?action=list&group=Brand.Brand"
BRAND = "root.Brand.Brand=AXIS\n"
PROFILES = ("9.80", "10.12", "11.11", "12.x", "12.10", "13")


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with running_camera(tmp_path_factory.mktemp("camera")) as camera:
        yield camera


@pytest.fixture
def admin(running):
    with httpx.Client(base_url=running.url(), auth=httpx.DigestAuth(USER, PASSWORD)) as client:
        yield client


def said(answer):
    return re.search(r"<body>\n(.*)\n</body>", answer.text)[1]


def pwdgrp(client, **arguments):
    return said(client.post(PWDGRP, data=arguments))


@pytest.mark.parametrize("profile", PROFILES)
def test_the_first_account(tmp_path, profile):
    with running_camera(tmp_path, profile, setup=False) as running, httpx.Client(base_url=running.url()) as client:
        for path in (VIEWER, "axis-cgi/systemlog.cgi", "axis-cgi/usergroup.cgi"):
            assert client.get(path).status_code == 401
        for action in ({"action": "get"}, {"action": "remove", "user": "root"}, {}):
            answer = client.get(PWDGRP, params=action)
            assert (answer.status_code, said(answer)) == (401, "Error: initial admin user must be created first.")
        whole = {"action": "add", "user": "root", "pwd": "secret", "grp": "root", "sgrp": "admin:operator:viewer:ptz"}
        wrong = [{"sgrp": "viewer"}, {"sgrp": "admin:operator:viewer"}, {"user": "no-one"}]
        if profile in ("9.80", "10.12"):
            wrong.append({"user": "anna"})
        for change in wrong:
            answer = client.get(PWDGRP, params=whole | change)
            assert (answer.status_code, said(answer)) == (401, "Error: not a valid initial admin user.")
        answer = client.get(PWDGRP, params=whole)
        assert (answer.status_code, said(answer)) == (200, "Created account root.")
        assert client.get(PWDGRP, params=whole | {"user": "joe"}).status_code == 401
        assert client.get(VIEWER, auth=httpx.DigestAuth("root", "secret")).text == BRAND


def test_accounts_are_made_changed_and_removed(running, admin):
    joe = {"user": "joe", "pwd": "foo", "grp": "users", "sgrp": "viewer"}
    assert pwdgrp(admin, action="add", **joe, comment="Joe") == "Created account joe."
    assert pwdgrp(admin, action="add", **joe) == "Error: malformed action operation, add."
    groups = dict(line.split("=", 1) for line in admin.get(PWDGRP, params={"action": "get"}).text.splitlines())
    assert groups["viewer"] == '"root,joe"' and groups["admin"] == '"root"' and groups["digusers"] == '"root,joe"'
    joe_now = httpx.DigestAuth("joe", "foo")
    assert httpx.get(running.url("axis-cgi/usergroup.cgi"), auth=joe_now).text == "joe\nviewer\n"
    assert pwdgrp(admin, action="update", user="joe", sgrp="operator:viewer:ptz") == "Modified account joe."
    assert httpx.get(running.url("axis-cgi/usergroup.cgi"), auth=joe_now).text == "joe\noperator viewer ptz\n"
    assert pwdgrp(admin, action="update", user="joe", pwd="bar") == "Modified account joe."
    assert httpx.get(running.url(VIEWER), auth=joe_now).status_code == 401
    assert httpx.get(running.url(VIEWER), auth=httpx.DigestAuth("joe", "bar")).text == BRAND
    assert pwdgrp(admin, action="remove", user="joe") == "Removed account joe."
    assert httpx.get(running.url(VIEWER), auth=httpx.DigestAuth("joe", "bar")).status_code == 401


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "Error: action operation type."),
        ({"action": "change"}, "Error: action operation type."),
        ({"action": "add"}, "Error: account user name."),
        ({"action": "add", "user": "a b"}, "Error: account user name."),
        ({"action": "add", "user": "x" * 15}, "Error: account user name."),
        ({"action": "add", "user": "anna"}, "Error: malformed action operation, add."),
        ({"action": "add", "user": "anna", "grp": "users", "sgrp": "boss"}, "Error: malformed action operation, add."),
        ({"action": "add", "user": "anna", "grp": "users", "sgrp": "viewer"}, "Error: consult the system log file."),
        ({"action": "update", "user": "nobody"}, "Error: malformed action operation, update."),
        ({"action": "remove", "user": "nobody"}, "Error: malformed action operation, remove."),
        ({"action": "remove", "user": USER}, "Error: consult the system log file."),
        ({"action": "update", "user": USER, "sgrp": "viewer"}, "Error: consult the system log file."),
    ],
)
def test_pwdgrp_errors(admin, arguments, message):
    assert pwdgrp(admin, **arguments) == message


def test_no_password_is_kept(running):
    for path in running.camera.storage.folder.rglob("*.json"):
        assert PASSWORD not in path.read_text().split('"'), path
    assert running.camera.storage.path("accounts.json").stat().st_mode & 0o777 == 0o600


def challenges(running, secure=False):
    answer = httpx.get(running.url(VIEWER, secure), verify=False)
    assert answer.status_code == 401
    return answer.headers.get_list("WWW-Authenticate")


@pytest.mark.parametrize(
    ("policy", "plain", "secure"),
    [("Recommended", "Digest", "Basic"), ("Digest", "Digest", "Digest"), ("Basic", "Basic", "Basic"),
     ("Basic_Digest", "Digest", "Digest")],
)  # fmt: skip
def test_the_policy_decides_the_scheme(running, policy, plain, secure):
    running.call(running.camera.parameters.set, {"Network.HTTP.AuthenticationPolicy": policy})
    try:
        serial = running.camera.identity.serial_number
        schemes = {"Digest": httpx.DigestAuth(USER, PASSWORD), "Basic": httpx.BasicAuth(USER, PASSWORD)}
        for expected, tls in ((plain, False), (secure, True)):
            (challenge,) = challenges(running, tls)
            assert challenge.startswith(f'{expected} realm="AXIS_{serial}"')
            for name, auth in schemes.items():
                answer = httpx.get(running.url(VIEWER, tls), auth=auth, verify=False)
                assert answer.status_code == (200 if name == expected else 401)
    finally:
        running.call(running.camera.parameters.set, {"Network.HTTP.AuthenticationPolicy": "Recommended"})


def test_public_clients_log_in_where_two_algorithms_are_offered(tmp_path):
    with running_camera(tmp_path, "13") as running:
        assert ["algorithm=MD5" in each for each in challenges(running)] == [True, False]
        test_public_clients_log_in(running)
        assert httpx.get(running.url(VIEWER), auth=httpx.DigestAuth(USER, PASSWORD)).text == BRAND


def test_public_clients_log_in(running):
    arguments = ["curl", "--silent", "--show-error", "--fail", "--user", f"{USER}:{PASSWORD}"]
    for scheme in ("--digest", "--anyauth"):
        done = subprocess.run([*arguments, scheme, running.url(VIEWER)], check=True, capture_output=True, text=True)
        assert done.stdout == BRAND
    done = subprocess.run([*arguments, "--insecure", "--anyauth", running.url(VIEWER, True)], capture_output=True)
    assert done.stdout.decode() == BRAND
    with requests.Session() as session:
        session.auth = requests.auth.HTTPDigestAuth(USER, PASSWORD)
        for _ in range(3):
            assert session.get(running.url(VIEWER)).text == BRAND
        body = session.post(running.url(PWDGRP), data={"action": "get"}).text
        assert body.startswith('admin="root"')


def test_the_address_inside_takes_service_accounts_only(running):
    name, password = running.call(running.camera.service_accounts.credentials, "door").split(":")
    address, port = running.camera.server.in_camera_address
    url = f"http://{address}:{port}/{VIEWER}"
    assert httpx.get(url).headers["WWW-Authenticate"].startswith("Basic ")
    assert httpx.get(url, auth=(name, password)).text == BRAND
    assert httpx.get(f"http://{address}:{port}/axis-cgi/systemlog.cgi", auth=(name, password)).status_code == 200
    for auth in [(name, "wrong"), (USER, PASSWORD), httpx.DigestAuth(name, password), httpx.DigestAuth(USER, PASSWORD)]:
        assert httpx.get(url, auth=auth).status_code == 401
    assert httpx.get(running.url(VIEWER), auth=httpx.DigestAuth(name, password)).status_code == 401
    assert httpx.get(running.url(VIEWER, True), auth=(name, password), verify=False).status_code == 401


def test_there_are_at_most_200_service_accounts(tmp_path):
    with running_camera(tmp_path) as running:
        accounts = running.camera.service_accounts
        first = accounts.credentials("app0")
        assert [accounts.credentials(f"app{number}") for number in range(200)][0] == first
        with pytest.raises(Exception, match="200 service accounts already"):
            accounts.credentials("app200")
        assert accounts.credentials("app0") == first


# The example of RFC 7616, section 3.9.1, and that of RFC 2617, section 3.5.
RFC_7616 = {
    "MD5": "8ca523f5e9506fed4657c9700eebdbec",
    "SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
}


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_digest_answers_the_examples_of_the_rfc(algorithm):
    function = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[algorithm]
    realm = "http-auth@example.org"
    secret = function(f"Mufasa:{realm}:Circle of Life".encode()).hexdigest()
    checker = Digest(realm, ("SHA-256", "MD5"), lambda user, _: secret if user == "Mufasa" else None)
    nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
    checker._nonces[nonce] = digest._Nonce(checker._now())
    field = (
        f'username="Mufasa", realm="{realm}", uri="/dir/index.html", algorithm={algorithm}, nonce="{nonce}", '
        f'nc=00000001, cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth, '
        f'response="{RFC_7616[algorithm]}", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    )
    assert checker.check("POST", "/dir/index.html", field).user is None
    assert checker.check("GET", "/dir/other.html", field).user is None
    assert checker.check("GET", "/dir/index.html", field.replace("Mufasa", "Scar")).user is None
    assert checker.check("GET", "/dir/index.html", field).user == "Mufasa"
    # The same count again is a replay.
    assert checker.check("GET", "/dir/index.html", field).stale
    assert [each.split("algorithm=")[1].split(",")[0] for each in checker.challenges()] == ["SHA-256", "MD5"]


def authorization(challenge, count, target="/x", user="u", password="p", method="GET"):
    """An Authorization field as RFC 7616 has it, written apart from the server's own code."""
    given = parse_fields(challenge.removeprefix("Digest "))

    def h(*parts):
        return hashlib.md5(":".join(parts).encode()).hexdigest()

    nc, cnonce = f"{count:08x}", "0a4f113b"
    response = h(h(user, given["realm"], password), given["nonce"], nc, cnonce, "auth", h(method, target))
    return (
        f'username="{user}", realm="{given["realm"]}", nonce="{given["nonce"]}", uri="{target}", qop=auth, '
        f'nc={nc}, cnonce="{cnonce}", response="{response}", algorithm=MD5'
    )


def test_nonces_grow_old():
    now = [0.0]
    secret = hashlib.md5(b"u:r:p").hexdigest()
    checker = Digest("r", ("MD5",), lambda user, _: secret if user == "u" else None, now=lambda: now[0])
    (challenge,) = checker.challenges()
    assert "stale" not in challenge and "stale=true" in checker.challenges(stale=True)[0]
    for count in (1, 3, 2):
        assert checker.check("GET", "/x", authorization(challenge, count)).user == "u"
    now[0] = digest.NONCE_SECONDS + 1
    outcome = checker.check("GET", "/x", authorization(challenge, 4))
    assert outcome.user is None and outcome.stale
    # Somebody with a wrong password learns nothing of it.
    assert not checker.check("GET", "/x", authorization(challenge, 5, password="wrong")).stale


def test_stale_nonces_are_told_and_renewed(running):
    with httpx.Client(auth=httpx.DigestAuth(USER, PASSWORD)) as client:
        assert client.get(running.url(VIEWER)).status_code == 200
        running.camera.authentication.digest._nonces.clear()
        answers = []
        client.event_hooks["response"].append(answers.append)
        # httpx answers a challenge once for each request.
        assert client.get(running.url(VIEWER)).status_code == 200
        assert [answer.status_code for answer in answers] == [401, 200]
        assert "stale=true" in answers[0].headers["WWW-Authenticate"]
        assert 'rspauth="' in answers[1].headers["Authentication-Info"]


@pytest.mark.parametrize(
    "field",
    ["", "Digest", "Digest x", 'Digest username="root"', "Basic", "Basic !", "Basic cm9vdA==", "Bearer x",
     "Basic \xff\xfe", 'Digest username="\xff", realm="a\\"', "Digest " + "a=b, " * 1000 + "c=d"],
)  # fmt: skip
def test_malformed_authorization(running, field):
    for tls in (False, True):
        headers = [(b"Authorization", field.encode("latin-1"))]
        assert httpx.get(running.url(VIEWER, tls), headers=headers, verify=False).status_code == 401
