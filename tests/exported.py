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
