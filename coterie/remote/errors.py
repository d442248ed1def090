"""What another server can do wrong. The message is for the user who added the subscription."""


class RemoteError(Exception):
    """A request failed. code: for programs; seconds: how long the server asks to wait; is_lasting: repeating it without
    a change of the settings is useless."""

    def __init__(self, code: str, message: str, *, seconds: float | None = None, is_lasting: bool = False) -> None:
        super().__init__(message)
        self.code, self.message = code, message
        self.seconds, self.is_lasting = seconds, is_lasting


class TooMuch(RemoteError):
    """A response exceeds a limit of size."""
