"""Sealing: what must be kept and given back, such as another service's token, lies encrypted in the database.
Signing: what is given out and must be known again when it comes back.

Guarantees. The key is made at first need (32 random bytes), lies beside the data as secret.key, and only its owner
may read it; of several processes that need it first, all get the same. Who holds a copy of the database alone cannot
read a sealed value; a sealed value that was changed does not open. Fernet: AES-128-CBC with HMAC-SHA256
(docs/decisions/0026).
"""

import hashlib
import hmac
import os
import tempfile
from base64 import urlsafe_b64encode
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


def sign(folder: Path, purpose: str, data: bytes) -> bytes:
    """The HMAC-SHA256 of bytes (32 bytes), with a key that the purpose has for itself, derived from this folder's."""
    key = hmac.digest(_key(folder), purpose.encode(), hashlib.sha256)
    return hmac.digest(key, data, hashlib.sha256)


def _fernet(folder: Path) -> "Fernet":
    from cryptography.fernet import Fernet  # lazy: 6 MB of each process, where nothing may ever be sealed

    try:
        return Fernet(_key(folder))
    except ValueError:
        raise Unavailable(f"{KEY_FILE} in the data folder is no key") from None


def _key(folder: Path) -> bytes:
    path = folder / KEY_FILE
    if not path.exists():
        _make_key(path)
    try:
        return path.read_bytes().strip()
    except OSError:
        raise Unavailable(f"{KEY_FILE} in the data folder cannot be read") from None


def _make_key(path: Path) -> None:
    """Write a fresh key beside its place, flush it to the disk, and link it: the first of several makers wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # mkstemp makes files that only their owner may read
    handle, name = tempfile.mkstemp(prefix="key-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(urlsafe_b64encode(os.urandom(32)) + b"\n")
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
