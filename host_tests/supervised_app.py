"""An app of several processes for the tests of the supervisor, and a test's hold on it.

The processes are the roles of ROLE; a test says which of them run and how.
"""

import json
import os
import signal
import subprocess

from camera_python import MODULE_PATH

# The first argument is the file that the processes run, the second one with what Child() and Supervisor() take.
MAIN = """
import json, sys
from supervisor import Child, Supervisor
with open(sys.argv[2]) as file:
    options = json.load(file)
interpreter_options = options.pop("interpreter", [])
children = [Child(child.pop("name"), interpreter_options + [sys.argv[1]] + child.pop("arguments"), **child)
    for child in options.pop("children")]
aliases = {name: tuple(alias) for name, alias in options.pop("aliases", {}).items()}
supervisor = Supervisor(children, aliases, **options)
sys.exit(supervisor.main())
"""

ROLE = """
import asyncio, json, os, sys, time
from process_link import CommandError, Link

role, *arguments = sys.argv[1:]

def note(*what):
    sys.stderr.write(" ".join([role] + list(what)) + "\\n")

async def show(event):
    note("event", json.dumps(event))

async def echo(values):
    return values

async def fail(values):
    raise ValueError("no " + values["what"])

async def long(values):
    return {"text": "x" * values["length"]}

async def die(values):
    sys.exit(values["status"])

async def ask(link):
    with open(arguments[0]) as file:
        questions = json.load(file)
    for line in questions:
        to, name, values = line
        try:
            print_answer(await link.command(to, name, **values))
        except (CommandError, asyncio.TimeoutError) as error:
            print_answer({"refused": str(error) or "time-out"})

def print_answer(answer):
    Link().tell(("event", "answer"), ("answer", answer))

async def source(link):
    # Events as fast as asked for, then the end.
    for number in range(int(arguments[0])):
        link.tell(("event", "door"), ("number", number))
        await asyncio.sleep_ms(int(arguments[1]))

async def crash(link):
    await asyncio.sleep_ms(50)
    sys.exit(int(arguments[0]))

async def hang(link):
    await asyncio.sleep_ms(50)
    while True:
        try:
            time.sleep(1)
        except SystemExit:
            if arguments[0] == "stubbornly":
                continue
            raise

async def flood(link):
    while True:
        sys.stdout.write("x" * 100000 + "\\nnoise\\n[1]\\n{\\"beat\\": \\n{\\"command\\": 1}\\n{\\"answer\\": \\"nobody/1\\"}\\n")
        sys.stdout.write('{"answer": 12}\\n{"event": "flood"}\\n')
        await asyncio.sleep_ms(1)

async def idle(link):
    await asyncio.sleep(3600)

async def main():
    link = Link({"echo": echo, "fail": fail, "long": long, "die": die}, event=show, statistics=lambda: {"role": role})
    work = asyncio.create_task(globals()[role](link)) if role in globals() else None
    if role in ("source", "ask"):
        await asyncio.sleep_ms(0)
        serve = asyncio.create_task(link.run())
        await work
        if arguments[-1] == "stay":
            await serve
        return
    if role == "orphan":
        os.system("sleep 60 &")
        sys.exit(1)
    await link.run()
    note("ends")
    if role == "slow":
        time.sleep(0.5)
    while role == "deaf":
        try:
            time.sleep(60)
        except SystemExit:
            note("deaf to SIGTERM")

asyncio.run(main())
"""


def questions(folder, *asked):
    """The file for a process "ask": [process, command, arguments] each."""
    path = folder / "questions.json"
    path.write_text(json.dumps(asked))
    return path


def child(name, *arguments, **options):
    """What Child() takes, for App."""
    return {"name": name, "arguments": [str(argument) for argument in arguments], **options}


class App:
    """A supervisor with its processes, which ends with the `with` block."""

    def __init__(self, interpreter, folder, *children, **options):
        (folder / "main.py").write_text(MAIN)
        (folder / "role.py").write_text(ROLE)
        options["children"] = list(children)
        # The interpreter takes no argument of more than 255 bytes.
        (folder / "options.json").write_text(json.dumps(options))
        environment = {**interpreter.environment(), "MICROPYPATH": MODULE_PATH}
        if len(interpreter.command) > 1:
            environment["INTERPRETER_RUNNER"] = " ".join([which(interpreter.command[0]), *interpreter.command[1:-1]])
        self.errors = folder / "errors"
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                [*interpreter.command, folder / "main.py", folder / "role.py", folder / "options.json"],
                stdout=subprocess.PIPE, stderr=errors, env=environment, text=True,
            )  # fmt: skip

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def event(self, **wanted):
        """The next event on stdout with these values."""
        for line in self.process.stdout:
            event = json.loads(line)
            if event | wanted == event:
                return event
        raise AssertionError(f"ended without {wanted}: {self.errors.read_text()}")

    def events(self):
        """All further events, to the end of the app, and its exit status."""
        output, _ = self.process.communicate(timeout=120)
        return [json.loads(line) for line in output.splitlines()], self.process.returncode

    def told(self, role):
        """What the process wrote to stderr."""
        lines = self.errors.read_text().splitlines()
        return [line[len(role) + 1 :] for line in lines if line.startswith(role + " ")]

    def terminate(self):
        """Stop it as a camera does."""
        self.process.send_signal(signal.SIGTERM)


def which(program):
    """The path of a program."""
    import shutil

    return os.path.realpath(shutil.which(program) or program)
