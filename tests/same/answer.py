"""Python's wasmtime package as an engine, over the documented host face alone: frames in, frames out.

The frames stand in tests/src/same/engine/child.rs, the host face in the rustdoc of wasm/src/abi.rs.
"""

import os
import struct
import sys

import wasmtime

# After so many drafts the instance is a fresh one.
DRAFTS_AN_INSTANCE = 256


class Module:
    """The module, compiled once, and an instance of it."""

    def __init__(self, wasm):
        self.engine = wasmtime.Engine()
        self.module = wasmtime.Module(self.engine, wasm)
        self.linker = wasmtime.Linker(self.engine)
        # The imports belong to the page's face; the host's face calls none of them.
        self.linker.define_unknown_imports_as_traps(self.module)
        self.asked = 0

    def check(self, text, context):
        """The report's bytes, or the failure's negative number."""
        if self.asked % DRAFTS_AN_INSTANCE == 0:
            self.store = wasmtime.Store(self.engine)
            self.exports = self.linker.instantiate(self.store, self.module).exports(self.store)
        self.asked += 1
        exports, store = self.exports, self.store
        text, context = self.put(text), self.put(context)
        answer = exports["kakekomi_check"](store, *text, *context)
        report = answer
        if answer >= 0:
            pointer, length = answer >> 32, answer & 0xFFFFFFFF
            report = bytes(exports["memory"].read(store, pointer, pointer + length))
            exports["kakekomi_free"](store, pointer, length)
        exports["kakekomi_free"](store, *context)
        exports["kakekomi_free"](store, *text)
        return report

    def put(self, data):
        pointer = self.exports["kakekomi_allocate"](self.store, len(data))
        self.exports["memory"].write(self.store, data, pointer)
        return pointer, len(data)


def pieces(frame):
    at = 0
    while at < len(frame):
        (length,) = struct.unpack_from("<I", frame, at)
        yield frame[at + 4 : at + 4 + length]
        at += 4 + length


def main():
    with open(os.path.join(os.environ["KAKEKOMI_MODULE"], "kakekomi.wasm"), "rb") as wasm:
        module = Module(wasm.read())
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while head := source.read(4):
        frame = pieces(source.read(struct.unpack("<I", head)[0]))
        answers = []
        for context, text in zip(frame, frame):
            report = module.check(text, context)
            answers.append(struct.pack("<i", report) if isinstance(report, int) else struct.pack("<i", len(report)) + report)
        answer = b"".join(answers)
        sink.write(struct.pack("<I", len(answer)) + answer)
        sink.flush()


main()
