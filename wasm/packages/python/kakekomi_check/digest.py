"""Digests of modules, as the desk writes them.

`digest_of(b"")` → `"sha256:e3b0c442…"`, `read_digest("E3B0…", "pin")` → `"sha256:e3b0…"`
"""

from __future__ import annotations

import hashlib
import re

from .errors import KakekomiError


def digest_of(wasm: bytes) -> str:
    """Computes the digest of a module's bytes."""
    return "sha256:" + hashlib.sha256(wasm).hexdigest()


def read_digest(text: str, option: str) -> str:
    """Reads a digest that was given as an option, with or without `sha256:` before it."""
    digits = re.fullmatch(r"(?:sha256:)?([0-9a-f]{64})", text.strip().lower())
    if digits is None:
        raise KakekomiError("options.invalid", f"{option} is no SHA-256: write sha256: and 64 hexadecimal digits")
    return "sha256:" + digits[1]
