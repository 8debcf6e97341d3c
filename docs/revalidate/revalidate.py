#!/usr/bin/env python3
"""Judges a draft in Python: revalidate.py kakekomi.wasm SHA256 context.json draft.json

Needs the package wasmtime. Prints the report. Exit 0: accepted; 1: issues; 2: the module is another one
than was wanted; 4: it failed.
"""

import hashlib
import json
import sys

import wasmtime


def read(path):
    with open(path, "rb") as file:
        return file.read()


def main(file, named, context_file, draft_file):
    wanted = named.removeprefix("sha256:")
    wasm = read(file)
    found = hashlib.sha256(wasm).hexdigest()
    if found != wanted:
        print(f"the module is sha256:{found}, and sha256:{wanted} was wanted", file=sys.stderr)
        return 2

    config = wasmtime.Config()
    config.consume_fuel = True
    engine = wasmtime.Engine(config)
    module = wasmtime.Module(engine, wasm)
    linker = wasmtime.Linker(engine)
    linker.define_unknown_imports_as_traps(module)  # the browser's face; never called here
    # A fresh store and instance for each draft: nothing of one applicant reaches another's check.
    store = wasmtime.Store(engine)
    store.set_fuel(10_000_000_000)
    exports = linker.instantiate(store, module).exports(store)
    if "kakekomi_abi_1" not in exports:
        raise RuntimeError("the module does not speak ABI 1")
    memory = exports["memory"]

    def put(data):
        pointer = exports["kakekomi_allocate"](store, len(data))
        if pointer == 0:
            raise RuntimeError("no room")
        memory.write(store, data, pointer)
        return pointer, len(data)

    # The draft's very bytes, not what a JSON parser made of them.
    answer = exports["kakekomi_check"](store, *put(read(draft_file)), *put(read(context_file)))
    if answer < 0:
        print(f"no report: {answer}", file=sys.stderr)
        return 4
    pointer, length = answer >> 32, answer & 0xFFFFFFFF
    report = bytes(memory.read(store, pointer, pointer + length)).decode("utf-8")
    print(report)
    return 0 if json.loads(report)["accepted"] else 1


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:5]))
    except Exception as failure:  # a file, a trap, no fuel left: never exit 1, which means issues
        print(f"no report: {failure}", file=sys.stderr)
        sys.exit(4)
