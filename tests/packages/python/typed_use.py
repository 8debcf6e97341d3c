"""What a type checker knows of a report. It is checked with mypy --strict, which also counts the errors that are wanted here."""

from kakekomi_check import Connection, Context, Issue, Report, connect, load


def paths(report: Report) -> list[str]:
    return [issue["path"] for issue in report["issues"]]


def largest(issue: Issue) -> int | list[str] | None:
    return issue["params"].get("largest")


def checked_again(wasm: bytes, text: bytes, report: Report) -> bool:
    context: Context = report["context"]
    return load(wasm).check(text, context) == report


def is_phone(issue: Issue) -> bool:
    return issue["code"] == "phone.invalid"


def misspelt(issue: Issue) -> bool:
    return issue["code"] == "phone.invlid"  # type: ignore[comparison-overlap]


def no_member(report: Report) -> object:
    return report["isues"]  # type: ignore[typeddict-item]


def parsed_before(desk: Connection) -> None:
    desk.check({"contact": {}})  # type: ignore[arg-type]


def wrong_language() -> Connection:
    return connect("https://desk.example.jp", locale="fr")  # type: ignore[arg-type]
