"""Encodings, separators, quotes, limits: files as programs really write them, broken ones included."""

import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.errors import Invalid, TooLarge
from coterie.imports.formats import csv_layout, csv_rows
from coterie.imports.formats.csv_layout import find_encoding, find_layout
from coterie.imports.formats.csv_rows import CsvRow, open_rows
from coterie.imports.formats.detect import CSV, detect_format
from coterie.model.imports import RowError

NAMES = "name,town\nZoë,Köln\nŁukasz,Łódź\n"


def written(folder: Path, content: bytes | str) -> Path:
    path = folder / "table.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def cells(path: Path) -> list[list[str]]:
    table = open_rows(path)
    return [table.headers, *(row.cells for row in table.rows if isinstance(row, CsvRow))]


def errors(path: Path) -> list[RowError]:
    return [row for row in open_rows(path).rows if isinstance(row, RowError)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_in_every_usual_form_reads_the_same(tmp_path: Path, encoding: str) -> None:
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    path = written(tmp_path, (mark + NAMES).encode(encoding))
    assert cells(path) == [["name", "town"], ["Zoë", "Köln"], ["Łukasz", "Łódź"]]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_needs_no_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, NAMES.encode(encoding))
    assert cells(path) == [["name", "town"], ["Zoë", "Köln"], ["Łukasz", "Łódź"]]
    assert detect_format(path) == CSV


def test_a_windows_file_is_told_from_unicode_by_its_last_row(tmp_path: Path) -> None:
    many = "name;town\n" + "Ann;Rome\n" * 150_000 + "Zoë “Zo”;Köln €\n"
    path = written(tmp_path, many.encode("cp1252"))
    assert find_encoding(path) == "cp1252"
    assert cells(path)[-1] == ["Zoë “Zo”", "Köln €"]


def test_bytes_windows_has_no_letter_for_are_latin_1(tmp_path: Path) -> None:
    assert find_encoding(written(tmp_path, b"name\nJos\xe9 \x81\n")) == "latin-1"


def test_one_stray_byte_does_not_spoil_a_unicode_file(tmp_path: Path) -> None:
    path = written(tmp_path, ("name\n" + "Zoë\n" * 40).encode() + b"Jos\xe9\n")
    assert cells(path)[1] == ["Zoë"]
    assert cells(path)[-1] == ["Jos\ufffd"]


def test_a_letter_cut_between_two_chunks_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_layout, "_CHUNK", 3)
    assert find_encoding(written(tmp_path, "aaé🎷ööö\n")) == "utf-8-sig"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(tmp_path: Path, separator: str) -> None:
    rows = [["name", "address", "note"], ["Ann", "1 High St, Bath; UK", "a|b"], ["Ben", "", "x, y, z"]]
    lines = [separator.join(f'"{cell}"' if separator in cell else cell for cell in row) for row in rows]
    assert cells(written(tmp_path, "\r\n".join(lines))) == rows


def test_a_line_that_names_the_separator_is_believed(tmp_path: Path) -> None:
    assert cells(written(tmp_path, "sep=^\nname^note\nAnn^a,b\n")) == [["name", "note"], ["Ann", "a,b"]]


def test_single_quotes_are_seen_where_every_header_has_them(tmp_path: Path) -> None:
    assert cells(written(tmp_path, "'name','note'\n'Ann','a,b'\n")) == [["name", "note"], ["Ann", "a,b"]]
    assert find_layout(written(tmp_path, "name,note\nO'Brien,x\n")).quote == '"'


def test_one_column_is_a_table_too(tmp_path: Path) -> None:
    assert cells(written(tmp_path, "email\nana@example.com\nben@example.com")) == [
        ["email"],
        ["ana@example.com"],
        ["ben@example.com"],
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_and_quotes_over_several_lines(tmp_path: Path, end: str) -> None:
    text = f'name,note{end}Ann,"said ""hi"",{end}left"{end}{end} , {end}Ben,{end}'
    assert cells(written(tmp_path, text)) == [
        ["name", "note"],
        ["Ann", f'said "hi",{end}left'],
        ["Ben", ""],
    ]


def test_short_rows_are_filled_up_and_long_ones_are_errors(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b,c\n1\n1,2,3,,\n1,2,3,4\n5,6,7\n")
    assert cells(path) == [["a", "b", "c"], ["1", "", ""], ["1", "2", "3"], ["5", "6", "7"]]
    assert errors(path) == [RowError("The row has 4 cells, the header only 3", "1,2,3,4")]


def test_a_nul_character_costs_one_row(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n1,\x002\n3,4\n")
    assert cells(path)[1:] == [["3", "4"]]
    assert errors(path) == [RowError("The row contains a NUL character", "1,\ufffd2")]


def test_a_quote_that_is_never_closed_costs_one_row(tmp_path: Path) -> None:
    path = written(tmp_path, 'a,b\n1,2\n3,"four\n5,6\n7,8\n')
    assert cells(path)[1:] == [["1", "2"], ["5", "6"], ["7", "8"]]
    assert errors(path) == [RowError("A quote is never closed", '3,"four', code="never_closed")]


def test_two_lone_quotes_do_not_swallow_the_rows_between_them(tmp_path: Path) -> None:
    path = written(tmp_path, 'a,b\n1,2\n3,"four\n5,6\n7,"eight,x\n9,10\n')
    assert cells(path)[1:] == [["1", "2"], ["5", "6"], ["9", "10"]]
    assert [error.source for error in errors(path)] == ['3,"four', '7,"eight,x']


def test_a_lone_quote_in_a_large_file_is_bounded_and_everyone_else_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, 'a,b\n"1,2\n' + "someone,somewhere far away\n" * 60_000)
    found = list(open_rows(path).rows)
    assert len(found) == 60_001
    assert [row for row in found if isinstance(row, RowError)] == [
        RowError("A quote is never closed", '"1,2', code="never_closed")
    ]


def test_a_field_and_a_row_beyond_their_limits_cost_one_row_each(tmp_path: Path) -> None:
    field, row = "x" * (csv_layout.FIELD_LENGTH_MAX + 1), ",".join(["y" * 1_000_000] * 9)
    path = written(tmp_path, f"a,b,c,d,e,f,g,h,i\n{field}\n1\n{row}\n2\n")
    assert [found[0] for found in cells(path)[1:]] == ["1", "2"]
    reasons = [error.reason for error in errors(path)]
    assert reasons == ["A field is larger than 1 MiB", "The row is larger than 4 MiB"]
    assert all(len(error.source or "") == csv_rows.SOURCE_LENGTH_MAX for error in errors(path))


@pytest.mark.slow
def test_quoted_lines_without_an_end_in_a_row_stay_bounded(tmp_path: Path) -> None:
    body = '"a\nb","c\nd",' * 320_000
    started = time.thread_time()
    found = list(open_rows(written(tmp_path, "x,y\n1,2\n" + body + "\n3,4\n")).rows)
    assert any(isinstance(row, RowError) for row in found)
    assert time.thread_time() - started < 20


def test_what_is_no_table_is_refused_as_a_whole(tmp_path: Path) -> None:
    for content in ("", "\n\n \n", ",,,\n"):
        with pytest.raises(Invalid):
            open_rows(written(tmp_path, content))
    with pytest.raises(Invalid, match="1,000 columns"):
        open_rows(written(tmp_path, ",".join(["c"] * 1001) + "\n"))
    with pytest.raises(Invalid, match="is not a file"):
        open_rows(tmp_path)


def test_a_file_beyond_two_gibibytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(csv_layout.FILE_SIZE_MAX + 1)
    with pytest.raises(TooLarge, match="2 GiB"):
        open_rows(path)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def peak(row_count: int) -> int:
        path = written(tmp_path, "name,mail\n" + "Someone Else,someone@example.com\n" * row_count)
        tracemalloc.start()
        for _ in open_rows(path).rows:
            pass
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    assert peak(40_000) < peak(20_000) + 1_000_000


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_no_file_at_all_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    try:
        table = open_rows(path)
        assert all(isinstance(row, RowError) or len(row.cells) == len(table.headers) for row in table.rows)
    except Invalid:
        pass


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("ab\",;\n\r|'é", max_size=8), min_size=2, max_size=5), st.sampled_from(",;\t|"))
def test_a_quoted_row_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, row: list[str], separator: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "back.csv"
    header = separator.join(f"column {i}" for i in range(len(row)))
    quoted = separator.join('"' + cell.replace('"', '""') + '"' for cell in row)
    path.write_bytes(f"{header}\r\n{quoted}\r\n".encode())
    expected = [cell.strip() for cell in row]
    assert [found.cells for found in open_rows(path).rows if isinstance(found, CsvRow)] == (
        [expected] if any(expected) else []
    )


def test_a_header_too_large_for_a_row_says_that_there_are_too_many_columns(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text("First Name,Email," + ",".join(f"c{n}" for n in range(700_000)) + "\nNed,ned@x.example\n")
    with pytest.raises(Invalid, match=r"has too many columns \(limit 1,000\)"):
        open_rows(path)
