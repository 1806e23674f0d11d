"""Scripts that use the Python of lib/ and app/, in any of the builds."""

import json

from interpreters import ROOT

# The interpreter finds its frozen modules only where the path says so.
MODULE_PATH = f".frozen:{ROOT}/lib:{ROOT}/app"

PRELUDE = """
import asyncio, binascii, gc, hashlib, json, sys
def sha(data): return binascii.hexlify(hashlib.sha256(data).digest()).decode()
def cases():
    with open(sys.argv[1]) as file:
        return json.load(file)
"""

# Starts a server, which cannot tell what port 0 became, on a free port of loopback; prints it as the first line.
LISTEN = """
async def listen(server):
    for port in range(20000 + 7 * (hash(sys.argv[1]) % 1000), 60000):
        try:
            await server.start("127.0.0.1", port)
        except OSError:
            continue
        print(json.dumps(port))
        return
"""


def run(interpreter, script, *arguments, **options):
    """Run a script that can import from lib/ and app/; return what it printed."""
    environment = {**options.pop("env", {}), "MICROPYPATH": MODULE_PATH}
    return interpreter.run(PRELUDE + script, *arguments, env=environment, **options)


def evaluate(interpreter, folder, script, cases):
    """Run a script that prints json.dumps(...) of an answer for each of cases(), and return the answers."""
    path = folder / "cases.json"
    path.write_text(json.dumps(cases))
    return [json.loads(line) for line in run(interpreter, script, path).splitlines()]
