"""The roles that accounts have and that routes ask for."""

from enum import IntEnum


class Role(IntEnum):
    """What somebody may do: every role includes those below it."""

    ANONYMOUS = 0
    VIEWER = 1
    OPERATOR = 2
    ADMIN = 3
