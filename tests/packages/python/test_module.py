"""`load`: the sandbox's bytes for the whole table of cases, limits, and errors that say what to do."""

from __future__ import annotations

import base64
import json
import os
import pickle
import threading
import time
import unittest
import urllib.request

import wasmtime
from kakekomi_check import KakekomiError, Module, load

DESK = os.environ["KAKEKOMI_TEST_DESK"]


def module_in_force() -> bytes:
    with urllib.request.urlopen(DESK + "/v1/desk") as answer:
        digest = json.load(answer)["module"].removeprefix("sha256:")
    with urllib.request.urlopen(f"{DESK}/module/{digest}.wasm") as answer:
        wasm: bytes = answer.read()
    return wasm


WASM = module_in_force()
MODULE = load(WASM)
with open(os.environ["KAKEKOMI_CASES"], encoding="utf-8") as file:
    CASES = json.load(file)


def module_with(check: str, allocate: str = "(i32.const 64)", marker: str = "kakekomi_abi_1") -> Module:
    """A module of the host face whose functions do as the test wants."""
    text = f"""(module (memory (export "memory") 20) (func (export "{marker}"))
      (func $grow (export "kakekomi_allocate") (param i32) (result i32) {allocate})
      (func $check (export "kakekomi_check") (param i32 i32 i32 i32) (result i64) {check}))"""
    return load(bytes(wasmtime.wat2wasm(text)), time_limit=0.3)


class Case(unittest.TestCase):
    def assert_fails(self, code: str, module: Module) -> str:
        with self.assertRaises(KakekomiError) as caught:
            module.check(b'{"secret":"s3cr3t"}', "{}")
        self.assertEqual(caught.exception.code, code)
        self.assertNotIn("s3cr3t", str(caught.exception))
        return str(caught.exception)


class Checking(Case):
    def test_every_case_of_the_table_has_the_sandboxes_bytes(self) -> None:
        self.assertGreater(len(CASES), 1_000)
        for case in CASES:
            report = MODULE.check_text(base64.b64decode(case["text_base64"]), case["context"])
            self.assertEqual(report, case["report"], case["name"])

    def test_all_ways_to_check_give_the_same_report(self) -> None:
        case = next(case for case in CASES if json.loads(case["report"])["issues"])
        text, context = base64.b64decode(case["text_base64"]), case["context"]
        report = MODULE.check(text, context)
        self.assertEqual(report, json.loads(case["report"]))
        self.assertEqual(MODULE.check_bytes(bytearray(text), context.encode()), case["report"].encode())
        self.assertEqual(MODULE.checkText(text.decode(), json.loads(context)), case["report"])
        # A stored report can be checked again in its own context.
        self.assertEqual(MODULE.check(memoryview(text), report["context"]), report)

    def test_the_ruleset_and_the_digest_name_the_module(self) -> None:
        self.assertEqual(MODULE.ruleset, json.loads(CASES[0]["report"])["ruleset"])
        self.assertEqual(load(WASM, digest=MODULE.digest.upper().replace("SHA256", "sha256")).digest, MODULE.digest)

    def test_a_text_beyond_one_mebibyte_has_a_report(self) -> None:
        report = MODULE.check(b'"' + b"a" * (3 << 20) + b'"', CASES[0]["context"])
        self.assertEqual([issue["code"] for issue in report["issues"]], ["text.too_long"])

    def test_threads_check_at_once(self) -> None:
        wrong: list[str] = []

        def work(cases: list[dict[str, str]]) -> None:
            for case in cases:
                if MODULE.check_text(base64.b64decode(case["text_base64"]), case["context"]) != case["report"]:
                    wrong.append(case["name"])

        threads = [threading.Thread(target=work, args=(CASES[at:300:8],)) for at in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    @unittest.skipUnless(hasattr(os, "fork"), "needs fork")
    def test_a_forked_process_checks_and_has_its_deadline(self) -> None:
        endless = module_with("(loop (br 0)) (i64.const 0)")
        self.assert_fails("module.deadline", endless)
        child = os.fork()
        if child == 0:
            try:
                endless.check(b"{}", "{}")
            except KakekomiError as error:
                os._exit(7 if error.code == "module.deadline" else 1)
            os._exit(1)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 7)


class Limits(Case):
    def test_an_endless_loop_is_interrupted(self) -> None:
        started = time.monotonic()
        self.assert_fails("module.deadline", module_with("(loop (br 0)) (i64.const 0)"))
        self.assertLess(time.monotonic() - started, 5)

    def test_the_thread_that_ticks_ends_with_the_checks(self) -> None:
        before = set(threading.enumerate())
        self.assert_fails("module.deadline", module_with("(loop (br 0)) (i64.const 0)"))
        started = set(threading.enumerate()) - before
        self.assertEqual(len(started), 1)
        until = time.monotonic() + 10
        while any(thread.is_alive() for thread in started):
            self.assertLess(time.monotonic(), until, "it still ticks")
            time.sleep(0.05)

    def test_memory_ends_at_64_mebibytes(self) -> None:
        grown = "(memory.grow (i32.const {pages})) (i32.const -1) (i32.eq) (if (then (unreachable)))"
        answer = "(i64.const -1)"
        self.assert_fails("context.invalid", module_with(grown.format(pages=1024 - 20) + answer))
        self.assert_fails("module.trap", module_with(grown.format(pages=1024 - 19) + answer))

    def test_endless_recursion_is_a_trap(self) -> None:
        endless = module_with("(call $check (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))")
        self.assertIn("stack overflow", self.assert_fails("module.trap", endless))

    def test_answers_outside_of_the_memory_are_refused(self) -> None:
        far = (20 * 65536) << 32 | 100
        for answer in (far, 8, 0xFFFFFFFF, (1 << 62) | 1):
            self.assert_fails("module.answer", module_with(f"(i64.const {answer})"))
        self.assert_fails("module.answer", module_with("(i64.const -99)"))
        for pointer in (0, -1, 20 * 65536):
            self.assert_fails("memory.full", module_with("(i64.const 0)", f"(i32.const {pointer})"))


class Errors(unittest.TestCase):
    def assert_raises(self, code: str, says: str, call: object) -> None:
        with self.assertRaises(KakekomiError) as caught:
            call()  # type: ignore[operator]
        self.assertEqual(caught.exception.code, code)
        self.assertIn(says, str(caught.exception))

    def test_bytes_that_are_no_module_of_a_desk_are_refused(self) -> None:
        self.assert_raises("module.invalid", "0 bytes", lambda: load(b""))
        self.assert_raises("module.invalid", "fetch it again", lambda: load(WASM[:-1]))
        self.assert_raises("module.abi", "not one of", lambda: load(bytes(wasmtime.wat2wasm("(module)"))))
        self.assert_raises("module.abi", "newer package", lambda: module_with("(i64.const 0)", marker="kakekomi_abi_2"))
        other = '(func (export "kakekomi_abi_1") (result i32) (i32.const 1))'
        self.assert_raises("module.abi", "abi_1", lambda: load(bytes(wasmtime.wat2wasm(f"(module {other})"))))
        self.assert_raises("module.digest", MODULE.digest, lambda: load(WASM, digest="0" * 64))
        self.assert_raises("options.invalid", "digest", lambda: load(WASM, digest="latest"))

    def test_what_is_no_context_is_refused(self) -> None:
        for context in ("", "[]", b"\xff", '{"now":0}'):
            self.assert_raises("context.invalid", "GET /v1/desk", lambda: MODULE.check(b"{}", context))  # noqa: B023
        self.assert_raises("context.invalid", "longer", lambda: MODULE.check(b"{}", " " * (2 << 20)))

    def test_what_a_parser_made_of_the_draft_is_refused(self) -> None:
        with self.assertRaisesRegex(TypeError, "before any parser"):
            MODULE.check({"contact": {}}, CASES[0]["context"])  # type: ignore[arg-type]
        self.assert_raises("text.surrogate", "as they came", lambda: MODULE.check('"\ud800"', CASES[0]["context"]))

    def test_an_error_reaches_another_process_whole(self) -> None:
        copy = pickle.loads(pickle.dumps(KakekomiError("module.pin", "words")))
        self.assertEqual((copy.code, str(copy)), ("module.pin", "module.pin: words"))


if __name__ == "__main__":
    unittest.main()
