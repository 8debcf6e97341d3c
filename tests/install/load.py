"""Submissions over HTTPS at a steady rate until a file appears; fails if one gets no receipt, or a check no whole report.

Each submission goes over a connection of its own, with a key of its own: what is counted is what a visitor would see.
Beside them one client sends check after check over a connection that is kept open. Their reports are longer than the buffer
of a proxy in Go, and such a proxy cuts off about one in fifty if it is configured wrongly (docs/operate.md, Caddy).
"""

import argparse
import http.client
import json
import pathlib
import socket
import ssl
import sys
import threading
import time
import uuid

# Bytes that a proxy in Go reads at a time: a response that fits is never cut off.
PROXY_BUFFER = 4096


class Connection(http.client.HTTPSConnection):
    def __init__(self, host, context):
        super().__init__(host, timeout=30, context=context)
        self.context = context

    def connect(self):
        # The name is in no DNS: the address is loopback, the certificate is checked against the name.
        connection = socket.create_connection(("127.0.0.1", 443), self.timeout)
        # As browsers do: the body follows the head at once.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = self.context.wrap_socket(connection, server_hostname=self.host)


def post(connection, path, draft, headers):
    connection.request("POST", path, draft, {"Content-Type": "application/json"} | headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def submit(arguments, context, draft, results):
    started = time.monotonic()
    try:
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        status, body = post(Connection(arguments.host, context), "/v1/submissions", draft, headers)
        outcome = json.loads(body)["number"] if status == 201 else None
        failure = None if outcome else f"{status} {body[:200]!r}"
    except Exception as error:  # whatever a visitor's browser would show as an error
        outcome, failure = None, repr(error)
    results.append((outcome, failure, time.monotonic() - started))


def check(arguments, context, draft, ended, results):
    connection = Connection(arguments.host, context)
    while not ended.is_set():
        try:
            status, body = post(connection, "/v1/check", draft, {})
            whole = status == 200 and len(body) > PROXY_BUFFER and "accepted" in json.loads(body)
            results.append(None if whole else f"a check: {status}, {len(body)} bytes")
        except Exception as error:
            results.append(f"a check: {error!r}")
            connection.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", required=True)
    parser.add_argument("--authority", required=True)
    parser.add_argument("--draft", required=True, type=pathlib.Path)
    parser.add_argument("--per-second", required=True, type=float)
    parser.add_argument("--stop", required=True, type=pathlib.Path)
    parser.add_argument("--receipts", required=True, type=pathlib.Path)
    arguments = parser.parse_args()

    context = ssl.create_default_context(cafile=arguments.authority)
    draft = arguments.draft.read_bytes()
    results, threads, checks, ended = [], [], [], threading.Event()
    checking = threading.Thread(target=check, args=(arguments, context, draft, ended, checks), daemon=True)
    checking.start()
    begun = time.monotonic()
    # The program that started this one may have failed and removed the folder.
    while arguments.stop.parent.exists() and not arguments.stop.exists():
        thread = threading.Thread(target=submit, args=(arguments, context, draft, results))
        thread.start()
        threads.append(thread)
        time.sleep(max(0.0, begun + len(threads) / arguments.per_second - time.monotonic()))
    lasted = time.monotonic() - begun
    ended.set()
    for thread in [*threads, checking]:
        thread.join()

    receipts = [number for number, _, _ in results if number]
    failures = [failure for failure in [*(failure for _, failure, _ in results), *checks] if failure]
    with arguments.receipts.open("a") as file:
        file.writelines(f"{number}\n" for number in receipts)
    slowest = max(seconds for _, _, seconds in results)
    print(
        f"{len(receipts)} receipts of {len(threads)} in {lasted:.0f} s, the slowest after {slowest:.2f} s;",
        f"{checks.count(None)} reports of {len(checks)}",
    )
    for failure in failures[:5]:
        print(failure)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
