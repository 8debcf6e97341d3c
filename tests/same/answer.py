"""The Python package as an engine: frames in, frames out (the frames: tests/src/same/engine/child.rs)."""

import os
import struct
import sys

from kakekomi_check import KakekomiError, load

NUMBERS = {"context.invalid": -1, "report.unwritable": -2, "memory.range": -3}


def answer(module, context, text):
    """The report's bytes with their length, or the failure's negative number."""
    try:
        report = module.check_bytes(text, context)
    except KakekomiError as error:
        return struct.pack("<i", NUMBERS[error.code])
    return struct.pack("<i", len(report)) + report


def pieces(frame):
    at = 0
    while at < len(frame):
        (length,) = struct.unpack_from("<I", frame, at)
        yield frame[at + 4 : at + 4 + length]
        at += 4 + length


def main():
    with open(os.path.join(os.environ["KAKEKOMI_MODULE"], "kakekomi.wasm"), "rb") as wasm:
        module = load(wasm.read())
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while head := source.read(4):
        frame = pieces(source.read(struct.unpack("<I", head)[0]))
        answers = b"".join(answer(module, context, text) for context, text in zip(frame, frame))
        sink.write(struct.pack("<I", len(answers)) + answers)
        sink.flush()


main()
