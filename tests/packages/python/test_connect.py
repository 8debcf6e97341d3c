"""`connect` with a desk that goes down, changes its module, or is reached through a proxy that lies."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import socket
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request
from typing import Any

from desk import Alter, Proxy, answering, broken_off, newer, of_module
from kakekomi_check import Connection, KakekomiError, connect, load

DESK = os.environ["KAKEKOMI_TEST_DESK"]

with open(os.environ["KAKEKOMI_TEST_DRAFT"], "rb") as file:
    DRAFT = file.read()


def fetched(path: str) -> bytes:
    with urllib.request.urlopen(DESK + path) as answer:
        body: bytes = answer.read()
    return body


def in_force() -> str:
    digest: str = json.loads(fetched("/v1/desk"))["module"]
    return digest


def another(wasm: bytes) -> tuple[bytes, str]:
    """The same rules in other bytes: a section of a module that engines skip, `\\x04` long, named "new"."""
    wasm += b"\x00\x04\x03new"
    return wasm, "sha256:" + hashlib.sha256(wasm).hexdigest()


class Connecting(unittest.TestCase):
    def setUp(self) -> None:
        self.proxy = Proxy(DESK)
        self.addCleanup(self.proxy.stop)
        logging.disable()
        self.addCleanup(logging.disable, logging.NOTSET)

    def assert_refused(self, code: str, alter: Alter) -> str:
        self.proxy.alter = alter
        with self.assertRaises(KakekomiError) as caught:
            connect(self.proxy.url)
        self.assertEqual(caught.exception.code, code)
        return str(caught.exception)

    def test_verdicts_are_those_of_the_desk(self) -> None:
        desk = connect(DESK)
        self.assertEqual(desk.digest, in_force())
        for draft, accepted in ((DRAFT, True), (b'{"contact":{"phone":"110"}}', False), (b"{", False)):
            report = desk.check(draft)
            self.assertIs(report["accepted"], accepted)
            request = urllib.request.Request(DESK + "/v1/check", draft, {"Content-Type": "application/json"})
            try:
                with urllib.request.urlopen(request) as answer:
                    theirs = json.load(answer)
            except urllib.error.HTTPError as error:
                theirs = json.load(error)["report"]
            self.assertLess(abs(theirs["context"]["now"] - report["context"]["now"]), 2_000)
            theirs["context"]["now"] = report["context"]["now"]
            self.assertEqual(json.dumps(theirs), json.dumps(report))

    def test_sentences_are_in_the_language_that_is_asked_for(self) -> None:
        english = connect(DESK, locale="en")
        self.assertIn("Please", english.check_text(b"{"))
        self.assertNotIn("Please", english.check_text(b"{", locale="ja"))

    def test_an_option_that_cannot_be_read_is_named(self) -> None:
        wrong: list[dict[str, Any]] = [
            {"timeout": -1},
            {"timeout": 0},
            {"max_age": float("nan")},
            {"time_limit": float("inf")},
            {"locale": "fr"},
        ]
        for option in wrong:
            with self.assertRaises(KakekomiError) as caught:
                connect(DESK, **option)
            self.assertEqual(caught.exception.code, "options.invalid")
            self.assertIn(next(iter(option)), str(caught.exception))
        for address in ("desk.example.jp", "http://[::1", "http://desk.example.jp:port"):
            with self.assertRaises(KakekomiError) as caught:
                connect(address)
            self.assertEqual(caught.exception.code, "options.invalid")

    def test_a_desk_that_answers_byte_by_byte_is_given_up(self) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def drip() -> None:
            with contextlib.suppress(OSError), listener.accept()[0] as client:
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n")
                for _ in range(50):
                    client.sendall(b" ")
                    time.sleep(0.1)

        threading.Thread(target=drip, daemon=True).start()
        started = time.monotonic()
        with self.assertRaises(KakekomiError) as caught:
            connect(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=0.5)
        self.assertEqual(caught.exception.code, "desk.unreachable")
        self.assertLess(time.monotonic() - started, 3)

    def test_a_desk_that_is_down_is_unreachable(self) -> None:
        self.proxy.stop()
        words = self.assert_refused("desk.unreachable", answering(200))
        self.assertIn(self.proxy.url, words)
        self.assert_refused("desk.unreachable", answering(200))

    def test_a_desk_that_is_out_of_order_is_unreachable_and_a_stranger_is_no_desk(self) -> None:
        self.assert_refused("desk.unreachable", answering(503))
        self.assert_refused("desk.invalid", answering(404))
        self.assert_refused("desk.invalid", answering(302))
        self.assert_refused("desk.invalid", lambda path, answer: type(answer)(200, b"<html>", 6))

    def test_a_module_that_was_changed_or_cut_off_on_its_way_is_refused(self) -> None:
        self.assertIn("cut off", self.assert_refused("module.digest", of_module(lambda wasm: wasm[: len(wasm) // 2])))
        self.assertIn("another", self.assert_refused("module.digest", of_module(lambda wasm: another(wasm)[0])))
        self.assertIn("proxy", self.assert_refused("module.digest", of_module(lambda _: b"<html>")))
        self.assert_refused("module.truncated", broken_off)

    def test_only_pinned_modules_are_accepted(self) -> None:
        digest = in_force()
        for pin in (digest, digest.removeprefix("sha256:").upper(), ["0" * 64, digest]):
            self.assertEqual(connect(self.proxy.url, pin=pin).digest, digest)
        with self.assertRaises(KakekomiError) as caught:
            connect(self.proxy.url, pin="sha256:" + "0" * 64)
        self.assertEqual(caught.exception.code, "module.pin")
        self.assertIn(digest, str(caught.exception))
        for options in ({"pin": "0" * 63}, {"pin": ["x"]}):
            with self.assertRaises(KakekomiError) as caught:
                connect(self.proxy.url, **options)
            self.assertEqual(caught.exception.code, "options.invalid")
        with self.assertRaises(KakekomiError) as caught:
            connect("desk.example.jp")
        self.assertEqual(caught.exception.code, "options.invalid")

    def test_checks_go_on_while_the_desk_is_down_and_their_time_moves_on(self) -> None:
        desk = connect(self.proxy.url, max_age=0)
        before = desk.check(DRAFT)
        self.assertIsNone(desk.problem)
        self.proxy.stop()
        time.sleep(1.1)
        after = desk.check(DRAFT)
        self.assertIs(after["accepted"], True)
        moved = after["context"]["now"] - before["context"]["now"]
        self.assertTrue(1_000 <= moved < 10_000, moved)
        self.assertEqual(desk.problem and desk.problem.code, "desk.unreachable")
        with self.assertRaises(KakekomiError):
            desk.refresh()

    def test_a_context_serves_for_its_age_and_a_desk_that_failed_is_left_alone(self) -> None:
        desk = connect(self.proxy.url)
        asked = len(self.proxy.paths)
        desk.check(DRAFT)
        self.assertEqual(len(self.proxy.paths), asked)
        desk.refresh()
        self.assertEqual(self.proxy.paths[asked:], ["/v1/desk"], "the module is the same and is not fetched again")
        self.proxy.alter = answering(503)
        desk = self.failing_connection()
        asked = len(self.proxy.paths)
        desk.check(DRAFT)
        desk.check(DRAFT)
        self.assertEqual(len(self.proxy.paths), asked + 1)

    def failing_connection(self) -> Connection:
        self.proxy.alter = lambda path, answer: answer
        desk = connect(self.proxy.url, max_age=0)
        self.proxy.alter = answering(503)
        return desk

    def test_a_new_module_of_the_desk_is_taken_into_use(self) -> None:
        desk = connect(self.proxy.url, max_age=0)
        old = desk.digest
        wasm, digest = another(fetched(self.proxy.module_path))
        self.proxy.alter = newer(wasm, digest)
        self.assertIs(desk.check(DRAFT)["accepted"], True)
        self.assertNotEqual(old, desk.digest)
        self.assertEqual(desk.digest, digest)

    def test_a_new_module_that_is_broken_or_not_pinned_is_not_taken_into_use(self) -> None:
        old = in_force()
        wasm, digest = another(fetched(self.proxy.module_path))
        for pin, sent, code in ((None, wasm[:-1], "module.digest"), (old, wasm, "module.pin")):
            self.proxy.alter = lambda path, answer: answer
            desk = connect(self.proxy.url, pin, max_age=0)
            self.proxy.alter = newer(sent, digest)
            self.assertIs(desk.check(DRAFT)["accepted"], True)
            self.assertEqual((desk.digest, desk.problem and desk.problem.code), (old, code))

    def test_a_stored_report_is_made_again_from_the_desks_archive(self) -> None:
        request = urllib.request.Request(DESK + "/v1/check", DRAFT, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            report, digest = answer.read(), answer.headers["Kakekomi-Module"]
        module = load(fetched(f"/module/{digest.removeprefix('sha256:')}.wasm"), digest=digest)
        self.assertEqual(module.check_bytes(DRAFT, json.loads(report)["context"]), report)

    def test_a_server_starts_from_its_cache_while_the_desk_is_down(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            first = connect(self.proxy.url, cache=folder)
            self.proxy.stop()
            second = connect(self.proxy.url, cache=folder, pin=first.digest)
            self.assertEqual(
                (second.digest, second.problem and second.problem.code), (first.digest, "desk.unreachable")
            )
            self.assertIs(second.check(DRAFT)["accepted"], True)
            self.assertGreaterEqual(second.context["now"], first.context["now"] - 1_000)
            for pin, damage in (("0" * 64, b""), (None, b"x")):
                with open(os.path.join(folder, "kakekomi.wasm"), "ab") as file:
                    file.write(damage)
                with self.assertRaises(KakekomiError) as caught:
                    connect(self.proxy.url, cache=folder, pin=pin)
                self.assertEqual(caught.exception.code, "desk.unreachable")

    def test_threads_share_a_connection_and_its_refreshes(self) -> None:
        desk = connect(self.proxy.url, max_age=0.3)
        asked = len(self.proxy.paths)
        verdicts: list[bool] = []
        until = time.monotonic() + 1.0

        def work() -> None:
            while time.monotonic() < until:
                verdicts.append(desk.check(DRAFT)["accepted"])

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertGreater(len(verdicts), 8)
        self.assertTrue(all(verdicts))
        self.assertLessEqual(len(self.proxy.paths) - asked, 4)


if __name__ == "__main__":
    unittest.main()
