"""mpycam: MicroPython for Linux network cameras.

On a workstation this is the host package behind the `mpycam` command. The same
file is frozen into the interpreter, where it tells the distribution's version.
"""

version = "0.1.0"
