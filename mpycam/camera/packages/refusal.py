"""Why a request about applications is refused, as the numbers that a camera answers."""

NOT_A_PACKAGE = 1
BAD_SIGNATURE = 2
NO_SPACE = 3
NOT_FOUND = 4
NOT_COMPATIBLE = 5
ALREADY_RUNNING = 6
NOT_RUNNING = 7
CANNOT_START = 8
TOO_MANY_RUNNING = 9
UNSPECIFIED = 10
UPLOAD_IN_PROGRESS = 12
USER_NOT_ALLOWED = 13
NAME_DIFFERS_IN_CASE = 14
OTHER_VENDOR = 27
BAD_CONFIGURATION = 29


class Refused(Exception):
    """The request is refused: `number` goes to the client, the text to the camera's log."""

    def __init__(self, number, text):
        super().__init__(text)
        self.number = number
