#!/usr/bin/env python3
"""Judges a draft in Python: revalidate.py kakekomi.wasm SHA256 context.json draft.json

Needs the package kakekomi-check. Prints the report. Exit 0: accepted; 1: issues; 2: the module is another one
than was wanted; 4: it failed.
"""

import json
import sys
from pathlib import Path

from kakekomi_check import KakekomiError, load


def main(module, wanted, context, draft):
    # A server loads the module once, when it starts. The draft is its very bytes, not what a JSON parser made of them.
    rules = load(Path(module).read_bytes(), digest=wanted)
    report = rules.check_text(Path(draft).read_bytes(), Path(context).read_bytes())
    print(report)
    return 0 if json.loads(report)["accepted"] else 1


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:5]))
    except Exception as failure:  # never exit 1, which means issues
        print(f"no report: {failure}", file=sys.stderr)
        sys.exit(2 if isinstance(failure, KakekomiError) and failure.code == "module.digest" else 4)
