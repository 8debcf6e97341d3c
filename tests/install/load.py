"""Submissions over HTTPS at a steady rate until a file appears; fails if one is not answered with a receipt.

Each goes over a connection of its own, with a key of its own: what is counted is what a visitor would see.
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


def submit(arguments, context, draft, results):
    key = str(uuid.uuid4())
    started = time.monotonic()
    try:
        connection = http.client.HTTPSConnection(arguments.host, timeout=30, context=context)
        # The name is in no DNS: the address is loopback, the certificate is checked against the name.
        connection.sock = context.wrap_socket(
            socket.create_connection(("127.0.0.1", 443), 30), server_hostname=arguments.host
        )
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        connection.request("POST", "/v1/submissions", draft, headers)
        answer = connection.getresponse()
        body = answer.read()
        outcome = json.loads(body)["number"] if answer.status == 201 else None
        failure = None if outcome else f"{answer.status} {body[:200]!r}"
    except Exception as error:  # whatever a visitor's browser would show as an error
        outcome, failure = None, repr(error)
    results.append((outcome, failure, time.monotonic() - started))


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
    results, threads = [], []
    begun = time.monotonic()
    # The program that started this one may have failed and removed the folder.
    while arguments.stop.parent.exists() and not arguments.stop.exists():
        thread = threading.Thread(target=submit, args=(arguments, context, draft, results))
        thread.start()
        threads.append(thread)
        time.sleep(max(0.0, begun + len(threads) / arguments.per_second - time.monotonic()))
    lasted = time.monotonic() - begun
    for thread in threads:
        thread.join()

    receipts = [number for number, _, _ in results if number]
    failures = [failure for _, failure, _ in results if failure]
    with arguments.receipts.open("a") as file:
        file.writelines(f"{number}\n" for number in receipts)
    slowest = max(seconds for _, _, seconds in results)
    print(f"{len(receipts)} receipts of {len(threads)} in {lasted:.0f} s, the slowest after {slowest:.2f} s")
    for failure in failures[:5]:
        print(failure)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
