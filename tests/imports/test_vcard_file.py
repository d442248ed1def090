"""vCard files as drafts; tests/data/vcards is a shelf of 162 cards, some of them broken on purpose."""

from pathlib import Path

import pytest

from coterie.errors import Invalid
from coterie.imports.formats.detect import detect_format
from coterie.imports.formats.vcard_file import check_vcard, read
from coterie.model.imports import ContactDraft, RowError

SHELF = sorted((Path(__file__).parents[1] / "data" / "vcards").glob("*.vcf"))


def test_the_shelf_is_there() -> None:
    assert len(SHELF) == 162


@pytest.mark.parametrize("path", SHELF, ids=lambda path: path.stem)
def test_every_card_of_the_shelf_is_a_named_draft_or_refused_with_a_reason(path: Path) -> None:
    rows = list(read(path))
    assert rows
    for row in rows:
        if isinstance(row, RowError):
            assert row.reason
            assert row.source and len(row.source) <= 2_000
        else:
            assert row.display_name or row.first_name or row.last_name
            assert row.handles


def test_of_the_shelf_only_groups_and_one_card_without_a_beginning_are_refused() -> None:
    refused = [row.reason for path in SHELF for row in read(path) if isinstance(row, RowError)]
    assert sorted(set(refused)) == ["has no BEGIN:VCARD", "is a group, not a person"]
    assert (refused.count("has no BEGIN:VCARD"), len(refused)) == (1, 45)


def test_a_file_of_several_cards_gives_them_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "two.vcf"
    path.write_text("".join(f"BEGIN:VCARD\nFN:{name}\nEND:VCARD\n" for name in ("Ana", "Bo")))
    assert [row.first_name for row in read(path) if isinstance(row, ContactDraft)] == ["Ana", "Bo"]


def test_cards_that_were_joined_with_their_byte_order_marks_are_all_read(tmp_path: Path) -> None:
    path = tmp_path / "joined.vcf"
    path.write_bytes(
        b"\xef\xbb\xbf".join([b"", b"", *(b"BEGIN:VCARD\r\nFN:%s\r\nEND:VCARD\r\n" % n for n in (b"Ana", b"Bo"))])
    )
    assert detect_format(path) == "vcard"
    assert [row.first_name for row in read(path) if isinstance(row, ContactDraft)] == ["Ana", "Bo"]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\r\n\r\n"])
def test_a_file_without_cards_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "empty.vcf"
    path.write_bytes(content)
    assert list(read(path)) == [RowError("the file contains no vCard")]


@pytest.mark.parametrize("content", [b"name,email\nAna,a@b.example\n", b"\x00\x01\xff" * 1000, b"PK\x03\x04\n"])
def test_another_kind_of_file_is_one_refused_row(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.vcf"
    path.write_bytes(content)
    (row,) = read(path)
    assert isinstance(row, RowError)
    assert row.reason == "is text after the last card"


@pytest.mark.parametrize("content", [b"", b"name,email\nAna,a@b.example\n", b"PK\x03\x04\n", b"\x00\x01\xff" * 1000])
def test_what_is_called_a_vcard_file_and_holds_none_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.vcf"
    path.write_bytes(content)
    for wrong in (path, tmp_path):
        with pytest.raises(Invalid, match=r"^file contains no vCard$"):
            check_vcard(wrong)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_card_behind_other_text_is_a_vcard_file(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "some.vcf"
    path.write_bytes("a word before\r\n begin:vcard \r\nFN:Ana\r\nEND:VCARD\r\n".encode(encoding))
    check_vcard(path)


@pytest.mark.parametrize(
    ("kind", "member"), [("KIND", "MEMBER"), ("X-ADDRESSBOOKSERVER-KIND", "X-ADDRESSBOOKSERVER-MEMBER")]
)
def test_members_of_a_group_have_its_name_as_a_tag(tmp_path: Path, kind: str, member: str) -> None:
    people = [
        f"BEGIN:VCARD\nFN:{name}\nUID:urn:uuid:{name}\nEMAIL:{name}@example.org\nEND:VCARD\n"
        for name in ("Ned", "Rod", "Tod")
    ]
    group = f"BEGIN:VCARD\n{kind}:group\nFN:Choir\n{member}:urn:uuid:ned\n{member}:mailto:Tod@example.org\nEND:VCARD\n"
    for cards in ([group, *people], [*people, group]):
        path = tmp_path / "people.vcf"
        path.write_text("".join(cards))
        drafts = [item for item in read(path) if isinstance(item, ContactDraft)]
        assert [draft.tags for draft in drafts] == [["Choir"], [], ["Choir"]]
