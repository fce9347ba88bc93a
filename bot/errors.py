"""The one exception whose text is the sentence that a person reads."""


class Refused(Exception):  # noqa: N818 - it is no fault of the program, and reads better without "Error"
    """Something cannot be done, and the text says what is wrong and what to do instead.

    On Discord the client answers with it in private; on the command line it is one line on stderr and exit code 2.
    `typed` is text of the person's that could not be kept: it goes back to them as a file.
    """

    def __init__(self, text: str, *, typed: str | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.typed = typed
