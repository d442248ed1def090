"""The three-way merge of cards: nothing that one side wrote is lost."""

from collections.abc import Sequence

import pytest
from carddav.dav_client import make_card
from hypothesis import given
from hypothesis import strategies as st

from coterie.model.subscriptions import ASK, OURS, REMOTE, RemoteCard
from coterie.remote.merge import Merged, join, pull, push
from coterie.vcard.raw import split_card

BASE = ("FN:Ned Flanders", "TEL;TYPE=home:+1 800 555 0101", "EMAIL:ned@example.org", "X-ODD;a=1:b", "CATEGORIES:A,B")


def card(*lines: str) -> str:
    return make_card(*lines, uid="ned")


def base() -> RemoteCard:
    return RemoteCard("/ned.vcf", '"1"', "ned", card(*BASE))


def merged(there: Sequence[str], here: Sequence[str], policy: str = REMOTE) -> tuple[str, str, Merged]:
    """(our card, the card to write there, the merge)."""
    remote = card(*there)
    result = pull(base(), remote, card(*here), "US", policy)
    own_base = None if result.base == remote else result.base
    after = RemoteCard("/ned.vcf", '"2"', "ned", remote, own_base)
    return result.own, push(after, result.own, "US") or remote, result


def contents(text: str) -> set[str]:
    return {line.text.strip() for line in split_card(text) if not line.is_envelope}


def test_what_one_side_changed_is_made_on_the_other() -> None:
    own, remote, _ = merged([*BASE, "TITLE:Owner"], [*BASE, "NICKNAME:Neddy"])
    assert contents(own) == contents(remote) == contents(card(*BASE, "TITLE:Owner", "NICKNAME:Neddy"))


@pytest.mark.parametrize(
    ("policy", "here", "preferred"),
    [(OURS, 0, 1), (ASK, 0, 1), (REMOTE, 0, 1), (OURS, 2, 2), (ASK, 2, 2), (REMOTE, 2, 1)],
)
def test_the_preferred_handle_of_the_server_is_taken_into_a_card_that_changed(
    policy: str, here: int, preferred: int
) -> None:
    def preferring(number: int) -> list[str]:
        return [f"EMAIL{';TYPE=pref' if each == number else ''}:{each}@example.org" for each in range(3)]

    before = RemoteCard("/ned.vcf", '"1"', "ned", card(*preferring(0)))
    result = pull(before, card(*preferring(1)), card(*preferring(here), "TITLE:Owner"), "US", policy)
    assert contents(result.own) == contents(card(*preferring(preferred), "TITLE:Owner"))


def test_a_card_that_only_the_server_changed_is_taken_octet_for_octet() -> None:
    there = ["X-NEW:\\,1", *BASE[1:], "fn:Edward"]
    own, remote, _ = merged(there, BASE)
    assert own == remote == card(*there)


def test_two_numbers_in_place_of_one_both_stay() -> None:
    there = [line.replace("0101", "0102") for line in BASE]
    here = [line.replace("0101", "0103") for line in BASE]
    own, remote, result = merged(there, here)
    assert contents(own) == contents(remote)
    assert "0102" in own and "0103" in own and "0101" not in own and not result.conflicts


def test_two_addresses_in_place_of_one_both_stay() -> None:
    first = RemoteCard("/ned.vcf", '"1"', "ned", card(*BASE, "ADR:;;1 Evergreen Terrace;Springfield;;;"))
    there = card(*BASE, "ADR:;;2 Evergreen Terrace;Springfield;;;")
    result = pull(first, there, card(*BASE, "ADR:;;3 Evergreen Terrace;Springfield;;;"), "US", REMOTE)
    assert "2 Evergreen" in result.own and "3 Evergreen" in result.own


def test_of_a_name_the_policy_decides() -> None:
    there, here = ["FN:Remote", *BASE[1:]], ["FN:Here", *BASE[1:]]
    own, remote, result = merged(there, here)
    assert result.conflicts == ["FN"] and "FN:Remote" in own and "FN:Remote" in remote
    own, remote, _ = merged(there, here, OURS)
    assert "FN:Here" in own and "FN:Here" in remote and own.count("FN:") == remote.count("FN:") == 1


def test_a_single_value_that_both_added_stays_single() -> None:
    own, remote, _ = merged([*BASE, "NOTE:there"], [*BASE, "NOTE:here"])
    assert own.count("NOTE:") == remote.count("NOTE:") == 1 and "NOTE:there" in own


def test_a_change_wins_over_a_deletion() -> None:
    changed = [line.replace("ned@", "edward@") for line in BASE]
    deleted = [line for line in BASE if "EMAIL" not in line]
    for there, here in ((changed, deleted), (deleted, changed)):
        own, remote, _ = merged(there, here)
        assert "edward@" in own and "edward@" in remote and "ned@" not in own


def test_tags_of_both_sides_are_united() -> None:
    own, remote, _ = merged([*BASE[:-1], "CATEGORIES:A,B,C"], [*BASE[:-1], "CATEGORIES:B,D"])
    for text in (own, remote):
        names = text.split("CATEGORIES:")[1].split("\r\n")[0].split(",")
        assert sorted(names) == ["B", "C", "D"]


def test_the_same_change_on_both_sides_is_no_change() -> None:
    there = ["FN:Edward", *BASE[1:], "TEL:+1 800 555 0199"]
    result = pull(base(), card(*there), card(*there), "US", REMOTE)
    after = RemoteCard("/ned.vcf", '"2"', "ned", card(*there), None if result.base == card(*there) else result.base)
    assert not result.conflicts and push(after, result.own, "US") is None


def test_what_a_server_leaves_out_by_itself_is_not_deleted_here() -> None:
    stored = RemoteCard("/ned.vcf", '"1"', "ned", card("FN:Ned Flanders"), card(*BASE))
    result = pull(stored, card("FN:Ned Flanders", "TITLE:Owner"), card(*BASE), "US", REMOTE)
    assert contents(result.own) == contents(card(*BASE, "TITLE:Owner"))
    assert (
        push(RemoteCard("/n", None, None, card("FN:Ned Flanders", "TITLE:Owner"), result.base), result.own, "US")
        is None
    )


def test_two_cards_that_were_never_the_same_are_united() -> None:
    own = card("FN:Ned", "TEL;TYPE=home:+1 800 555 0001", "TITLE:Owner")
    remote = card("FN:Edward", "TEL;TYPE=home:+1 800 555 0002", "X-ODD:1")
    result = join(remote, own, "US")
    assert contents(result.own) == contents(own) | {"TEL;TYPE=home:+1 800 555 0002", "X-ODD:1"}
    after = push(RemoteCard("/n", None, None, remote, result.base), result.own, "US")
    assert after and contents(after) == contents(remote) | {"TEL;TYPE=home:+1 800 555 0001", "TITLE:Owner"}


LINES = st.sampled_from(
    ["TEL:+1 800 555 000{}", "EMAIL;TYPE=work:a{}@example.org", "X-ODD;p=1:{}", "URL:https://example.org/{}",
     "ADR:;;{} Street;Town;;;", "IMPP;X-SERVICE-TYPE=Jabber:xmpp:a{}@example.org"]
)  # fmt: skip
MANY = st.lists(st.builds(str.format, LINES, st.integers(0, 9)), max_size=6, unique=True)


@given(MANY, MANY, MANY)
def test_every_value_that_somebody_wrote_is_on_both_sides(before: list[str], there: list[str], here: list[str]) -> None:
    first = RemoteCard("/n", None, None, card("FN:Ned", *before))
    remote = card("FN:Ned", *there)
    result = pull(first, remote, card("FN:Ned", *here), "US", REMOTE)
    after = RemoteCard("/n", None, None, remote, None if result.base == remote else result.base)
    written = push(after, result.own, "US") or remote
    new = (set(there) | set(here)) - set(before)
    stay = set(there) & set(here)
    for text in (result.own, written):
        assert new | stay <= contents(text)
    assert contents(result.own) == contents(written)
