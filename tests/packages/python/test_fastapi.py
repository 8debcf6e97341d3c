"""The FastAPI example as a server, with a client that gets verdicts from it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import unittest

import httpx
from desk import Proxy

with open(os.environ["KAKEKOMI_TEST_DRAFT"], "rb") as file:
    DRAFT = file.read()


class Serving(unittest.TestCase):
    proxy: Proxy
    client: httpx.Client
    server: subprocess.Popen[bytes]

    @classmethod
    def setUpClass(cls) -> None:
        cls.proxy = Proxy(os.environ["KAKEKOMI_TEST_DESK"])
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "uvicorn", "fastapi_app:app", "--port", str(port), "--log-level", "warning"]
        cls.server = subprocess.Popen(command, env={**os.environ, "KAKEKOMI_DESK": cls.proxy.url})
        cls.client = httpx.Client(base_url=f"http://127.0.0.1:{port}")
        for _ in range(300):
            try:
                cls.client.get("/openapi.json")
                return
            except httpx.ConnectError:
                time.sleep(0.1)
        raise AssertionError("the server does not start")

    @classmethod
    def tearDownClass(cls) -> None:
        cls.server.terminate()
        cls.server.wait()
        cls.client.close()
        cls.proxy.stop()

    def test_an_accepted_draft_reaches_the_route_as_it_came(self) -> None:
        answer = self.client.post("/drafts", content=DRAFT)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.json()["bytes"], len(DRAFT))
        self.assertTrue(answer.json()["Kakekomi-Module"].startswith("sha256:"))

    def test_a_draft_with_issues_gets_422_and_the_report(self) -> None:
        # Python's parser would let the last of the two keys win, and nobody would know.
        answer = self.client.post("/drafts", content=b'{"contact":{"phone":"110","phone":"03-1234-5678"}}')
        self.assertEqual(answer.status_code, 422)
        self.assertIn("key.duplicate", [issue["code"] for issue in answer.json()["issues"]])
        self.assertTrue(answer.content.startswith(b'{"ruleset":"'), "canonical")
        self.assertEqual(self.client.post("/drafts", content=b"{").json()["issues"][0]["code"], "text.not_json")

    def test_a_body_beyond_256_kib_gets_413(self) -> None:
        self.assertEqual(self.client.post("/drafts", content=b" " * (256 * 1024 + 1)).status_code, 413)

    def test_drafts_are_judged_while_the_desk_is_down(self) -> None:
        self.proxy.stop()
        wrong = json.dumps({**json.loads(DRAFT), "surprise": 1}).encode()
        self.assertEqual(self.client.post("/drafts", content=DRAFT).status_code, 200)
        self.assertEqual(self.client.post("/drafts", content=wrong).status_code, 422)


if __name__ == "__main__":
    unittest.main()
