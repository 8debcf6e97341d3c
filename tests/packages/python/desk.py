"""A real desk, and a real proxy before it that a test makes lie.

`Proxy(os.environ["KAKEKOMI_TEST_DESK"])` → `proxy.url`; `proxy.alter = half` changes what passes through.
"""

from __future__ import annotations

import http.server
import json
import threading
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Answer:
    """What the proxy sends: a body, and the length that it announces."""

    status: int
    body: bytes
    length: int


Alter = Callable[[str, Answer], Answer]


class Proxy:
    """Passes GET requests on to the desk."""

    def __init__(self, desk: str) -> None:
        self.alter: Alter = lambda path, answer: answer
        self.paths: list[str] = []
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                proxy.paths.append(self.path)
                with urllib.request.urlopen(desk + known(self.path)) as answer:
                    body: bytes = answer.read()
                sent = proxy.alter(self.path, Answer(200, body, len(body)))
                self.send_response(sent.status)
                self.send_header("Content-Length", str(sent.length))
                self.end_headers()
                self.wfile.write(sent.body)

            def log_message(self, *_: object) -> None:
                pass

        def known(path: str) -> str:
            # The desk has no file of a digest that a test made up.
            return path if path == "/v1/desk" else proxy.module_path

        with urllib.request.urlopen(desk + "/v1/desk") as answer:
            digest = json.load(answer)["module"].removeprefix("sha256:")
        self.module_path = f"/module/{digest}.wasm"
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Goes down: connections are refused."""
        self._server.shutdown()
        self._server.server_close()


def of_module(change: Callable[[bytes], bytes]) -> Alter:
    """Changes the module's bytes, with the length that they have then."""

    def alter(path: str, answer: Answer) -> Answer:
        if not path.startswith("/module/"):
            return answer
        body = change(answer.body)
        return Answer(200, body, len(body))

    return alter


def broken_off(path: str, answer: Answer) -> Answer:
    """Ends a module in its middle, as a connection that is cut."""
    return replace(answer, body=answer.body[: len(answer.body) // 2]) if path.startswith("/module/") else answer


def answering(status: int) -> Alter:
    """Answers every request with a status."""
    return lambda path, answer: replace(answer, status=status)


def newer(wasm: bytes, digest: str) -> Alter:
    """The desk has got another module in force."""

    def alter(path: str, answer: Answer) -> Answer:
        body = wasm
        if path == "/v1/desk":
            body = json.dumps({**json.loads(answer.body), "module": digest}).encode()
        return Answer(200, body, len(body))

    return alter
