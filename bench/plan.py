"""How large and how long a run of the benches is."""

import sys
from pathlib import Path

from msgspec import Struct

from bench.data import FOLDER, Data, data_set


class Plan(Struct, frozen=True):
    """What one run measures on. A data set is built when a bench first asks for it.

    requests: how many a percentile is taken from, at least. rounds: turns of each server. seconds: length of a turn.
    event_count: of webhooks.
    """

    full_count: int
    light_count: int
    rounds: int
    seconds: int
    requests: int
    event_count: int = 100
    folder: Path = FOLDER

    @property
    def full(self) -> Data:
        """Contacts with all their parts."""
        return data_set(self.full_count, folder=self.folder)

    @property
    def light(self) -> Data:
        """Many contacts with few parts."""
        return data_set(self.light_count, light=True, folder=self.folder)

    def say(self, text: str) -> None:
        """Prints progress."""
        sys.stderr.write(f"  {text}\n")


STANDARD = Plan(200_000, 1_000_000, rounds=7, seconds=2, requests=300, event_count=10_000)
QUICK = Plan(20_000, 50_000, rounds=3, seconds=1, requests=30, event_count=2_000)
