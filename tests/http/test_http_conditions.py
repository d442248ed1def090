"""Which lists of ETags match: RFC 9110, sections 8.8.3 and 13.1, and what proxies that compress do to them."""

import pytest

from coterie.errors import Invalid
from coterie.http.conditions import check_etags, matches, read_etags

MATCHING = [
    '"7"', ' "7" ', '"6", "7"', '"6","7","8"', '"6,5" , "7"', '"7-gzip"', '"x, y", "7-gzip"', "*", '"6", *', 'W/"7"',
    '"6", W/"7"', 'W/"7-gzip"', 'W/"6",W/"7"', '"7-br"', '"7-zstd"', '"7-deflate"',
]  # fmt: skip
OTHERS = [
    "", ",", "7", '"6"', '"7', '7"', 'w/"7"', 'W/ "7"', 'W/7', '"*"', 'W/*', '"7"x', 'x"7"', '"6""7"', '"-gzip7"',
    '"7"-gzip', '"7-gzip-gzip"', "**", '"6" "7"',
]  # fmt: skip


@pytest.mark.parametrize("header", [*MATCHING, *OTHERS])
def test_a_list_of_etags(header: str) -> None:
    assert matches(header, '"7"') is (header in MATCHING)
    assert not matches(header, None)


def test_the_suffix_ends_a_tag_and_nothing_else() -> None:
    assert matches('"a-gzip-b"', '"a-gzip-b"')
    assert not matches('"a-gzip-b"', '"a-b"')


def test_the_etags_of_a_header() -> None:
    assert read_etags('W/"5-gzip", "6,7" , *, 8, "9') == ['"5"', '"6,7"', "*"]


@pytest.mark.parametrize("header", ["", ",", "7", "W/7", 'W/"', "'7'", '"7'])
def test_a_header_without_an_etag_is_named_instead_of_matching_nothing(header: str) -> None:
    with pytest.raises(Invalid, match="If-Match has no ETag: send it as it was read"):
        check_etags(header)
    check_etags('"x", 7')
