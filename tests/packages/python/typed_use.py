"""Uses of the package's types, for mypy --strict, which fails too where an error that is marked here does not occur."""

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
