"""Codes and passwords: made at random, typed as people type, kept as salted scrypt hashes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0 O 1 I
GROUPS, IN_GROUP = 3, 4
LEAST = 12  # characters of a password that a person chooses
MOST = 200
_COST = {"n": 1 << 14, "r": 8, "p": 5, "maxmem": 64 << 20, "dklen": 32}  # 16 MB, as OWASP names it
# Two threads for all, so that many logins at once take time and not memory: each thread that has ever hashed
# keeps the 16 MB in a heap of its own.
_HASHING = ThreadPoolExecutor(2, "hashing")


def new_code() -> str:
    """A code such as K7QM-2XVP-9DTR: 60 random bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(IN_GROUP)) for _ in range(GROUPS))


def typed(code: str) -> str:
    """The code without what people type differently: case, width, blanks and dashes, when it is one of ours.

    A password that a person chose stays as typed, but for its Unicode form.
    """
    plain = unicodedata.normalize("NFKC", code[:MOST])
    bare = "".join(letter for letter in plain.upper() if letter.isalnum())
    is_code = len(bare) == GROUPS * IN_GROUP and all(letter in LETTERS for letter in bare)
    return bare if is_code else plain


def new_salt() -> bytes:
    """A random salt."""
    return secrets.token_bytes(16)


def hash_of(code: str, salt: bytes) -> bytes:
    """The scrypt hash of a code as typed; takes a quarter of a second of one core."""
    plain = typed(code).encode("utf-8", "surrogatepass")
    return _HASHING.submit(lambda: hashlib.scrypt(plain, salt=salt, **_COST)).result()


def same(one: bytes, other: bytes) -> bool:
    """Whether two hashes are equal, in a time that tells nothing."""
    return hmac.compare_digest(one, other)
