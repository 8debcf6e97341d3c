"""A desk's module and context, kept fresh.

`connect("https://desk.example.jp", pin="sha256:2fbc…").check(body)` → `{"ruleset": "2026.11.5", "accepted": False, …}`

A context is used for `max_age`, its time moved on by the time that has passed here. The check after that asks the desk
first. If the desk does not answer, or its new module cannot be used, module and context stay as they are, `problem`
says why, and the desk is left alone for `RETRY_AFTER_SECONDS`. Module and context change together or not at all.
"""

from __future__ import annotations

import logging
import math
import os
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .cache import Cache, Saved
from .digest import read_digest
from .errors import KakekomiError
from .fetch import Source
from .module import TIME_LIMIT_SECONDS, Bytes, Module, load
from .report import Context, Report

MAX_AGE_SECONDS = 60.0
TIMEOUT_SECONDS = 10.0

RETRY_AFTER_SECONDS = 10.0
"""The time for which a desk that failed is not asked again by a check."""

Locale = Literal["ja", "en"]

_log = logging.getLogger("kakekomi_check")


def connect(
    desk: str,
    pin: str | Iterable[str] | None = None,
    *,
    cache: str | os.PathLike[str] | None = None,
    max_age: float = MAX_AGE_SECONDS,
    timeout: float = TIMEOUT_SECONDS,
    locale: Locale = "ja",
    time_limit: float = TIME_LIMIT_SECONDS,
) -> Connection:
    """Fetches and verifies a desk's module and context: once, when the server starts.

    `pin`: the only modules that are accepted, a digest or several. `cache`: a folder from which a server starts while
    the desk is down. `max_age`, `timeout` of a request and `time_limit` of a check are in seconds.
    """
    _expect_options(max_age, timeout, locale, time_limit)
    pins = (
        None if pin is None else frozenset(read_digest(one, "pin") for one in ([pin] if isinstance(pin, str) else pin))
    )
    kept = None if cache is None else Cache(cache)
    return Connection(Source(desk, timeout), pins, kept, max_age, locale, time_limit)


def _expect_options(max_age: float, timeout: float, locale: str, time_limit: float) -> None:
    """Refuses what would fail later with a reason that names something else."""
    for name, value in (("max_age", max_age), ("timeout", timeout), ("time_limit", time_limit)):
        is_time = isinstance(value, (int, float)) and value >= 0
        if not is_time or (name != "max_age" and (value == 0 or math.isinf(value))):
            raise KakekomiError("options.invalid", f"{name} is no time: write seconds, such as 10")
    if locale not in ("ja", "en"):
        raise KakekomiError("options.invalid", 'locale is no language of reports: write "ja" or "en"')


@dataclass(frozen=True)
class _State:
    """What checks use, as one piece: a thread sees all of the old or all of the new."""

    module: Module
    context: Context
    monotonic: float
    """This clock, and the next, when `context["now"]` was the desk's time."""
    wall: float

    def age(self) -> float:
        # The monotonic clock stops while a machine sleeps, the wall clock may be set back.
        return max(time.monotonic() - self.monotonic, time.time() - self.wall, 0.0)


class Connection:
    """A desk's module and context. Any number of threads may check at once."""

    def __init__(
        self,
        source: Source,
        pins: frozenset[str] | None,
        cache: Cache | None,
        max_age: float,
        locale: Locale,
        time_limit: float,
    ) -> None:
        self._source, self._pins, self._cache = source, pins, cache
        self._max_age, self._time_limit = max_age, time_limit
        self._locale: Locale = locale
        self._refreshing = threading.Lock()
        self._not_before = 0.0
        self._problem: KakekomiError | None = None
        self._state = self._start()

    @property
    def digest(self) -> str:
        """The module in use, as the header `Kakekomi-Module` has it."""
        return self._state.module.digest

    @property
    def ruleset(self) -> str:
        """The version of the rules in use, such as `2026.11.5`."""
        return self._state.module.ruleset

    @property
    def context(self) -> Context:
        """The context as of now: the desk's, its time moved on."""
        return self._context(self._state, None)

    @property
    def problem(self) -> KakekomiError | None:
        """The reason why the last attempt to refresh failed; None after one that succeeded."""
        return self._problem

    def check(self, text: str | Bytes, *, locale: Locale | None = None) -> Report:
        """Checks a draft as of now. `text` is the body as it came, never what a parser made of it.

        It may wait for the desk, so a coroutine calls it in a thread: `await asyncio.to_thread(desk.check, body)`.
        """
        state = self._renewed()
        return state.module.check(text, self._context(state, locale))

    def check_text(self, text: str | Bytes, *, locale: Locale | None = None) -> str:
        """Checks as `check` does, and returns the report's canonical text."""
        return self.check_bytes(text, locale=locale).decode()

    checkText = check_text  # The name that the packages of all languages share.

    def check_bytes(self, text: str | Bytes, *, locale: Locale | None = None) -> bytes:
        """Checks as `check` does, and returns the report's canonical bytes."""
        state = self._renewed()
        return state.module.check_bytes(text, self._context(state, locale))

    def refresh(self) -> None:
        """Asks the desk now, as after its answer 409. Raises if module and context had to stay as they were."""
        with self._refreshing:
            self._refresh()

    def _renewed(self) -> _State:
        """Returns what is in use, after asking the desk if the context is too old and the desk has not just failed."""
        if self._is_due():
            with self._refreshing:
                # Another thread may have asked meanwhile.
                if self._is_due():
                    try:
                        self._refresh()
                    except KakekomiError as error:
                        _log.warning("checks go on with what the desk said before: %s", error)
        return self._state

    def _is_due(self) -> bool:
        return self._state.age() > self._max_age and time.monotonic() >= self._not_before

    def _refresh(self) -> None:
        try:
            self._state = self._fetch(self._state.module)
            self._problem = None
        except KakekomiError as error:
            self._problem = error
            self._not_before = time.monotonic() + RETRY_AFTER_SECONDS
            raise

    def _start(self) -> _State:
        """Begins with the desk, or with the cache while the desk is down; never with a module that is not pinned."""
        try:
            return self._fetch(None)
        except KakekomiError as error:
            state = None if error.code == "module.pin" else self._restored()
            if state is None:
                raise
            _log.warning("checks begin with the cache: %s", error)
            self._problem = error
            self._not_before = time.monotonic() + RETRY_AFTER_SECONDS
            return state

    def _fetch(self, known: Module | None) -> _State:
        digest, context = self._source.describe()
        monotonic, wall = time.monotonic(), time.time()
        self._expect_pinned(digest)
        wasm = None
        if known is None or known.digest != digest:
            wasm = self._source.module(digest)
            known = self._tried(wasm, digest, context)
        if self._cache is not None:
            self._cache.write(Saved(digest, context, wall), wasm)
        return _State(known, context, monotonic, wall)

    def _restored(self) -> _State | None:
        """What the cache holds, if it is whole and pinned."""
        read = None if self._cache is None else self._cache.read()
        if read is None:
            return None
        saved, wasm = read
        try:
            self._expect_pinned(saved.digest)
            module = self._tried(wasm, saved.digest, saved.context)
        except KakekomiError:
            return None
        # Of the clocks only the wall clock goes on between two processes.
        return _State(module, saved.context, time.monotonic(), saved.wall)

    def _expect_pinned(self, digest: str) -> None:
        if self._pins is not None and digest not in self._pins:
            words = f"{self._source.desk} runs {digest}, which is not among the pinned digests"
            raise KakekomiError("module.pin", f"{words}: look at what changed, then add it to pin")

    def _tried(self, wasm: bytes, digest: str, context: Context) -> Module:
        """Verifies a module, and lets it judge an empty draft in the context."""
        module = load(wasm, digest=digest, time_limit=self._time_limit)
        module.check_bytes(b"{}", context)
        return module

    def _context(self, state: _State, locale: Locale | None) -> Context:
        context = state.context.copy()
        context["now"] += int(state.age() * 1000)
        context["locale"] = locale or self._locale
        return context
