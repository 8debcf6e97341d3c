"""The error of this package: a stable code and words that say what to do.

`load(b"")` raises `KakekomiError` with the code `module.invalid`. A draft with issues is no error: it has a report. No
error holds a byte of a draft.
"""

from __future__ import annotations


class KakekomiError(Exception):
    """The reason why there is no report; README.md lists the codes."""

    code: str

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

    def __str__(self) -> str:
        return f"{self.code}: {self.args[0]}"

    def __reduce__(self) -> tuple[type[KakekomiError], tuple[str, str]]:
        # The default would call the class with the message alone, so that no copy reaches another process.
        return (KakekomiError, (self.code, str(self.args[0])))
