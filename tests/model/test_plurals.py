"""Numbers with their nouns."""

import pytest

from coterie.model.plurals import duration


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 second"), (119, "119 seconds"), (120, "2 minutes"), (121, "3 minutes"), (891, "15 minutes")],
)
def test_a_wait_is_in_minutes_when_it_is_long_and_never_too_short(seconds: int, words: str) -> None:
    assert duration(seconds) == words
