"""Reading a file takes as much memory as its largest part, however long it is: each kind in a process of its own.

Ten or twenty times the rows may cost a few MB more (the allocator's own affairs); were rows kept, it would be far more.
"""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from instagram_export import INBOX, LISTS, follower, said, thread

pytestmark = pytest.mark.slow

GROWTH_MAX = 12 * 1024  # KiB
MEMORY_MAX = 200 * 1024  # KiB
READ = """
import json, sys, time
from pathlib import Path
from coterie.errors import Invalid, TooLarge
from coterie.imports.formats.detect import detect_format
from coterie.imports.formats.readers import READERS
for name in sys.argv[1:]:
    started, rows, refused = time.process_time(), 0, None
    try:
        for _ in READERS[detect_format(Path(name))](Path(name), {}):
            rows += 1
    except (Invalid, TooLarge) as error:
        refused = error.message
    # not getrusage: its peak is that of the process this one was forked from
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    peak = int(status["VmHWM"].split()[0])
    print(json.dumps([rows, peak, time.process_time() - started, refused]))
"""
CARD = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Number;Person {0};;;\r\nFN:Person {0} Number\r\n"
    "EMAIL;TYPE=HOME:person{0}@example.org\r\nTEL;TYPE=CELL:+1 939 555 {0:05}\r\nNOTE:Met at the fair\\, twice.\r\n"
    "PHOTO;ENCODING=b;TYPE=PNG:iVBORw0KGgo=\r\nEND:VCARD\r\n"
)


def measured(*paths: Path) -> list[tuple[int, int, float, str | None]]:
    """(rows, the peak in KiB until then, seconds of CPU, why the file was refused) of each file in turn."""
    command = [sys.executable, "-c", READ, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def csv_file(folder: Path, count: int) -> Path:
    path = folder / f"{count}.csv"
    row = "Person {0},Number,person{0}@example.org,+1 939 555 {0:05},Springfield,Met at the fair\r\n"
    with path.open("w", newline="") as file:
        file.write("First Name,Last Name,Email,Phone,City,Note\r\n")
        file.writelines(row.format(number) for number in range(count))
    return path


def vcard_file(folder: Path, count: int) -> Path:
    path = folder / f"{count}.vcf"
    with path.open("w", newline="") as file:
        file.writelines(CARD.format(number) for number in range(count))
    return path


def instagram_file(folder: Path, count: int) -> Path:
    """Twenty messages of each person, each conversation in a file of its own."""
    path = folder / f"{count}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        names = [f"person.{number}" for number in range(count // 20)]
        archive.writestr(f"{LISTS}/followers_1.json", json.dumps([follower(name) for name in names[:100]]))
        for number, name in enumerate(names):
            messages = [said(name, f"message {each} " + "x" * 200) for each in range(20)]
            body = json.dumps(thread(f"{name}_{number:07}", [name, "Homer"], *messages))
            archive.writestr(f"{INBOX}/{name}_{number:07}/message_1.json", body)
    return path


@pytest.mark.parametrize(
    ("make", "small", "large", "share"),
    [(csv_file, 2_000, 40_000, 1), (vcard_file, 2_000, 20_000, 1), (instagram_file, 2_000, 40_000, 20)],
)
def test_memory_is_flat_in_the_size_of_the_file(
    tmp_path: Path, make: Callable[[Path, int], Path], small: int, large: int, share: int
) -> None:
    first, second = measured(make(tmp_path, small), make(tmp_path, large))
    assert first[0] >= small // share
    assert second[0] >= large // share
    assert second[1] - first[1] < GROWTH_MAX, (first, second)


def bomb(folder: Path) -> Path:
    """200 MB of spaces in 200 KB, where a list of followers should be, and one follower beside it."""
    path = folder / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{LISTS}/followers_1.json", json.dumps([follower("lisa")]))
        with archive.open(f"{LISTS}/followers_2.json", "w") as member:
            for _ in range(200):
                member.write(b" " * 1_000_000)
    return path


def a_million_columns(folder: Path) -> Path:
    path = folder / "columns.csv"
    path.write_text(",".join(["First Name", "Email", *map(str, range(999_998))]) + "\n" + "," * 999_999 + "\n")
    return path


def beyond_the_limit(folder: Path) -> Path:
    """A table as far as anybody looks, then a hole of 2 GiB."""
    path = csv_file(folder, 40_000)
    with path.open("ab") as file:
        file.truncate(2 * 1024**3 + 1)
    return path


def one_line(folder: Path, name: str, start: bytes) -> Path:
    """64 MiB without the end of a line."""
    path = folder / name
    path.write_bytes(start + b"x" * 64 * 1024**2)
    return path


def broken_quotes(folder: Path) -> Path:
    path = folder / "quotes.csv"
    rows = [f'"Person {number},person{number}@example.org\n' for number in range(40_000)]
    path.write_text("First Name,Email\n" + "".join(rows))
    return path


def cut_short(folder: Path) -> Path:
    path = instagram_file(folder, 20_000)
    path.write_bytes(path.read_bytes()[:-1000])
    return path


HOSTILE: list[tuple[Callable[[Path], Path], str | None]] = [
    (bomb, None),
    (a_million_columns, "columns"),
    (beyond_the_limit, "2 GiB"),
    (lambda folder: one_line(folder, "line.csv", b"First Name,Email\nLisa,lisa@example.org\n"), None),
    (lambda folder: one_line(folder, "line.vcf", b"BEGIN:VCARD\r\nFN:"), None),
    (broken_quotes, None),
    (cut_short, "ZIP"),
]


@pytest.mark.parametrize(("make", "why"), HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_file_costs_little_time_and_memory(
    tmp_path: Path, make: Callable[[Path], Path], why: str | None
) -> None:
    ((_, peak, seconds, refused),) = measured(make(tmp_path))
    assert why in refused if why is not None and refused is not None else refused is why
    assert peak < MEMORY_MAX
    assert seconds < 5
