"""One interpreter that stays up and evaluates expressions, one after the other.

A start costs a second under qemu or valgrind, an expression a fraction of a
millisecond. After a crash the next question starts a new interpreter.
"""

import json
import os
import select
import subprocess
import tempfile
from pathlib import Path

SERVER = """
import sys, json, gc, struct
import ulab
from ulab import numpy as np

def spell(value):
    if isinstance(value, np.ndarray):
        dtype = repr(value.flatten()[:0]).split("dtype=")[1][:-1]
        return {"dtype": dtype, "shape": value.shape, "items": bytes(value.flatten().tobytes()).hex()}
    if isinstance(value, (tuple, list)):
        return {"tuple": [spell(item) for item in value]}
    if isinstance(value, float):
        return {"type": "float", "items": struct.pack("<d", value).hex()}
    if isinstance(value, complex):
        return {"type": "complex", "items": struct.pack("<dd", value.real, value.imag).hex()}
    return {"type": type(value).__name__, "value": repr(value)}

while True:
    line = sys.stdin.readline()
    if not line:
        break
    statements, expression = json.loads(line)
    names = {}
    try:
        exec("import ulab\\nfrom ulab import numpy as np\\n" + statements, names)
        answer = spell(eval(expression, names))
    except Exception as error:
        answer = {"error": type(error).__name__, "text": str(error)}
    names = None
    print("= " + json.dumps(answer))
"""


class Session:
    """One build of the interpreter with a script that answers each line of JSON with another."""

    def __init__(self, interpreter, script=SERVER, heap="8M", seconds=120):
        self.interpreter = interpreter
        self.heap = heap
        self.seconds = seconds
        self.process = None
        self.folder = tempfile.TemporaryDirectory()
        self.errors = Path(self.folder.name) / "errors"
        self.script = Path(self.folder.name) / "server.py"
        self.script.write_text(script)

    def ask(self, statements, expression):
        """The value of an expression after some statements, as SERVER spells it."""
        return self.request([statements, expression])

    def request(self, question):
        """The answer to a question.

        Raises AssertionError with what the interpreter printed where it crashed or hung.
        """
        if self.process is None:
            self._start()
        try:
            self.process.stdin.write(json.dumps(question).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        while True:
            line, end, self.rest = self.rest.partition(b"\n")
            if end and line.startswith(b"= "):
                return json.loads(line[2:])
            if end:
                continue  # a program's own output
            ready, _, _ = select.select([self.process.stdout], [], [], self.seconds)
            more = os.read(self.process.stdout.fileno(), 1 << 20) if ready else b""
            if not more:
                problem = "crashed" if ready else f"gave no answer in {self.seconds} seconds"
                self.close()
                raise AssertionError(f"{self.interpreter.arch} {problem}\n{self.errors.read_text()[-4000:]}")
            self.rest = line + more

    def _start(self):
        command = [*self.interpreter.command, "-X", f"heapsize={self.heap}", str(self.script)]
        self.rest = b""
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                env=self.interpreter.environment(), cwd=self.folder.name,
            )  # fmt: skip

    def close(self):
        """End the interpreter."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None
