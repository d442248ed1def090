"""The portable archive of an organization as text, to compare it before and after."""

import io
import zipfile
from pathlib import Path

from world import World

from coterie.portable.write import write_portable


def exported(world: World, folder: Path) -> dict[str, list[str]]:
    """Each file of the archive -> its lines; of everything, personal notes included."""
    stream = io.BytesIO()
    with world.database.read() as tx:
        write_portable(tx, world.alice, folder, stream, everything=True)
    with zipfile.ZipFile(stream) as archive:
        return {name: archive.read(name).decode("utf-8", "replace").splitlines() for name in archive.namelist()}


def differences(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    """The lines that are in one of two exports only."""
    return [
        f"{sign} {name}: {line}"
        for name in sorted(before.keys() | after.keys())
        for sign, one, other in (("-", before, after), ("+", after, before))
        for line in one.get(name, [])
        if line not in other.get(name, [])
    ]
