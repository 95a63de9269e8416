"""Digests of what every figure of a county rests on: the program and the policy."""

from __future__ import annotations

import hashlib
from functools import cache

from selfeval_xl.assessment.policy import Policy
from selfeval_xl.files import PACKAGE
from selfeval_xl.version import __version__


def policy_digest(policy: Policy) -> str:
    """A digest of the values and rules of a policy that are in force."""
    settings = (sorted(policy.parameters.items()), sorted(policy.rules.items()), policy.county_rules)
    return hashlib.sha256(repr(settings).encode("utf-8", "surrogatepass")).hexdigest()


@cache
def program() -> str:
    """A digest of the program: its version, and name, size and time of each of its files."""
    digest = hashlib.sha256(__version__.encode())
    for file in sorted(PACKAGE.rglob("*")):
        if file.suffix in (".py", ".toml", ".lark"):
            status = file.stat()
            digest.update(f"{file}{status.st_size}{status.st_mtime_ns}".encode())
    return digest.hexdigest()
