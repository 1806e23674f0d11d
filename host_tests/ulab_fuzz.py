"""Random programs against ulab's binding, to find what crashes, hangs or raises what no one expects.

    make fuzz-ulab SECONDS=1800

or, for a program that was found, with the seed and number that were printed:

    python host_tests/ulab_fuzz.py --seed 5 --first 1234 --programs 1 --show

A program is a list of statements over a few variables: calls of everything in
ulab with arguments that fit, nearly fit and do not fit at all, on views of all
kinds, with objects whose methods raise or change the arrays in use.
"""

import argparse
import ast
import json
import random
import signal
import sys
import time

from interpreters import ROOT, Interpreter
from ulab_session import Session

# Runs the statements of a program one by one. Every so often all must be as at
# the start: known arrays unchanged, and the memory of the others given back.
SERVER = """
import sys, json, gc, time, array, struct, io
import ulab
from ulab import numpy as np

class Mischief(Exception):
    pass

class Raises:
    def __init__(self): self.a = 1
    def __len__(self): raise Mischief()
    def __iter__(self): raise Mischief()
    def __getitem__(self, i): raise Mischief()
    def __int__(self): raise Mischief()
    def __float__(self): raise Mischief()
    def __bool__(self): raise Mischief()
    def __eq__(self, other): raise Mischief()
    def __add__(self, other): raise Mischief()
    def __radd__(self, other): raise Mischief()
    def __call__(self, *args): raise Mischief()

class Later:
    # Behaves for some items, then raises or yields what does not fit.
    def __init__(self, n, last): self.n, self.last = n, last
    def __len__(self): return self.n
    def __iter__(self):
        for i in range(self.n - 1): yield i
        if self.last is None: raise Mischief()
        yield self.last
    def __getitem__(self, i):
        if i >= self.n: raise IndexError(i)
        return i
    def __int__(self): return self.n
    def __float__(self): return self.n * 1.0

class Mutates:
    # Changes what is at hand whenever it is asked for something.
    def __init__(self, *things): self.things = things
    def act(self):
        for thing in self.things:
            try:
                if isinstance(thing, bytearray): thing.extend(bytes(len(thing) + 1000))
                elif isinstance(thing, list): thing.clear()
                elif isinstance(thing, np.ndarray):
                    thing.shape = (thing.size,)
                    thing.sort()
            except Exception: pass
        self.things = ()
        gc.collect()
        return 2
    def __len__(self): return self.act()
    def __iter__(self): self.act(); return iter([1, 2])
    def __getitem__(self, i): return self.act()
    def __int__(self): return self.act()
    def __float__(self): return 1.0 * self.act()
    def __call__(self, *args): self.act(); return 1.0
    def write(self, text): self.act(); return len(text)

ALLOWED = (TypeError, ValueError, IndexError, ArithmeticError, MemoryError, RuntimeError, OSError, AttributeError,
           Mischief, StopIteration)

known = [np.arange(n * 7, dtype=np.uint8).reshape((7, n)) for n in (1, 10, 100)]
words = ["word {}".format(i) for i in range(100)]
ulab.memory(limit=200000)

def intact():
    for n, a in zip((1, 10, 100), known):
        if bytes(a.tobytes()) != bytes(i & 255 for i in range(n * 7)): return "an array that no program had has changed"
    if words != ["word {}".format(i) for i in range(100)]: return "the heap is damaged"
    # The collector may take an old address on the stack for a live one, but not for long.
    global lost
    lost = lost + 1 if ulab.memory(limit=200000).used > 20000 else 0
    if lost > 5: return "{} bytes of array data were not given back for 100 programs".format(ulab.memory().used)

lost = 0
count = 0
while True:
    line = sys.stdin.readline()
    if not line:
        break
    problem = None
    names = {"v{}".format(i): None for i in range(9)}
    names.update({"np": np, "ulab": ulab, "gc": gc, "array": array, "Raises": Raises, "Later": Later, "Mutates": Mutates,
             "struct": struct, "io": io, "utils": getattr(ulab, "utils", None), "scipy": getattr(ulab, "scipy", None)})
    for statement in json.loads(line):
        start = time.clock()
        try:
            exec(statement, names)
        except ALLOWED:
            pass
        except Exception as error:
            problem = "{} raises {}: {}".format(statement, type(error).__name__, error)
        if time.clock() - start > 2:
            problem = "{} takes more than 2 seconds".format(statement)
        if problem:
            break
    names = None
    ulab.memory(limit=200000)
    count += 1
    if not problem and count % 20 == 0:
        problem = intact()
    print("= " + json.dumps(problem))
"""

PREPARE = ["import ulab, gc, array, struct, io", "from ulab import numpy as np", "v0 = v1 = v2 = v3 = v4 = v5 = v6 = v7 = v8 = None"]
NUMBERS = (
    "0 1 2 3 4 5 7 8 -1 -2 -3 16 17 64 65 100 127 128 255 256 -128 -129 32767 32768 65535 65536 -65536 1000 "
    "2**31-1 2**31 -2**31 2**32 2**62 2**63-1 2**63 -2**63 2**64 10**30 True False 0.0 -0.0 0.5 1.5 -2.5 1e-300 1e308 "
    "float('inf') float('-inf') float('nan') 1j (2-3j)"
).split()
SIDES = "0 1 1 2 2 3 3 4 5 7 16 17 33".split()
DTYPES = ("bool", "uint8", "int8", "uint16", "int16", "int32", "uint32", "float32", "float64", "complex")
WORDS = ("''", "'abc'", "'C'", "'F'", "'raise'", "'wrap'", "'clip'", "'same'", "'full'", "'valid'", "'edge'", "'reflect'",
         "'constant'", "'left'", "'right'", "'ortho'", "'forward'", "'linear'", "'xy'", "'ij'", "'d'", "'B'", "' '")  # fmt: skip
FUNCTIONS = ("lambda x: x", "lambda *x: 1.5", "lambda x: x * x - 2", "lambda x: v0", "lambda x: None", "lambda: 0",
             "lambda *x: 1 / 0", "len", "Raises()", "Mutates(v0, v1)", "lambda x: gc.collect()", "lambda *x: 'a'")  # fmt: skip
OPERATORS = ("+", "-", "*", "/", "//", "%", "**", "&", "|", "^", "<<", ">>", "@", "==", "!=", "<", "<=", ">", ">=", "in", "is",
             "and")  # fmt: skip
# Loops that are as long as the caller says.
REPEATS = ("maxiter", "steps", "levels", "order", "nperseg", "maxfev", "limit")


def signatures():
    """The parameters of every function and method in the stubs: {name: [parameter]}."""
    found = {}
    for path in sorted((ROOT / "usermodules" / "ulab" / "ulab").rglob("*.pyi")):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                arguments = node.args
                names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
                named = {argument.arg for argument in (*arguments.args, *arguments.kwonlyargs)}
                found[node.name] = (names, sorted(named - {"self"}))
    return found


class Generator:
    """Draws programs; the same seed and number give the same program."""

    def __init__(self, names, seed):
        self.names = names
        self.seed = seed
        self.signatures = signatures()

    def program(self, number):
        """The statements of a program."""
        self.random = random.Random(f"{self.seed} {number}")
        self.count = 4
        statements = [f"v{i} = {self.creation()}" for i in range(4)]
        for _ in range(self.random.randint(3, 14)):
            statements.append(self.statement())
        return statements

    def pick(self, *options):
        return self.random.choice(options)

    def chance(self, percent):
        return self.random.random() * 100 < percent

    def variable(self):
        return f"v{self.random.randrange(self.count)}"

    def target(self):
        if self.count < 9:
            self.count += 1
            return f"v{self.count - 1}"
        return self.variable()

    def statement(self):
        form = self.random.randrange(100)
        if form < 45:
            return f"{self.target_after(self.call)}"
        if form < 60:
            return self.target_after(self.operation)
        if form < 70:
            return self.target_after(lambda: f"{self.variable()}[{self.index()}]")
        if form < 80:
            return f"{self.variable()}[{self.index()}] = {self.value()}"
        if form < 86:
            return f"{self.variable()} {self.pick('+', '-', '/', '//', '%', '**', '&', '|', '<<', '@')}= {self.operand()}"
        if form < 89:
            return f"{self.variable()}.{self.pick('shape', 'shape', 'T', 'dtype', 'flat', 'x')} = {self.value()}"
        if form < 97:
            return self.target_after(self.protocol)
        if form < 98:
            return f"ulab.memory(limit={self.pick('200000', '200000', '30000', '5000', '0')})"
        return self.pick("gc.collect()", f"del {self.variable()}[{self.index()}]", f"{self.variable()} = None",
                         f"np.set_printoptions(threshold={self.value()}, edgeitems={self.value()})")  # fmt: skip

    def operation(self):
        sign = self.pick(*OPERATORS)
        if sign in ("*", "**", "<<", "and"):
            # Python's own sequences and numbers are not to be multiplied by large numbers.
            return f"{self.variable()} {sign} {self.pick('v0', 'v1', '2', '0.5', '-1', '1j')}"
        return f"{self.operand()} {sign} {self.operand()}"

    def target_after(self, make):
        expression = make()
        return f"{self.target()} = {expression}"

    def protocol(self):
        v = self.variable()
        return self.pick(
            f"repr({v})", f"len(str({v}))", f"bytes({v})", f"bytearray({v})", f"memoryview({v})", f"list({v})", f"iter({v})",
            f"next({v})", f"sum({v})", f"max({v})", f"sorted({v})", f"tuple({v})", f"abs({v})", f"-{v}", f"+{v}", f"~{v}",
            f"not {v}", f"len({v})", f"bool({v})", f"[x for x in {v}]", f"array.array('h', {v})", f"io.BytesIO({v})",
            f"hash({v})", f"int({v})", f"float({v})", f"{v} if {v} else 1", f"reversed({v})", f"zip({v}, {self.variable()})",
            f"struct.unpack('4B', {v})", f"print({v}, file=Mutates({self.variable()}, {v}))", f"ulab.dtype({v})",
            f"dir({v})", f"divmod({v}, 3)", f"round({v})", f"{v}.__del__()", f"type({v})({self.variable()})",
            f"np.frombuffer(memoryview({v}), dtype=np.uint8)", f"enumerate({v})", f"set({v})", f"'{{}}'.format({v})",
        )  # fmt: skip

    # Values

    def number(self):
        return self.pick(*NUMBERS)

    def side(self):
        return self.pick(*SIDES) if self.chance(93) else self.number()

    def shape(self):
        ndim = self.random.choices((1, 2, 3, 4, 0, 5), (30, 35, 15, 10, 1, 2))[0]
        return f"({' '.join(self.side() + ',' for _ in range(ndim))})"

    def dtype(self):
        return f"np.{self.pick(*DTYPES)}" if self.chance(92) else self.value()

    def creation(self):
        form = self.random.randrange(12)
        if form < 5:
            shape = self.shape()
            return f"np.{self.pick('zeros', 'ones', 'full')}({shape}, dtype={self.dtype()})".replace(
                f"full({shape}", f"full({shape}, {self.number()}"
            )
        if form < 9:
            sides = [self.random.choice((1, 2, 3, 4, 5, 7, 0)) for _ in range(self.random.choice((1, 2, 2, 3, 4)))]
            count = 1
            for side in sides:
                count *= side
            return f"np.arange({count}, dtype=np.{self.pick(*DTYPES[:-1])}).reshape({tuple(sides)})" + self.view(len(sides))
        if form < 10:
            return f"np.array({self.sequence(2)}, dtype={self.dtype()})"
        return f"np.frombuffer({self.pick('bytearray', 'bytearray', 'bytes')}({self.side()} * 8), dtype={self.dtype()})"

    def view(self, ndim):
        return self.pick("", "", ".T", "[::-1]", "[::2]", "[..., ::-1]", "[1:]", "[..., 1:]", "[:0]", "[None]",
                         ".T[::2]", "[0]" if ndim > 1 else "")  # fmt: skip

    def sequence(self, depth):
        if depth == 0 or self.chance(40):
            item = self.number
        else:
            item = lambda: self.sequence(depth - 1)  # noqa: E731
        items = ", ".join(item() for _ in range(self.random.choice((0, 1, 2, 3, 3, 3, 6))))
        return self.pick(f"[{items}]", f"({items}{',' if items else ''})")

    def value(self):
        form = self.random.randrange(100)
        if form < 40:
            return self.variable()
        if form < 60:
            return self.number()
        if form < 70:
            return self.sequence(self.pick(1, 2, 3))
        if form < 76:
            return self.creation()
        if form < 80:
            return self.pick(*WORDS)
        return self.pick(
            "None", "b'abcdefgh'", "bytearray(16)", f"range({self.pick(*SIDES)})", "{'a': 1}.keys()", "np", "np.ndarray", "...",
            "slice(None)", "slice(1, None, -1)", "Raises()", f"Later({self.pick(*SIDES)}, {self.number()})", "Later(3, None)",
            "Later(3, 'x')", f"Mutates({self.variable()}, {self.variable()})", f"memoryview({self.variable()})",
            f"array.array('{self.pick('b', 'B', 'h', 'i', 'I', 'q', 'f', 'd')}', [1, 2, 3])", self.pick(*FUNCTIONS),
            f"(x for x in range({self.pick('3', '0', '40')}))", f"{self.variable()}[::-1]", f"{self.variable()}.T", "[v0, v1]",
            "(v0, v1)", "[[1], [2, 3]]", "[1, [2]]", "'f1'", "object()", "Exception", f"[{self.variable()}] * 3",
        )  # fmt: skip

    def operand(self):
        return self.variable() if self.chance(75) else f"({self.value()})"

    def index(self):
        parts = [self.index_part() for _ in range(self.random.choice((1, 1, 1, 2, 2, 3, 4, 5)))]
        return ", ".join(parts)

    def index_part(self):
        form = self.random.randrange(12)
        if form < 3:
            return self.pick("0", "1", "-1", "2", self.number())
        if form < 7:
            ends = [self.pick("", "", "0", "1", "2", "-1", "-2", "5", self.number()) for _ in range(2)]
            return f"{ends[0]}:{ends[1]}{self.pick('', '', ':-1', ':2', ':-2', ':3', f':{self.number()}')}"
        return self.pick("...", "None", "[0, 1]", "[0, -1, 0]", "[]", "[True, False]", "v0 > 1", "v1 == v1", self.variable(),
                         "np.array([0, 1], dtype=np.uint8)", self.value())  # fmt: skip

    def argument(self, name):
        """A value for a parameter, mostly of the sort that its name asks for."""
        if name in REPEATS:
            return self.pick("0", "1", "5", "20", "-1", "None", "'a'", "1.5")
        if self.chance(15):
            # As an operand of Python's own operators, a range of any size would be a long way.
            return self.value() if self.chance(95) else f"range({self.pick('2**31', '2**40', '2**62', '-1')})"
        if name in ("axis", "k", "n", "axes", "shift", "ddof", "axis1", "axis2", "decimals"):
            return self.pick("0", "1", "-1", "2", "None", "(0, 1)", "(0,)", "(1, 0, 2)", "()", "3", "-2", self.number())
        if name in ("dtype", "otypes"):
            return self.dtype()
        if name in ("shape", "size", "reps", "repeats", "pad_width", "newshape"):
            return self.pick(self.shape(), self.side(), self.variable(), self.sequence(2))
        if name in ("f", "function", "func", "fun"):
            return self.pick(*FUNCTIONS)
        if name in ("path", "file", "fname"):
            return self.pick("'f1'", "'f2'", "'none/f'", "io.BytesIO()")
        if name in ("keepdims", "endpoint", "retstep", "inplace", "lower", "log", "byteswap", "replace", "density"):
            return self.pick("True", "False", "0", "None")
        if name in ("arrays", "seq"):
            return self.pick("(v0, v1)", "[v0, v1, v2]", f"({self.variable()},) * 2", "()", self.value())
        if name in ("num", "N", "M", "deg", "count", "offset", "minlength", "bins", "start", "stop", "step"):
            return self.pick("0", "1", "2", "3", "7", "50", self.number(), self.value())
        if name in ("mode", "indexing", "norm", "side", "delimiter", "ord"):
            return self.pick(*WORDS)
        return self.variable() if self.chance(70) else self.value()

    def call(self):
        module, name = self.random.choice(self.names)
        positional, named = self.signatures.get(name, (["a", "b"], []))
        if module == "ndarray":
            function, positional = f"{self.variable()}.{name}", positional[1:]
        elif module == "Generator":
            function, positional = f"np.random.Generator({self.pick('1', '0', '5', self.value())}).{name}", positional[1:]
        else:
            function = f"{module}.{name}"
        if self.chance(8):
            positional = positional + ["x"] * self.pick(1, 2)
        if self.chance(8):
            positional = positional[:-1]
        required = [part for part in positional if part not in named]
        options = [part for part in named if self.chance(35)]
        if self.chance(3):
            options.append(self.pick("axis", "out", "dtype", "x"))
        arguments = [self.argument(part) for part in required]
        arguments += [f"{part}={self.argument(part)}" for part in dict.fromkeys(options)]
        return f"{function}({', '.join(arguments)})"


LIST_NAMES = """
import json, ulab
from ulab import numpy as np
found = []
def look(module, spelled):
    for name in dir(module):
        value = getattr(module, name)
        if name.startswith("__"):
            continue
        if type(value) is type(ulab):
            look(value, spelled + "." + name)
        elif callable(value) and (spelled, name) not in (("ulab", "memory"), ("ulab.numpy", "set_printoptions"), ("ulab.numpy", "get_printoptions")):
            found.append((spelled.replace("ulab.", ""), name))
np.tile             # dir() lists all once one of Python is used
look(ulab, "ulab")
found += [("ndarray", name) for name in dir(np.zeros(1)) if not name.startswith("__") and callable(getattr(np.zeros(1), name))]
if hasattr(np, "random"):
    found += [("Generator", name) for name in dir(np.random.Generator(1)) if not name.startswith("__")]
print(json.dumps([(module.replace("numpy", "np"), name) for module, name in found]))
"""


def public_names(interpreter):
    """The (module, name) of everything that can be called."""
    return [tuple(pair) for pair in json.loads(interpreter.run(LIST_NAMES))]


def minimal(session, program):
    """The program without the statements that the finding does not need."""
    shorter = list(program)
    for position in reversed(range(len(program))):
        candidate = shorter[:position] + shorter[position + 1 :]
        if candidate and finding(session, candidate):
            shorter = candidate
    return shorter


def finding(session, program):
    """What a program shows, or None. A crash or hang starts a new interpreter."""
    try:
        return session.request(program)
    except AssertionError as error:
        return str(error)


def fuzz(interpreter, seed, seconds=None, programs=None, first=0, report=print):
    """Run programs for some time or a number of them.

    Returns the list of findings, each the text of a report, and the number of programs.
    """
    session = Session(interpreter, SERVER, heap="4M", seconds=30)
    generator = Generator(public_names(interpreter), seed)
    found = []
    number = first
    end = time.monotonic() + seconds if seconds else None
    try:
        while (end is None or time.monotonic() < end) and (programs is None or number < first + programs):
            program = generator.program(number)
            problem = finding(session, program)
            if problem:
                small = program if "no answer" in problem else minimal(session, program)
                text = "\n".join(PREPARE + small)
                found.append(f"seed {seed}, program {number}: {problem}\n\n{text}\n")
                report(found[-1])
                session.close()
            number += 1
    finally:
        session.close()
    return found, number - first


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arch", default="host-asan")
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--programs", type=int)
    parser.add_argument("--first", type=int, default=0, help="number of the first program")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--show", action="store_true", help="print the programs instead of running them")
    options = parser.parse_args()
    interpreter = Interpreter(options.arch)
    if options.show:
        generator = Generator(public_names(interpreter), options.seed)
        for number in range(options.first, options.first + (options.programs or 1)):
            print("\n".join(PREPARE + generator.program(number)), end="\n\n")
        return
    print(f"seed {options.seed}, {options.arch}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    found, programs = fuzz(interpreter, options.seed, options.seconds, options.programs, options.first,
                           report=lambda text: print(text, flush=True))  # fmt: skip
    print(f"{programs} programs, {len(found)} findings")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
