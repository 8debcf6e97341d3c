"""Ticks of an engine's epoch, by which a check that runs too long is interrupted.

`Epoch(engine, 3.0).deadline()` → 62: the ticks after which a check that begins now is interrupted.

The thread that ticks ends when no check can be running any more, and the next check starts another: an idle server
has no timer, and a process that was forked needs no thread of its parent.
"""

from __future__ import annotations

import math
import threading
import time

import wasmtime

TICK_SECONDS = 0.05


class Epoch:
    """The epoch of one engine, whose checks may each take a number of seconds."""

    def __init__(self, engine: wasmtime.Engine, seconds: float) -> None:
        self._engine = engine
        # The first tick may come at once.
        self._ticks = math.ceil(seconds / TICK_SECONDS) + 2
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._needed_until = 0.0

    def deadline(self) -> int:
        """Returns the deadline of a check in ticks, and sees to it that they come."""
        with self._lock:
            # A late thread ticks late, so there is as much time again.
            self._needed_until = time.monotonic() + 2 * self._ticks * TICK_SECONDS
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="kakekomi-check-epoch", daemon=True)
                self._thread.start()
        return self._ticks

    def _run(self) -> None:
        while True:
            time.sleep(TICK_SECONDS)
            self._engine.increment_epoch()
            with self._lock:
                if time.monotonic() > self._needed_until:
                    self._thread = None
                    return
