"""Our own export, written and changed by hand."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from everything import FIRST
from world import World

from coterie.model.organizations import Caller
from coterie.model.portable import file_of
from coterie.portable.write import write_portable

MOMENTS = {"created_at": FIRST, "updated_at": FIRST}


def export(world: World, caller: Caller, folder: Path, name: str = "all.zip", *, everything: bool = False) -> Path:
    path = folder / name
    with world.database.read() as tx, path.open("wb") as stream:
        write_portable(tx, caller, folder, stream, everything=everything)
    return path


def lines_of(path: Path, noun: str) -> list[dict[str, Any]]:
    with zipfile.ZipFile(path) as archive:
        return [json.loads(line) for line in archive.read(file_of(noun)).splitlines()]


def changed(path: Path, members: Mapping[str, bytes] | None = None, **nouns: bytes) -> Path:
    """The export with other contents of some of its members."""
    stream = io.BytesIO()
    told = {file_of(noun): data for noun, data in nouns.items()} | dict(members or {})
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, told.pop(name, old.read(name)))
        for name, data in told.items():
            new.writestr(name, data)
    path.with_name("changed.zip").write_bytes(stream.getvalue())
    return path.with_name("changed.zip")


def line(**row: Any) -> bytes:
    return json.dumps(row).encode() + b"\n"
