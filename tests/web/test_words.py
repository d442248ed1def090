"""The words of pages."""

import pytest

from coterie.web.words import sentence


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("is not an e-mail address", "This is not an e-mail address."),
        ("are required for a choice property", "These are required for a choice property."),
        ("exceeds the limit of 10", "This exceeds the limit of 10."),
        ("must have 8 to 200 characters", "Must have 8 to 200 characters."),
        ("is the name of another folder: Ärzte USA", "This is the name of another folder: Ärzte USA."),
        ("The worker crashed", "The worker crashed."),
        ("Is it right?", "Is it right?"),
    ],
)
def test_a_reason_is_a_sentence_with_a_subject(reason: str, shown: str) -> None:
    assert sentence(reason) == shown
