"""A module of kakekomi in wasmtime: a fresh instance for every check, with limits on time and memory.

`load(wasm).check(b'{"contact":{}}', context)` → `{"ruleset": "2026.11.5", "accepted": False, …}`

The calls are those of the module's host face, ABI 1: allocate, write, check, read. Whatever the module answers is
validated, since its bytes come from elsewhere.
"""

from __future__ import annotations

import json
from typing import Any

import wasmtime

from .digest import digest_of, read_digest
from .epoch import Epoch
from .errors import KakekomiError
from .report import Context, Report

Bytes = bytes | bytearray | memoryview

TIME_LIMIT_SECONDS = 3.0
"""Time of a check by the clock. The worst honest draft needs a small part of it; the rest is for a busy machine."""

MEMORY_MAX = 64 << 20
TABLE_MAX = 10_000
STACK_MAX = 512 << 10

INPUT_MAX = 1 << 20
"""The longest text that a module is given, in bytes. Of a longer one the report does not depend on the rest."""

ANSWER_MAX = 16 << 20

_BEGINNING = b'{"ruleset":'

_REFUSALS = {
    -1: ("context.invalid", "the module cannot use the context: pass that of GET /v1/desk or of a report, unchanged"),
    -2: ("report.unwritable", "the module could not write its report: this is a fault of the module, report it"),
    -3: ("memory.range", "the module could not read its input: this is a fault of the package, report it"),
}


def load(wasm: Bytes, *, digest: str | None = None, time_limit: float = TIME_LIMIT_SECONDS) -> Module:
    """Verifies a module by its digest and compiles it, which takes some 0.3 s: load it once, when the server starts."""
    return Module(bytes(wasm), None if digest is None else read_digest(digest, "digest"), time_limit)


class Module:
    """A compiled module. Any number of threads may check with it at once."""

    digest: str
    """`sha256:` and the SHA-256 of the module's bytes, as the header `Kakekomi-Module` has it."""

    def __init__(self, wasm: bytes, digest: str | None = None, time_limit: float = TIME_LIMIT_SECONDS) -> None:
        self.digest = digest_of(wasm)
        if digest is not None and digest != self.digest:
            raise _wrong_bytes(wasm, digest, self.digest)
        self._engine = wasmtime.Engine(_config())
        self._epoch = Epoch(self._engine, time_limit)
        self._linked = _link(self._engine, wasm)
        self._ruleset: str | None = None

    @property
    def ruleset(self) -> str:
        """The version of the module's rules, such as `2026.11.5`."""
        if self._ruleset is None:
            # The host face has no call for it: every report names it.
            self._ruleset = self.check(b"{}", _PLAIN_CONTEXT)["ruleset"]
        return self._ruleset

    def check(self, text: str | Bytes, context: Context | str | Bytes) -> Report:
        """Checks a draft in a context. `text` is its JSON text as it came, never what a parser made of it."""
        report: Report = json.loads(self.check_bytes(text, context))
        return report

    def check_text(self, text: str | Bytes, context: Context | str | Bytes) -> str:
        """Checks as `check` does, and returns the report's canonical text."""
        return self.check_bytes(text, context).decode()

    checkText = check_text  # The name that the packages of all languages share.

    def check_bytes(self, text: str | Bytes, context: Context | str | Bytes) -> bytes:
        """Checks as `check` does, and returns the report's canonical bytes: the same on every engine."""
        draft, given = _bytes(text, "text")[:INPUT_MAX], _bytes(context, "context")
        try:
            return _Call(self._linked, self._engine, self._epoch.deadline()).report(draft, given)
        except wasmtime.Trap as trap:
            raise _stopped(trap) from None
        except wasmtime.WasmtimeError:
            raise KakekomiError("module.trap", "the module cannot be run: report it with its digest") from None


class _Call:
    """One instance in a store of its own, so that nothing of one draft reaches the check of another."""

    def __init__(self, linked: wasmtime.InstancePre, engine: wasmtime.Engine, deadline: int) -> None:
        self._store = wasmtime.Store(engine)
        self._store.set_limits(memory_size=MEMORY_MAX, table_elements=TABLE_MAX)
        self._store.set_epoch_deadline(deadline)
        self._exports: Any = linked.instantiate(self._store).exports(self._store)
        self._memory: Any = self._exports["memory"]

    def report(self, text: bytes, context: bytes) -> bytes:
        answer: int = self._exports["kakekomi_check"](self._store, *self._put(text), *self._put(context))
        if answer < 0:
            known = _REFUSALS.get(answer)
            raise KakekomiError(*(known or ("module.answer", f"the module refused with {answer}: report it")))
        start, length = answer >> 32, answer & 0xFFFFFFFF
        if length <= ANSWER_MAX and start + length <= self._memory.data_len(self._store):
            report = bytes(self._memory.read(self._store, start, start + length))
            if report.startswith(_BEGINNING) and _is_utf8(report):
                return report
        raise KakekomiError("module.answer", "the module gave something else than a report: report it with its digest")

    def _put(self, data: bytes) -> tuple[int, int]:
        """Writes bytes into the module's memory; returns pointer and length."""
        if len(data) > INPUT_MAX:
            raise KakekomiError("context.invalid", "the context is longer than a context can be: 256 KiB")
        # At least one byte: a pointer even for an empty text.
        pointer: int = self._exports["kakekomi_allocate"](self._store, max(len(data), 1))
        if pointer <= 0 or pointer + len(data) > self._memory.data_len(self._store):
            raise KakekomiError("memory.full", "the module has no memory for the text: report it with its digest")
        self._memory.write(self._store, data, pointer)
        return pointer, len(data)


def _bytes(value: Context | str | Bytes, name: str) -> bytes:
    if isinstance(value, dict) and name == "context":
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        try:
            return value.encode()
        except UnicodeEncodeError:
            words = f"{name} holds half a surrogate pair, which no UTF-8 has: pass the bytes as they came"
            raise KakekomiError(f"{name}.surrogate", words) from None
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    raise TypeError(f"{name} is a {type(value).__name__}: pass the bytes as they came, before any parser of JSON")


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _stopped(trap: wasmtime.Trap) -> KakekomiError:
    """The error of a check that trapped. The trap's own words name the frames of a check, so they stay here."""
    if trap.trap_code is wasmtime.TrapCode.INTERRUPT:
        words = "the check did not end in time: the machine is overloaded, or the module loops"
        return KakekomiError("module.deadline", words)
    kind = trap.trap_code.name.lower().replace("_", " ") if trap.trap_code else "unknown reason"
    words = f"the module stopped in the middle of a check ({kind}): report it with its digest"
    return KakekomiError("module.trap", words)


def _wrong_bytes(wasm: bytes, wanted: str, found: str) -> KakekomiError:
    """The error of bytes with another digest, with what is likely wrong."""
    if not wasm.startswith(b"\0asm"):
        words = f"the file of {len(wasm)} bytes is no WebAssembly, perhaps a page of a proxy: look at it."
    elif not _is_module(wasm):
        words = f"the file of {len(wasm)} bytes is cut off or damaged: fetch it again, and look at what lies between."
    else:
        words = f"the file of {len(wasm)} bytes is another module than the one that was named: fetch it again."
    return KakekomiError("module.digest", f"{words} Its digest is {found}, and {wanted} was wanted")


def _is_module(wasm: bytes) -> bool:
    try:
        wasmtime.Module.validate(wasmtime.Engine(_config()), wasm)
    except wasmtime.WasmtimeError:
        return False
    return True


def _config() -> wasmtime.Config:
    """The desk's own settings: reports must not differ between processors."""
    config = wasmtime.Config()
    config.epoch_interruption = True
    config.wasm_memory64 = False
    config.wasm_multi_memory = False
    config.wasm_relaxed_simd = False
    config.max_wasm_stack = STACK_MAX
    return config


def _link(engine: wasmtime.Engine, wasm: bytes) -> wasmtime.InstancePre:
    """Compiles the module and links what only the browser's face calls to traps."""
    try:
        module = wasmtime.Module(engine, wasm)
    except wasmtime.WasmtimeError:
        words = f"the file of {len(wasm)} bytes is no WebAssembly module: fetch it again"
        raise KakekomiError("module.invalid", words) from None
    exports = {export.name: export.type for export in module.exports}
    missing = [name for name, face in _FACE.items() if _face(exports.get(name)) != face]
    if missing:
        other = next((name for name in exports if name.startswith("kakekomi_abi_")), "kakekomi_abi_1")
        found = f"it has no {missing[0]}, so it is not one of a kakekomi desk"
        if other != "kakekomi_abi_1":
            found = f"it speaks {other}, this package ABI 1: install a newer package"
        raise KakekomiError("module.abi", f"the module cannot be called: {found}")
    linker = wasmtime.Linker(engine)
    linker.define_unknown_imports_as_traps(module)
    return linker.instantiate_pre(module)


# The types of ABI 1.
_FACE = {
    "kakekomi_abi_1": "() → ()",
    "kakekomi_allocate": "(i32) → (i32)",
    "kakekomi_check": "(i32 i32 i32 i32) → (i64)",
    "memory": "memory",
}


def _face(kind: object) -> str:
    if isinstance(kind, wasmtime.FuncType):
        return f"({' '.join(map(str, kind.params))}) → ({' '.join(map(str, kind.results))})"
    return "memory" if isinstance(kind, wasmtime.MemoryType) else ""


# A context that every module of ABI 1 takes, to ask one for its ruleset.
_PLAIN_CONTEXT = json.dumps(
    {
        "now": 0,
        "locale": "ja",
        "consent": {"version": "1", "sha256": {"ja": "0" * 64}},
        "policy": {"version": "1", "sha256": {"ja": "0" * 64}},
        "calendar": {
            "open": "09:00",
            "close": "17:00",
            "offset": "+09:00",
            "year_end": {"from": "12-29", "to": "01-03"},
            "weekday_excludes_holidays": True,
            "extra_closed": [],
            "extra_open": [],
            "holidays": [],
            "last_year": 1970,
        },
    }
)
