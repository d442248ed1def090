"""Which lists of ETags match: RFC 9110, sections 8.8.3 and 13.1, and the suffix of proxies that compress."""

import pytest

from coterie.http.conditions import matches, read_etags

BOTH = ['"7"', ' "7" ', '"6", "7"', '"6","7","8"', '"6,5" , "7"', '"7-gzip"', '"x, y", "7-gzip"', "*", '"6", *']
WEAK = ['W/"7"', '"6", W/"7"', 'W/"7-gzip"', 'W/"6",W/"7"']
NEITHER = [
    "", ",", "7", '"6"', '"7', '7"', 'w/"7"', 'W/ "7"', 'W/7', '"*"', 'W/*', '"7"x', 'x"7"', '"6""7"', '"-gzip7"',
    '"7"-gzip', '"7-gzip-gzip"', "**", '"6" "7"',
]  # fmt: skip


@pytest.mark.parametrize("header", [*BOTH, *WEAK, *NEITHER])
def test_a_list_of_etags(header: str) -> None:
    assert matches(header, '"7"', is_strong=True) is (header in BOTH)
    assert matches(header, '"7"', is_strong=False) is (header in BOTH + WEAK)
    assert not matches(header, None, is_strong=True)
    assert not matches(header, None, is_strong=False)


def test_the_suffix_ends_a_tag_and_nothing_else() -> None:
    assert matches('"a-gzip-b"', '"a-gzip-b"', is_strong=True)
    assert not matches('"a-gzip-b"', '"a-b"', is_strong=True)


def test_the_etags_of_a_header() -> None:
    assert read_etags('W/"5-gzip", "6,7" , *, 8, "9') == ['W/"5"', '"6,7"', "*"]
