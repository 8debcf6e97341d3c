"""What is fetched from a desk: `GET /v1/desk` and the file of its module, with limits on time and size.

`Source("https://desk.example.jp", 10.0).describe()` → `("sha256:2fbc…", {"now": 1795140000000, …})`
"""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from .digest import read_digest
from .errors import KakekomiError
from .report import Context

DESCRIPTION_MAX = 1 << 20
MODULE_MAX = 16 << 20

TOO_MANY_REQUESTS = 429
SERVER_ERROR = 500


class Source:
    """A desk's address, and the longest time of one request in seconds."""

    def __init__(self, desk: str, timeout: float) -> None:
        self.desk = _origin(desk)
        self._timeout = timeout

    def describe(self) -> tuple[str, Context]:
        """Fetches the digest of the module in force, and the context."""
        path = "/v1/desk"
        try:
            answer = json.loads(self._get(path, DESCRIPTION_MAX, "desk.unreachable"))
            module, context = read_digest(answer["module"], "module"), answer["context"]
            # The members that are used here; the module judges the rest.
            if isinstance(context["now"], int) and isinstance(context["locale"], str):
                return module, context
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            pass
        except KakekomiError as error:
            if error.code != "options.invalid":
                raise
        raise self._invalid(path, "gives no module and no context")

    def module(self, digest: str) -> bytes:
        """Fetches the bytes that are said to have this digest; nobody has verified them yet."""
        return self._get(f"/module/{digest.removeprefix('sha256:')}.wasm", MODULE_MAX, "module.truncated")

    def _get(self, path: str, most: int, truncated: str) -> bytes:
        # urllib follows redirects and would follow one from https to http: a desk answers at its own address.
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            with opener.open(self.desk + path, timeout=self._timeout) as answer:
                body = _body(answer, most, time.monotonic() + self._timeout)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == TOO_MANY_REQUESTS or error.code >= SERVER_ERROR:
                words = f"{self.desk}{path} answers {error.code}: the desk is out of order or busy, try again later"
                raise KakekomiError("desk.unreachable", words) from None
            raise self._invalid(path, f"answers {error.code}") from None
        except http.client.IncompleteRead as error:
            words = f"{self.desk}{path} broke off before its end: try again, and look at the proxy between"
            raise KakekomiError(truncated, words) from error
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            words = f"{self.desk} cannot be reached: look at its address and the network ({reason})"
            raise KakekomiError("desk.unreachable", words) from error
        if len(body) > most:
            raise self._invalid(path, f"is longer than {most} bytes")
        return body

    def _invalid(self, path: str, what: str) -> KakekomiError:
        return KakekomiError("desk.invalid", f"{self.desk}{path} {what}: is this the address of a kakekomi desk?")


def _body(answer: http.client.HTTPResponse, most: int, deadline: float) -> bytes:
    """Reads a body, or one byte more than the most: urllib's timeout begins again with each piece."""
    body = bytearray()
    while len(body) <= most and (piece := answer.read1(most + 1 - len(body))):
        body += piece
        if time.monotonic() > deadline:
            raise TimeoutError("timed out")
    # Of a given size urllib reads less without an error, and what it still waits for is in `length`.
    if len(body) <= most and answer.length:
        raise http.client.IncompleteRead(bytes(body), answer.length)
    return bytes(body)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Leaves a redirect as the answer that it is."""

    def redirect_request(self, *args: Any, **options: Any) -> None:
        return None


def _origin(desk: str) -> str:
    """Reads an address; a path after the origin is ignored, and so is a name or password before the host."""
    try:
        parts = urllib.parse.urlsplit(desk)
        if parts.scheme in ("http", "https") and parts.hostname:
            host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
            return f"{parts.scheme}://{host}" + ("" if parts.port is None else f":{parts.port}")
    except ValueError:
        pass
    raise KakekomiError("options.invalid", 'desk is no address: write the desk\'s origin, "https://desk.example.jp"')
