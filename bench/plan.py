"""How large and how long a run of the benches is."""

import sys

from msgspec import Struct

from bench.data import Data


class Plan(Struct, frozen=True):
    """full: contacts with all their parts. light: many of them, with few. A turn of a load lasts so many seconds."""

    full: Data
    light: Data
    rounds: int
    seconds: int
    requests: int

    def say(self, text: str) -> None:
        """Progress, for whoever watches."""
        sys.stderr.write(f"  {text}\n")
