"""The error that the command line reports without a traceback."""


class MpycamError(Exception):
    """Something that the user can put right; the text says what and how."""
