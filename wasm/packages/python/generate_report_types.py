"""Writes the types of a report from the desk's OpenAPI description.

`kakekomi openapi | python3 generate_report_types.py > kakekomi_check/report.py`

An object becomes a `TypedDict` that is named after its member, a list of codes `Code`. Members that may be absent are
in a base class, since `NotRequired` is newer than Python 3.10.
"""

from __future__ import annotations

import json
import keyword
import sys
from typing import Any

NAMES = {
    "issues": "Issue",
    "advisories": "Advisory",
    "guidance": "Guidance",
    "progress": "Progress",
    "calendar": "Calendar",
    "year_end": "YearEnd",
    "consent": "Document",
    "policy": "Document",
    "sha256": "Digests",
    "questions": "Question",
    "title": "Title",
    "choices": "Choice",
}

HEAD = '''"""The types of a report, made from the desk's schema by generate_report_types.py: do not edit.

A report's `context` holds all inputs of the rules beside the draft, so that anybody can check again.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict

'''


class Types:
    """The classes so far, each written after those that it names."""

    def __init__(self, schemas: dict[str, Any]) -> None:
        self.schemas = schemas
        self.written: dict[str, str] = {}

    def name(self, schema: dict[str, Any], member: str) -> str:
        """The type of a member, whose classes are written first."""
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            return self.object(self.schemas[name], name)
        if "enum" in schema:
            return self.literal(schema["enum"], member)
        kind = schema["type"]
        if kind == "array":
            return f"list[{self.name(schema['items'], member)}]"
        if kind == "object" and "additionalProperties" in schema and schema["additionalProperties"]:
            others = [schema["additionalProperties"], *schema["properties"].values()]
            return f"dict[str, {' | '.join(self.name(other, member) for other in others)}]"
        if kind == "object" and "properties" in schema:
            return self.object(schema, NAMES[member])
        return {"string": "str", "integer": "int", "boolean": "bool", "object": "dict[str, Any]"}[kind]

    def literal(self, words: list[str], member: str) -> str:
        if member != "code":
            return f"Literal[{', '.join(json.dumps(word) for word in words)}]"
        lines = "".join(f"    {json.dumps(word)},\n" for word in words)
        doc = '"""A stable code; docs/codes.md of the desk explains each. A newer module may have more."""\n'
        self.written["Code"] = f"Code = Literal[\n{lines}]\n{doc}"
        return "Code"

    def object(self, schema: dict[str, Any], name: str) -> str:
        required = set(schema["required"])
        optional = {key: value for key, value in schema["properties"].items() if key not in required}
        base = "TypedDict"
        if optional:
            base = f"_{name}Optional"
            self.class_of(base, "TypedDict, total=False", optional)
        self.class_of(name, base, {key: value for key, value in schema["properties"].items() if key in required})
        return name

    def class_of(self, name: str, base: str, properties: dict[str, Any]) -> None:
        if any(keyword.iskeyword(key) for key in properties):
            members = ", ".join(f'"{key}": {self.name(value, key)}' for key, value in properties.items())
            return self.write(name, f'{name} = TypedDict("{name}", {{{members}}})\n')
        lines = []
        for key, value in properties.items():
            lines.append(f"    {key}: {self.name(value, key)}\n")
            if "description" in value:
                lines.append(f'    """{value["description"]}"""\n')
        self.write(name, f"class {name}({base}):\n{''.join(lines)}")

    def write(self, name: str, text: str) -> None:
        if self.written.setdefault(name, text) != text:
            raise SystemExit(f"two different objects would be named {name}")


def main() -> None:
    types = Types(json.load(sys.stdin)["components"]["schemas"])
    types.object(types.schemas["Report"], "Report")
    print(HEAD + "\n\n".join(types.written.values()), end="")


main()
