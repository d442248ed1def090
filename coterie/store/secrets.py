"""Sealing: what must be kept and given back, such as another service's token, lies encrypted in the database.

Guarantees. The key is made at first need (32 random bytes), lies beside the data as secret.key, and only its owner
may read it; of several processes that need it first, all get the same. Who holds a copy of the database alone cannot
read a sealed value; a sealed value that was changed does not open. Fernet: AES-128-CBC with HMAC-SHA256
(docs/decisions/0026).
"""

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from coterie.errors import Unavailable

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

KEY_FILE = "secret.key"


def seal(folder: Path, text: str) -> str:
    """A text, encrypted with the key of this data folder."""
    return _fernet(folder).encrypt(text.encode()).decode("ascii")


def unseal(folder: Path, sealed: str) -> str:
    """The text again. Refused (Unavailable): sealed with another key, or changed."""
    from cryptography.fernet import InvalidToken  # lazy: as below

    try:
        return _fernet(folder).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unavailable(f"a secret cannot be opened: {KEY_FILE} in the data folder is not the key it had") from None


def _fernet(folder: Path) -> "Fernet":
    from cryptography.fernet import Fernet  # lazy: 6 MB of each process, where nothing may ever be sealed

    path = folder / KEY_FILE
    if not path.exists():
        _make_key(path)
    try:
        return Fernet(path.read_bytes().strip())
    except (OSError, ValueError):
        raise Unavailable(f"{KEY_FILE} in the data folder cannot be read or is no key") from None


def _make_key(path: Path) -> None:
    """Write a fresh key beside its place, flush it to the disk, and link it: the first of several makers wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    from cryptography.fernet import Fernet  # lazy: as above

    # mkstemp makes files that only their owner may read
    handle, name = tempfile.mkstemp(prefix="key-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(Fernet.generate_key() + b"\n")
            target.flush()
            os.fsync(target.fileno())
        try:
            os.link(name, path)
        except FileExistsError:
            pass
    finally:
        Path(name).unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
