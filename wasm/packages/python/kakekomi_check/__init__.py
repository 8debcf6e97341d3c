"""The rules of a kakekomi desk in your own server.

`connect("https://desk.example.jp").check(body)` → `{"ruleset": "2026.11.5", "accepted": False, "issues": […], …}`

The same text and context give the same bytes of report here, in the page and on the desk: no rule is written twice.
"""

from .connect import Connection, connect
from .errors import KakekomiError
from .module import Module, load
from .report import Advisory, Code, Context, Guidance, Issue, Progress, Report

__all__ = [
    "Advisory",
    "Code",
    "Connection",
    "Context",
    "Guidance",
    "Issue",
    "KakekomiError",
    "Module",
    "Progress",
    "Report",
    "connect",
    "load",
]
