"""New ids and secrets."""

import hashlib
import secrets

ID_RANDOM_BYTES = 12
"""96 bits: no two ids meet, and none can be guessed."""
TOKEN_RANDOM_BYTES = 32


def new_id(prefix: str) -> str:
    """An opaque id such as `usr_3f…`, letters and digits only."""
    return f"{prefix}_{secrets.token_hex(ID_RANDOM_BYTES)}"


def new_token() -> str:
    """256 random bits for a bearer token, URL-safe (api.md, Signing in)."""
    return secrets.token_urlsafe(TOKEN_RANDOM_BYTES)


def token_hash(token: str) -> bytes:
    """How a token is stored: SHA-256, enough for 256 random bits."""
    return hashlib.sha256(token.encode()).digest()
