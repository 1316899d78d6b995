"""The one exception that people are meant to see."""


class Stop(Exception):
    """The command cannot go on; the text is one line that says what to do.

    It is printed without a traceback, and the command exits with `code`.
    """

    def __init__(self, message: str, code: int = 2) -> None:
        super().__init__(message)
        self.code = code
