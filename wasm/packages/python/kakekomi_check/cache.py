"""Module and context in a folder, from which a server starts while the desk is down.

`Cache("/var/cache/kakekomi").read()` → what was written last, or None

The folder holds `kakekomi.wasm` and `desk.json`. Each is written beside its place and then moved there, so that a
reader finds a whole file; the module is verified by its digest whenever it is read.
"""

from __future__ import annotations

import json
import logging
import os
import uuid
from dataclasses import dataclass
from pathlib import Path

from .report import Context

_log = logging.getLogger("kakekomi_check")


@dataclass(frozen=True)
class Saved:
    """A context, the digest of its module, and the wall clock when `context["now"]` was the desk's time."""

    digest: str
    context: Context
    wall: float


class Cache:
    """A folder; it is made when something is written."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._folder = Path(folder)

    def read(self) -> tuple[Saved, bytes] | None:
        """Reads what was written last; None if there is nothing, or nothing that can be read."""
        try:
            desk = json.loads((self._folder / "desk.json").read_text("utf-8"))
            saved = Saved(str(desk["digest"]), desk["context"], desk["savedAt"] / 1000)
            return saved, (self._folder / "kakekomi.wasm").read_bytes()
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def write(self, saved: Saved, wasm: bytes | None) -> None:
        """Writes a context, and its module unless that is there already. A failure stops no check."""
        desk = {"digest": saved.digest, "context": saved.context, "savedAt": int(saved.wall * 1000)}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if wasm is not None:
                self._replace("kakekomi.wasm", wasm)
            self._replace("desk.json", json.dumps(desk, ensure_ascii=False).encode())
        except OSError as error:
            _log.warning("the cache cannot be written: %s", error)

    def _replace(self, name: str, content: bytes) -> None:
        # Not by the process id: threads share one, and so may containers with a folder in common.
        beside = self._folder / f"{name}.{uuid.uuid4().hex}"
        try:
            beside.write_bytes(content)
            beside.replace(self._folder / name)
        finally:
            beside.unlink(missing_ok=True)
