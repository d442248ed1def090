"""Access tokens: the secrets that programs send."""

import hashlib


def hash_token(token: str) -> str:
    """The stored form of a token. It is long and random, so a plain SHA-256 cannot be reversed."""
    return hashlib.sha256(token.encode()).hexdigest()
