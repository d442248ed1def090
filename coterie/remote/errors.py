"""Faults of another server. The message is for the user who added the subscription."""

MESSAGE_LENGTH_MAX = 4000
BUSY = "busy"


class RemoteError(Exception):
    """A request failed. code: for programs; seconds: how long the server asks to wait; is_lasting: repeating it without
    a change of the settings is useless."""

    def __init__(self, code: str, message: str, *, seconds: float | None = None, is_lasting: bool = False) -> None:
        # it may have text of the server, which must not rewrite a terminal
        self.message = "".join(char if char.isprintable() else " " for char in message)[:MESSAGE_LENGTH_MAX]
        super().__init__(self.message)
        self.code = code
        self.seconds, self.is_lasting = seconds, is_lasting


class TooMuch(RemoteError):
    """A response exceeds a limit of size."""
