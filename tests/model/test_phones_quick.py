"""Numbers of digits and punctuation alone are read by a way of our own: it must say what the library says."""

import random

import phonenumbers
import pytest

from coterie.model import phones

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)


def cases() -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []
    for region in REGIONS:
        number = phonenumbers.example_number(region)
        for form in (0, 1, 2):
            text = phonenumbers.format_number(number, form)
            found += [(text, region), (text, "US"), (text, None), (text.lstrip("+"), region)]
    rng = random.Random(5)
    for _ in range(6000):
        digits = "".join(rng.choice("0123456789") for _ in range(rng.randint(3, 15)))
        text = f"({digits[:3]}) {digits[3:]}" if rng.random() < 0.2 else digits
        found.append((("+" if rng.random() < 0.5 else "") + text, rng.choice([*REGIONS, None])))
    return found


def test_the_quick_way_reads_every_number_as_the_library_does(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = [phones.parse_phone(text, country) for text, country in cases()]
    monkeypatch.setattr(phones, "_read_plain", lambda plain, country: None)
    slow = [phones.parse_phone(text, country) for text, country in cases()]
    differing = [case for case, one, other in zip(cases(), quick, slow, strict=True) if one != other]
    assert differing == []


def test_the_usual_forms_go_the_quick_way() -> None:
    assert phones._read_plain("+49 30 901820", None) == phones.Phone("+4930901820", None, "30901820")
    assert phones._read_plain("(212) 555-0123", "US") == phones.Phone("+12125550123", None, "2125550123")
    # a prefix may have to be cut off: the library knows how
    assert phones._read_plain("030 901820", "DE") is None
