"""The rules for new passwords. Existing passwords are not checked against them."""

from itertools import pairwise

from coterie.errors import invalid

LENGTH_MIN = 8
LENGTH_MAX = 200
RULE = f"{LENGTH_MIN} to {LENGTH_MAX} characters, not a common password"
_DISTINCT_MIN = 4
# Frequent in leaked lists, in lower case. Digits, "!" or "." at the end make them no better, so they are ignored.
_FREQUENT = """
password passwort passw0rd p@ssword p@ssw0rd pa55word pa55w0rd motdepasse contraseña contrasena senha parola qwertyui
qwertyuiop qwertzui qwertzuiop azertyui azertyuiop asdfghjk asdfghjkl zxcvbnm yxcvbnm qwerty qwertz azerty 1q2w3e4r
1q2w3e4r5t 1qaz2wsx 1qazxsw2 q1w2e3r4 q1w2e3r4t5 zaq12wsx qazwsx qazwsxedc q2w3e4r5 asdf1234 asdfasdf qwer1234
abcd1234 1234abcd 1234qwer abc12345 a1b2c3d4 aa123456 a123456789 abcdefgh abcdefghi abc123 iloveyou iloveu iloveme
loveyou trustno1 letmein welcome welcome1 changeme administrator admin admin123 root sunshine princess football
baseball basketball superman batman spiderman pokemon starwars startrek jennifer michelle michael jordan jordan23
computer internet samsung corvette mercedes ferrari liverpool chelsea arsenal barcelona realmadrid juventus hallo
hallohallo schatz sommer winter frühling herbst summer spring autumn coterie secret geheim geheimnis master monkey
dragon shadow charlie killer whatever freedom ashley danielle nicole jessica christian alexander benjamin veronica
victoria elizabeth butterfly chocolate blessed hellohello hello123 helloworld test1234 testtest testing guest default
unknown access login user service oracle cisco ubuntu raspberry
"""
_ENDING = "0123456789!."
_COMMON = {form for word in _FREQUENT.split() for form in (word, word.rstrip(_ENDING)) if form}


def check_password(password: str) -> None:
    """Raises Invalid if a new password has under 8 or over 200 characters, or is easy to guess."""
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
        raise invalid("password", f"must have {LENGTH_MIN} to {LENGTH_MAX} characters")
    plain = password.casefold()
    if len(set(plain)) < _DISTINCT_MIN or _is_sequence(plain) or {plain, plain.rstrip(_ENDING)} & _COMMON:
        raise invalid("password", "is too common: choose one that is harder to guess")


def _is_sequence(text: str) -> bool:
    """Whether each character follows the one before in the same direction, as in 12345678 and hgfedcba.

    0 counts as the successor of 9, so that 1234567890 is one.
    """
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    if text.isdigit():
        steps = {step % 10 for step in steps}
    return steps in ({1}, {-1}, {9})
