"""Runs the test functions of one module in the interpreter: `micropython -m device_tests tests.test_x [TEXT]`.

Every result is a line by itself: \\x01 and a JSON list of name, milliseconds and traceback or null.
"""

import asyncio
import io
import json
import sys
import time


def call(function):
    """Call a test, and run it if it is a coroutine function; return the traceback of what it raises."""
    try:
        result = function()
        if hasattr(result, "send"):
            asyncio.run(result)
    except Exception as error:
        text = io.StringIO()
        sys.print_exception(error, text)
        return text.getvalue()


def main(module, only=""):
    """Call every test_* of a module whose name has `only` in it, in the order of their names."""
    namespace = __import__(module, None, None, ("tests",)).__dict__
    for name in sorted(namespace):
        if name.startswith("test_") and callable(namespace[name]) and only in name:
            begun = time.ticks_us()
            error = call(namespace[name])
            took = time.ticks_diff(time.ticks_us(), begun) / 1000
            print("\x01" + json.dumps([name, took, error]))


main(*sys.argv[1:])
