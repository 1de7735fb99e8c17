"""Checks of `expectations/*.yml`: what the contract's reader refuses, and what it would silently take wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from expectations import contract
from expectations.contract import COMMON, ContractError
from exports.questions.yaml_lines import Located, YamlProblem, load
from orchestration.quality.checks.checking import Places, Problem
from orchestration.quality.checks.csv_tables import read, whole_number
from orchestration.quality.checks.reference import CODE_COLUMNS, CODE_LISTS

SOURCE_FIELDS = ("source", "title", "description", "delivery", "key", "columns", "derived", "rules")
COMMON_FIELDS = ("rules", "warehouse", "texts", "allowed", "columns")
NAME = re.compile(r"[a-z][a-z0-9_]*")
THOUSANDS = re.compile(r"\b(min|max|min_value|max_value): *([+-]?\d{1,3}\.\d{3})(?![\d.])")
"""A number as Flanders writes thousands, which YAML takes for decimals; no value here has three of those."""
LOADED = re.compile(r"(?<!niet )\bgeladen\b", re.IGNORECASE)
"""What may be said of a row with a warning only; `niet geladen` may be said of a refused one."""


def sources(places: Places) -> Iterator[Problem]:
    """Every suite, and the rules of all sources."""
    found = list(_file(places.expectations / f"{COMMON}.yml", COMMON_FIELDS))
    if any(_unreadable_codes(places)):
        return  # said of code_lists.csv already
    paths = [p for p in sorted(places.expectations.glob("*.yml")) if p.stem != COMMON]
    yield from found
    for path in paths:
        yield from _file(path, SOURCE_FIELDS)
        if found or not _readable(path):
            continue  # the reader would say it again, without the line
        try:
            contract.load(path.stem, places.expectations, places.seeds)
        except ContractError as error:
            yield from (_located(line, places) for line in str(error).splitlines())
        except (OSError, KeyError, ValueError, TypeError, AttributeError) as error:
            what = "cannot be understood; compare it with the suite of another source"
            yield Problem(path.name, None, f"{what} ({type(error).__name__})")


def _readable(path: Path) -> bool:
    try:
        return isinstance(load(path.read_text(encoding="utf-8")), Located)
    except (OSError, UnicodeDecodeError, YamlProblem):
        return False


def _unreadable_codes(places: Places) -> Iterator[Problem]:
    """What keeps the contract's reader from reading the code lists at all."""
    rows, problems = read(places.seeds / CODE_LISTS, CODE_COLUMNS)
    yield from problems
    yield from (Problem(CODE_LISTS, r.line, "sort_order") for r in rows if not whole_number(r["sort_order"]))


def _file(path: Path, fields: tuple[str, ...]) -> Iterator[Problem]:
    try:
        text = path.read_text(encoding="utf-8")
        doc = load(text)
    except OSError as error:
        yield Problem(path.name, None, f"cannot be read ({error.strerror}); restore the file")
        return
    except UnicodeDecodeError:
        yield Problem(path.name, None, "is not UTF-8; save it as UTF-8")
        return
    except YamlProblem as error:
        match = re.fullmatch(r"line (\d+): (.*)", str(error), flags=re.DOTALL)
        yield Problem(path.name, int(match[1]), match[2]) if match else Problem(path.name, None, str(error))
        return
    if not isinstance(doc, Located):
        yield Problem(path.name, None, "is empty or no mapping; restore the file")
        return
    for name in doc:
        if name not in fields:
            close = get_close_matches(str(name), fields, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"the fields are {', '.join(fields)}"
            yield Problem(path.name, doc.line(name), f"unknown field {name!r}; {hint}")
    if path.stem != COMMON and doc.get("source") not in (None, path.stem):
        yield Problem(path.name, doc.line("source"), f"source {doc['source']!r} must be the file's name, {path.stem!r}")
    for number, line in enumerate(text.splitlines(), start=1):
        if wrong := THOUSANDS.search(line.partition("#")[0]):
            yield Problem(
                path.name,
                number,
                f"{wrong[1]} is read as {float(wrong[2]):g}, because a point is the decimal sign; write "
                f"{wrong[2].replace('.', '')}, or {float(wrong[2]):g} when that is meant",
            )
    yield from _columns(path.name, doc.get("columns"))
    for rule in doc.get("rules") or [] if isinstance(doc.get("rules"), list) else []:
        if isinstance(rule, Located):
            yield from _rule(path.name, rule)


def _columns(file: str, columns: Any) -> Iterator[Problem]:
    if not isinstance(columns, Located):
        return
    for name, spec in columns.items():
        if not NAME.fullmatch(str(name)):
            yield Problem(file, columns.line(name), f"column {name!r} must be named with a-z, 0-9 and _")
        if isinstance(spec, dict) and not isinstance(spec.get("required", False), bool):
            yield Problem(
                file, columns.line(name), f"column {name!r}: required is {spec['required']!r}; write true or false"
            )


def _rule(file: str, rule: Located) -> Iterator[Problem]:
    name = rule.get("name")
    if name is not None and not NAME.fullmatch(str(name)):
        yield Problem(file, rule.line("name"), f"rule name {name!r} must be a-z, 0-9 and _, and begin with a letter")
    for text, reader in (("meaning", "what is wrong"), ("remedy", "what to do")):
        if not isinstance(rule.get(text), str) or not rule[text].strip():
            yield Problem(file, rule.first_line, f"rule {name!r} has no {text}; say in Dutch {reader}, for the OCMW")
        elif rule.get("on_fail") == "reject" and LOADED.search(rule[text]):
            yield Problem(
                file,
                rule.line(text),
                f"rule {name!r} refuses the row (on_fail: reject), but its {text} says that something is loaded; "
                "say what the OCMW has to do to get the row in",
            )
    for bound in ("min_value", "max_value"):
        if isinstance(value := rule.get(bound), str) and re.fullmatch(r"[+-]?\d[\d.,]*", value.strip()):
            yield Problem(
                file,
                rule.line(bound),
                f"rule {name!r}: {bound} {value!r} is a text; write the number without quotes, such as 5000 or 12.5",
            )
    listed = rule.get("value_set")
    only_if = rule.get("only_if")
    values = list(listed) if isinstance(listed, list) else []
    values += [only_if["is"]] if isinstance(only_if, dict) and "is" in only_if else []
    for value in values:
        if isinstance(value, bool) or value is None:
            yield Problem(
                file,
                rule.first_line,
                f"rule {name!r}: a code reads as {value!r} (YAML takes NO, ON, Y and the like for yes or no); "
                "put the codes in quotes",
            )


def _located(message: str, places: Places) -> Problem:
    """The mistake with its line: that of the rule or column that it names."""
    match = re.fullmatch(r"([a-z0-9_]+\.yml)(?:, rule '(?P<rule>[^']*)')?: (?P<what>.*)", message, flags=re.DOTALL)
    if not match:
        return Problem("expectations", None, message)
    try:
        doc = load((places.expectations / match[1]).read_text(encoding="utf-8"))
    except (OSError, YamlProblem):
        return Problem(match[1], None, match["what"])
    line = None
    if name := match["rule"]:
        rules = [r for r in doc.get("rules") or [] if isinstance(r, Located) and r.get("name") == name]
        line = rules[0].line("name") if rules else None
        return Problem(match[1], line, f"rule {name!r}: {match['what']}")
    for kind, part in (
        ("derived column", "derived"),
        ("key column", "key"),
        ("column", "columns"),
        ("rule name", "rules"),
    ):
        if (named := re.search(rf"{kind} '([^']*)'", match["what"])) and line is None:
            block = doc.get(part)
            if isinstance(block, Located):
                line = block.lines.get(named[1])
            elif part == "rules":
                line = max((r.line("name") for r in block or [] if r.get("name") == named[1]), default=None)
            else:
                line = doc.line(part)
    return Problem(match[1], line, match["what"])
