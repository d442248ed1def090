"""The reasons for and against two contacts being one person, as codes (model/duplicate_reasons.py)."""

from coterie.identity.people import Person
from coterie.identity.scoring import Score
from coterie.identity.weights import WEIGHTS
from coterie.model import duplicate_reasons as codes
from coterie.model.import_reasons import Reason, reason_of

_NAMES = {
    "close": codes.SIMILAR_NAME, "near": codes.SIMILAR_NAME, "sound": codes.SIMILAR_NAME, "form": codes.NAME_FORM,
    "initial": codes.INITIAL_ONLY,
}  # fmt: skip


def reasons_of(one: Person, other: Person, score: Score) -> list[Reason]:
    """The reasons of a score, the strongest kinds first and contradictions last."""
    reasons = []
    if score.handle.channel:
        reasons.append(reason_of(codes.SAME_HANDLE, channel=score.handle.channel, value=score.handle.value))
    reasons += _of_names(score)
    if score.account:
        reasons.append(reason_of(codes.SAME_ACCOUNT, login=score.account))
    if birthday := _of_birthday(one, other, score.birthday):
        reasons.append(reason_of(birthday))
    if address := _of_home(score.home):
        reasons.append(reason_of(address))
    if score.employer > 0:
        reasons.append(reason_of(codes.SAME_EMPLOYER))
    for code, is_other in (
        (codes.OTHER_GIVEN_NAME, score.names.given == "other"),
        (codes.OTHER_SURNAME, score.names.surname == "other"),
        (codes.OTHER_BIRTHDAY, score.birthday < 0),
        (codes.OTHER_GENERATION, score.has_other_generation),
    ):
        if is_other:
            reasons.append(reason_of(code))
    if score.own_channel:
        reasons.append(reason_of(codes.OWN_HANDLES, channel=score.own_channel))
    return reasons


def _of_names(score: Score) -> list[Reason]:
    given, surname = score.names.given, score.names.surname
    if given == "login":
        return [reason_of(codes.LOGIN_OF_NAME, login=score.login)]
    if "other" in (given, surname) or given == surname == "missing":
        return []
    if score.names.is_turned:
        return [reason_of(codes.NAME_TURNED)]
    return [reason_of(_NAMES.get(given) or _NAMES.get(surname) or codes.SAME_NAME)]


def _of_birthday(one: Person, other: Person, bits: float) -> str | None:
    if bits <= 0:
        return None
    if one.birthday == other.birthday:
        return codes.SAME_BIRTHDAY
    return codes.SAME_DAY if one.birthday[-5:] == other.birthday[-5:] else codes.SIMILAR_BIRTHDAY


def _of_home(bits: float) -> str | None:
    if bits <= 0:
        return None
    if bits >= WEIGHTS.home_min:
        return codes.SAME_ADDRESS
    return codes.SAME_STREET if bits >= WEIGHTS.place_max else codes.SAME_PLACE
