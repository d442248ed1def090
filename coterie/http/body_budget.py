"""Limits the bytes of arriving bodies per process, so that unfinished bodies cannot fill its memory or disk.

The first 64 KB of a body are free: a client with small bodies never waits for those who send large ones.
"""

from coterie.errors import TooOften

FREE_BYTES = 65_536
RETRY_SECONDS = 5


class Budget:
    """The bytes of one kind of bodies. Used on one event loop only."""

    def __init__(self, bytes_max: int) -> None:
        self.bytes_max = bytes_max
        self.byte_count = 0

    def take(self, byte_count: int) -> None:
        """Raises Busy if they are too many together with those of other bodies."""
        if self.byte_count + byte_count > self.bytes_max:
            raise Busy(f"Too many large bodies arrive at once; try again in {RETRY_SECONDS} seconds", RETRY_SECONDS)
        self.byte_count += byte_count

    def give_back(self, byte_count: int) -> None:
        """Returns bytes that were taken."""
        self.byte_count -= byte_count


class Busy(TooOften):
    """The instance is too busy for any client. Its status is 503."""


# of requests with a token, or with bodies that are small anyway
IN_MEMORY = Budget(67_108_864)
# of Meta's deliveries, which are signed, but read before the signature can be checked
DELIVERIES = Budget(33_554_432)
# of files, which are written to disk
ON_DISK = Budget(1_073_741_824)
