"""New passwords: their length, and those everybody guesses first."""

import pytest

from coterie.errors import Invalid
from coterie.model.passwords import check_password


@pytest.mark.parametrize(
    "password", ["correct horse", "flaming moe", "schönes Wetter", "x" * 100 + "abc", "密码很难猜到的一个"]
)
def test_a_password_that_is_hard_to_guess_is_accepted(password: str) -> None:
    check_password(password)


@pytest.mark.parametrize("password", ["short", "", "1234567", "x" * 201, "correct horse " * 20])
def test_a_password_has_8_to_200_characters(password: str) -> None:
    with pytest.raises(Invalid, match="must have 8 to 200 characters"):
        check_password(password)


@pytest.mark.parametrize(
    "password",
    ["password", "Password1!", "PASSWORT", "12345678", "1234567890", "987654321", "abcdefgh", "hgfedcba", "aaaaaaaa",
     " " * 8, "abababab", "qwertzuiop", "iloveyou2", "welcome123", "Motdepasse2026"],
)  # fmt: skip
def test_a_password_everybody_tries_first_is_refused(password: str) -> None:
    with pytest.raises(Invalid, match="too common"):
        check_password(password)
