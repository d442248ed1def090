"""What writing a card costs in statements, so that it does not grow unseen.

A change that needs more raises the number in the same commit, and says why.
"""

import pytest
from carddav.dav_client import Dav, make_card
from counting import counted

LINES = (
    "FN:Ana Silva", "N:Silva;Ana;;;", "ORG:Acme", "EMAIL;TYPE=HOME:ana@example.org", "TEL;TYPE=CELL:+351 21 0000007",
    "ADR;TYPE=HOME:;;Rua da Boavista 12;Porto;;4050-102;Portugal", "BDAY:1980-01-02",
)  # fmt: skip


def test_a_new_card_takes_few_statements(dav: Dav, monkeypatch: pytest.MonkeyPatch) -> None:
    dav.put("first.vcf", make_card("FN:Ned Flanders", *LINES[1:], "NOTE:x", uid="first"))  # teaches the families
    card = make_card(*LINES, "NOTE:Met at the fair.", uid="ana")
    with counted(monkeypatch) as statements:
        assert dav.put("ana.vcf", card, if_none_match="*").status == 201
    assert len(statements) <= 23


def test_a_changed_card_takes_few_statements(dav: Dav, monkeypatch: pytest.MonkeyPatch) -> None:
    dav.put("ana.vcf", make_card(*LINES, "NOTE:Met at the fair.", uid="ana"))
    with counted(monkeypatch) as statements:
        assert dav.put("ana.vcf", make_card(*LINES, "NOTE:Met again.", uid="ana")).status == 204
    assert len(statements) <= 29
