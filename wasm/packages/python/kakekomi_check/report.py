"""The types of a report, made from the desk's schema by generate_report_types.py: do not edit.

A report's `context` holds all inputs of the rules beside the draft, so that anybody can check again.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict

Code = Literal[
    "text.not_utf8",
    "text.not_json",
    "text.bom",
    "text.too_long",
    "text.too_deep",
    "key.unknown",
    "key.duplicate",
    "type.null",
    "type.text",
    "type.object",
    "type.list",
    "type.boolean",
    "type.integer",
    "number.form",
    "number.negative_zero",
    "number.range",
    "unknown.not_allowed",
    "unknown.not_true",
    "required",
    "required.one_of",
    "length.too_long",
    "list.too_long",
    "list.repeated",
    "chars.control",
    "chars.bidi",
    "chars.line_break",
    "chars.surrogate",
    "choice.unknown",
    "phone.invalid",
    "phone.emergency",
    "phone.refused",
    "phone.abroad",
    "phone.extension",
    "email.invalid",
    "email.local",
    "email.domain",
    "email.joiner",
    "responsible.needed",
    "moment.unreadable",
    "moment.year",
    "moment.year_short",
    "moment.era",
    "moment.gap",
    "moment.no_such_day",
    "moment.time",
    "moment.offset",
    "moment.precision",
    "moment.range",
    "moment.future",
    "moment.after_discovery",
    "moment.order",
    "digest.invalid",
    "agree.needed",
    "consent.stale",
    "consent.future",
    "other.later",
    "support.evidence_altered",
    "support.disk_encrypted",
    "support.remote_refused",
    "support.no_surrounding_logs",
    "support.interview_incomplete",
    "harm.third_party",
    "remote.approval_pending",
    "forensics.nothing_handed_over",
    "contact.outside_mailbox",
    "contact.email_advised",
    "secret.likely",
    "desk.closed",
    "desk.hours_unknown",
    "guidance.isolate",
    "guidance.keep_powered",
    "guidance.edr_online",
    "guidance.encrypting_now",
    "guidance.no_second_scan",
    "guidance.keep_logs",
    "guidance.ransom_note",
    "guidance.diary",
    "guidance.accounts",
    "guidance.personal_data",
    "guidance.lost_device",
    "guidance.fraud",
    "guidance.defacement",
    "guidance.flood",
]
"""A stable code; docs/codes.md of the desk explains each. A newer module may have more."""


class Advisory(TypedDict):
    clause: str
    """The clause of the consent document"""
    code: Code
    message: str
    """A sentence for the person"""
    path: str
    """A JSON Pointer into the draft; empty for the text as a whole"""


class _TitleOptional(TypedDict, total=False):
    en: str


class Title(_TitleOptional):
    ja: str


class Choice(TypedDict):
    title: Title
    value: str


class _QuestionOptional(TypedDict, total=False):
    choices: list[Choice]
    """For the kind choice alone"""


class Question(_QuestionOptional):
    id: str
    kind: Literal["text", "choice", "moment", "yes_no"]
    required: bool
    title: Title


class _ContextOptional(TypedDict, total=False):
    questions: list[Question]


YearEnd = TypedDict("YearEnd", {"from": str, "to": str})


class Calendar(TypedDict):
    close: str
    extra_closed: list[str]
    extra_open: list[str]
    holidays: list[str]
    last_year: int
    offset: str
    open: str
    weekday_excludes_holidays: bool
    year_end: YearEnd


class _DigestsOptional(TypedDict, total=False):
    en: str


class Digests(_DigestsOptional):
    ja: str


class Document(TypedDict):
    sha256: Digests
    version: str


class Context(_ContextOptional):
    calendar: Calendar
    consent: Document
    locale: Literal["ja", "en"]
    now: int
    """Milliseconds since 1970, UTC"""
    policy: Document


class Guidance(TypedDict):
    code: Code
    message: str
    """A sentence for the person"""


class Issue(TypedDict):
    code: Code
    message: str
    """A sentence for the person"""
    params: dict[str, int | list[str]]
    path: str
    """A JSON Pointer into the draft; empty for the text as a whole"""


class Progress(TypedDict):
    answered: int
    required: int
    section: str
    unknown: int


class Report(TypedDict):
    accepted: bool
    advisories: list[Advisory]
    context: Context
    guidance: list[Guidance]
    hidden: list[str]
    issues: list[Issue]
    progress: list[Progress]
    ruleset: str
    """The version of the rules"""
    values: dict[str, Any]
    """The draft with normalised values; what was refused is left out"""
