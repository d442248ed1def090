"""Sealing: secrets of other services, such as tokens, are encrypted in the database.
Signing: values that leave the instance carry a signature, which is verified when they return.

Guarantees. The key (32 random bytes) is generated when it is first needed, and stored in the data folder as
secret.key, readable by its owner only; processes that need it at the same time get the same key. A copy of the database
alone cannot be unsealed, nor can a modified value. Fernet: AES-128-CBC with HMAC-SHA256 (docs/decisions/0026).
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
    """Encrypts a text with the key of this data folder."""
    return _fernet(folder).encrypt(text.encode()).decode("ascii")


def unseal(folder: Path, sealed: str) -> str:
    """Decrypts a sealed text. Raises Unavailable if it was sealed with another key or modified."""
    from cryptography.fernet import InvalidToken  # lazy: as below

    try:
        return _fernet(folder).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unavailable(f"A secret cannot be decrypted: {KEY_FILE} in the data folder is not its key") from None


def describe_seal(folder: Path, sealed: str) -> str | None:
    """Why a sealed text cannot be unsealed, or None. Generates no key."""
    if not (folder / KEY_FILE).exists():
        return f"{KEY_FILE} is missing"
    try:
        unseal(folder, sealed)
    except Unavailable as error:
        return str(error)
    return None


def sign(folder: Path, purpose: str, data: bytes) -> bytes:
    """The HMAC-SHA256 (32 bytes) of data, with a key derived from that of the folder for this purpose only."""
    key = hmac.digest(_key(folder), purpose.encode(), hashlib.sha256)
    return hmac.digest(key, data, hashlib.sha256)


def _fernet(folder: Path) -> "Fernet":
    from cryptography.fernet import Fernet  # lazy: 6 MB of memory, which most processes never need

    try:
        return Fernet(_key(folder))
    except ValueError:
        raise Unavailable(f"{KEY_FILE} in the data folder is not a valid key") from None


def _key(folder: Path) -> bytes:
    path = folder / KEY_FILE
    if not path.exists():
        _make_key(path)
    try:
        return path.read_bytes().strip()
    except OSError:
        raise Unavailable(f"{KEY_FILE} in the data folder is not readable") from None


def _make_key(path: Path) -> None:
    """Writes a new key to a temporary file, syncs it and links it to its place: the first process wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # mkstemp creates files that only their owner may read
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
