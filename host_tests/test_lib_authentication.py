"""lib/authentication.py: the standard's own examples, and servers that another client agrees with."""

import json
import random

import httpx
import pytest
from camera_python import evaluate, run
from camera_server import BasicGuard, CameraServer, DigestGuard, answer, guarded

CHALLENGES = [
    ("", []),
    (", ,", []),
    ("Basic", [["basic", {}]]),
    ('Basic realm="x"', [["basic", {"realm": "x"}]]),
    ("BASIC REALM=x", [["basic", {"realm": "x"}]]),
    ('Digest realm="a, b", qop="auth,auth-int", Basic realm="c"',
     [["digest", {"realm": "a, b", "qop": "auth,auth-int"}], ["basic", {"realm": "c"}]]),
    (r'Digest realm="say \"hi\" \\", nonce="=="', [["digest", {"realm": 'say "hi" \\', "nonce": "=="}]]),
    ("Digest  realm = x ,nonce=y,, stale=TRUE", [["digest", {"realm": "x", "nonce": "y", "stale": "TRUE"}]]),
    ('Negotiate, Digest nonce="n",realm="", Basic',
     [["negotiate", {}], ["digest", {"nonce": "n", "realm": ""}], ["basic", {}]]),
    ('Digest realm="never closed', [["digest", {"realm": "never closed"}]]),
]  # fmt: skip


def test_challenges_are_parsed(interpreter, tmp_path):
    script = """
from authentication import parse_challenges
for text in cases():
    print(json.dumps(parse_challenges(text)))
"""
    answers = evaluate(interpreter, tmp_path, script, [text for text, _ in CHALLENGES])
    assert answers == [expected for _, expected in CHALLENGES]


def test_damaged_challenges_end(interpreter, tmp_path):
    rng = random.Random(7)
    texts = ["".join(rng.choice('Digest Basic,="\\ \tx:/') for _ in range(rng.randrange(60))) for _ in range(300)]
    script = """
from authentication import parse_challenges
for text in cases():
    print(json.dumps(len(parse_challenges(text))))
"""
    assert len(evaluate(interpreter, tmp_path, script, texts)) == 300


def test_examples_of_the_standards(interpreter):
    # RFC 7616, 3.9.1, and RFC 2617, 3.5.
    printed = run(interpreter, """
from authentication import digest_response
rest = ("Mufasa", "Circle of Life", "http-auth@example.org", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "GET",
        "/dir/index.html", "auth", "00000001", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")
print(digest_response("MD5", *rest))
print(digest_response("SHA-256", *rest))
print(digest_response("MD5", "Mufasa", "Circle Of Life", "testrealm@host.com", "dcd98b7102dd2f0e8b11d0f600bfb0c093",
                      "GET", "/dir/index.html", "auth", "00000001", "0a4f113b"))
""")  # fmt: skip
    assert printed.split() == [
        "8ca523f5e9506fed4657c9700eebdbec",
        "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        "6629fae49393a05397450978507c4ef1",
    ]


def test_strongest_offer_is_taken(interpreter):
    printed = run(interpreter, """
from authentication import Authenticator, AuthenticationError
def first(*offers):
    authenticator = Authenticator("u", "p")
    try:
        authenticator.challenged(offers)
    except AuthenticationError as error:
        return str(error)
    value = authenticator.header("GET", "/")
    return value[:5] + ("SHA" if "SHA-256" in value else "")
print(first('Basic realm="r"', 'Digest realm="r", nonce="n", qop="auth"'))
digest = 'Digest realm="r", nonce="n", qop="auth", algorithm='
print(first(digest + "MD5", digest + "SHA-256"))
print(first('Digest realm="r", nonce="n", qop="auth-int", Basic realm="r"'))
print(first('Digest realm="r", nonce="n", algorithm=SHA-512-256'))
print(first('Negotiate'))
print(first())
try:
    Authenticator("a:b", "p")
except ValueError as error:
    print(error)
""")  # fmt: skip
    assert printed.splitlines() == [
        "Diges",
        "DigesSHA",
        "Basic",
        "need Basic or Digest authentication, server offers digest SHA-512-256",
        "need Basic or Digest authentication, server offers negotiate",
        "need Basic or Digest authentication, server offers none",
        "a user name must not contain ':'",
    ]


GUARDS = {
    "basic": lambda: BasicGuard("näme", 'p"\\:ß'),
    "digest": lambda: DigestGuard("näme", 'p"\\:ß'),
    "digest-without-algorithm": lambda: DigestGuard("näme", "p", algorithm=None),
    "digest-rfc2069": lambda: DigestGuard("näme", "p", qop=None, algorithm=None),
    "digest-auth-int": lambda: DigestGuard("u", "p", qop="auth-int, auth"),
    "digest-md5-sess": lambda: DigestGuard("u", "p", algorithm="MD5-sess"),
    "digest-sha256": lambda: DigestGuard("u\"ser", "p", algorithm="SHA-256"),
    "digest-sha256-sess": lambda: DigestGuard("u", "p", algorithm="SHA-256-sess"),
    "digest-stale": lambda: DigestGuard("u", "p", uses=2),
    "digest-forgotten": lambda: DigestGuard("u", "p", uses=2, say_stale=False),
    "both": lambda: [DigestGuard("u", "p"), BasicGuard("u", "p")],
}  # fmt: skip

FETCH = """
from http_client import HttpClient
from authentication import AuthenticationError
async def main(url, user, password, count):
    client = HttpClient(user, password, 20)
    for _ in range(count):
        try:
            response = await client.get(url)
        except AuthenticationError as error:
            print(error)
            return
        data = bytearray(100)
        print(bytes(data[:await response.readinto(memoryview(data))]).decode())
        response.close()
with open(sys.argv[1]) as file:
    asyncio.run(main(*json.load(file)))
"""


def fetch(interpreter, folder, url, user, password, count):
    """What the client in the interpreter prints for `count` requests."""
    path = folder / "request.json"
    path.write_text(json.dumps([url, user, password, count]))
    return run(interpreter, FETCH, path).splitlines()


def serve(guard):
    return CameraServer(guarded(guard, lambda request, connection: answer(connection, b"picture")))


@pytest.mark.parametrize("name", GUARDS)
def test_server_lets_the_client_in(host, tmp_path, name):
    guard = GUARDS[name]()
    account = guard[0] if isinstance(guard, list) else guard
    with serve(guard) as server:
        assert fetch(host, tmp_path, server.url("/a?b=c&d"), account.user, account.password, 5) == ["picture"] * 5
        challenges = len(server.requests) - 5
    # One challenge at first, and one more each time that the nonce is used up.
    assert challenges == (3 if "stale" in name or "forgotten" in name else 1)


@pytest.mark.parametrize("name", ["basic", "digest", "digest-sha256", "digest-stale"])
def test_server_refuses_a_wrong_password(host, tmp_path, name):
    with serve(GUARDS[name]()) as server:
        assert fetch(host, tmp_path, server.url(), "näme", "wrong", 1) == ["the server refuses user and password"]
        assert len(server.requests) == 2
        assert fetch(host, tmp_path, server.url(), "", "", 1) == ["the server wants a user and a password"]


def test_digest_on_every_build(interpreter, tmp_path):
    guard = DigestGuard("u", "p", algorithm="SHA-256", uses=2)
    with serve(guard) as server:
        assert fetch(interpreter, tmp_path, server.url("/x?y"), "u", "p", 3) == ["picture"] * 3
    assert [count for _, count in guard.accepted] == [1, 2, 1]
    assert len({nonce for nonce, _ in guard.accepted}) == 2


@pytest.mark.parametrize("name", [name for name in GUARDS if name not in ("both", "digest-auth-int")])
def test_the_servers_agree_with_another_client(name):
    """The guards above are ours too; httpx is not, and must get in and be kept out by them."""
    guard = GUARDS[name]()
    kind = httpx.BasicAuth if name == "basic" else httpx.DigestAuth
    # httpx sends neither quotes nor other characters than ASCII; those are left to our client.
    user = guard.user = "viewer"
    guard.realm, guard.password = "AXIS_ACCC8E000000", "p"
    with serve(guard) as server:
        with httpx.Client(auth=kind(user, guard.password), trust_env=False) as client:
            assert client.get(server.url("/a?b=c")).text == "picture"
        with httpx.Client(auth=kind(user, "wrong"), trust_env=False) as client:
            assert client.get(server.url("/a?b=c")).status_code == 401
