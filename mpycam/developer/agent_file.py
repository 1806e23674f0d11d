"""The agent as a file for a camera."""

import functools
from pathlib import Path

AGENT = "agent.mpy"
SOURCE = Path(__file__).parent.parent / "wrapper/app/developer/agent.py"
# What the interpreter is told with -c: where the agent lies, and the folder of programs.
START = "import sys; sys.path.insert(0, {agents!r}); import agent; agent.main({folder!r})"


@functools.cache
def agent():
    """The bytes of the agent's .mpy file."""
    from mpycam.eap.sources import compile_module

    return compile_module(SOURCE, "agent.py", "all")
