"""What a program writes to a pseudo terminal."""

import os
import select


def read_until(terminal, text, seconds=30):
    """Read from the terminal until `text` has come, and return all that was read."""
    output = b""
    while text not in output:
        assert select.select([terminal], [], [], seconds)[0], f"expected {text}, got {output}"
        output += os.read(terminal, 4096)
    return output
