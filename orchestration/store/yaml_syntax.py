"""The syntax of a YAML file that people write: every mistake with its line, and how a text that breaks it is quoted.

The everyday mistake is a text with a colon that is not in quotes, which ends the reading of the file. Such a text is
quoted here, in memory, and the reading goes on, so that one mistake hides no other.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The loader in C where PyYAML was built with it: some ten times as fast."""
Wrong = tuple[int | None, str]
"""A line (from 1; None for the file as a whole) and what is wrong there."""
MOST = 100
"""Texts that are quoted in one file."""
LONGEST = 120
"""Characters of a quoted text that a message shows."""
_FIELD = re.compile(r"(?P<indent>\s*(?:- +)*)(?P<name>[\w.-]+) *: +(?P<text>[^\s{\[].*?)\s*")
_NAMED = re.compile(r"\s*(?:- +)*[\w.-]+ *:(?: |$)|\s*$")
_IN_BRACES = re.compile(
    r"(?P<name>[\w.-]+): +(?P<text>[^\s\"'\[\]{},][^\"'\[\]{},]*?: [^\"'\[\]{},]*?)(?=\s*(?:[,}]|$))"
)
_WHOLE = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[|>][+-]?\d*")


def parsed(text: str) -> tuple[yaml.Node | None, Any, list[Wrong]]:
    """The nodes and the content of a file, and what is wrong with its syntax. The node is None when there is no telling
    how the text was meant, and for a file without content."""
    wrong: list[Wrong] = []
    while True:
        try:
            node, value, dates = _loaded(text)
            return node, value, [*wrong, *dates]
        except yaml.MarkedYAMLError as problem:
            mended = _mended(text, problem) if len(wrong) < MOST else None
            if mended is None:
                return None, None, [*wrong, (_line(problem), _not_valid(problem.problem, "mend the YAML"))]
            text, line, advice = mended
            wrong.append((line, _not_valid(problem.problem, advice)))
        except yaml.YAMLError as problem:
            return None, None, [*wrong, (None, _not_valid(problem, "mend the YAML"))]


def _not_valid(why: object, remedy: str) -> str:
    return f"this is not valid YAML ({why}); {remedy}"


def _loaded(text: str) -> tuple[yaml.Node | None, Any, list[Wrong]]:
    """A date that is not in the calendar, such as 2024-13-45, is told and goes on as a text."""
    loader = LOADER(text)
    node = loader.get_single_node()
    if node is None:
        return None, None, []
    try:
        return node, loader.construct_document(node), []
    except ValueError:
        wrong = list(_impossible_dates(node))
    return node, LOADER("").construct_document(node), wrong


def _impossible_dates(node: yaml.Node) -> Iterator[Wrong]:
    for scalar in _scalars(node, set()):
        try:
            LOADER("").construct_object(scalar)
        except ValueError as problem:
            line = scalar.start_mark.line + 1 if scalar.start_mark else None
            yield line, _not_valid(problem, "mend the YAML")
            scalar.tag = "tag:yaml.org,2002:str"


def _scalars(node: yaml.Node, visited: set[int]) -> Iterator[yaml.ScalarNode]:
    """Every value below a node, once. An alias may stand below its own anchor."""
    if id(node) in visited:
        return
    visited.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        yield node
    for item in node.value if isinstance(node, yaml.SequenceNode | yaml.MappingNode) else ():
        for part in item if isinstance(item, tuple) else (item,):
            yield from _scalars(part, visited)


def _place(problem: yaml.MarkedYAMLError) -> tuple[int, int]:
    """Where the mistake is (from 0): of a quote that is not closed, where it opens."""
    unclosed = "quoted scalar" in (problem.context or "")
    mark = problem.context_mark if unclosed and problem.context_mark else problem.problem_mark
    return (mark.line, mark.column) if mark else (0, 0)


def _line(problem: yaml.MarkedYAMLError) -> int | None:
    return _place(problem)[0] + 1 if problem.problem_mark else None


def _mended(text: str, problem: yaml.MarkedYAMLError) -> tuple[str, int, str] | None:
    """The file with the text at fault in quotes, the line of that text, and what to write there; None when quotes don't
    help: reading has to get beyond it."""
    lines, (at, column) = text.split("\n"), _place(problem)
    if at >= len(lines):
        return None
    in_braces = "flow" in (problem.context or "")
    fields = [(at, _IN_BRACES.search(lines[at]))] if in_braces else _fields_above(lines, at)
    for first, found in fields:
        if not found or _WHOLE.fullmatch(found["text"]):
            continue
        last = at if in_braces else _last_line(lines, at, found.start("name"))
        whole = " ".join([found["text"], *(line.strip() for line in lines[first + 1 : last + 1])])
        line = lines[first][: found.start("text")] + _quoted(whole) + lines[first][found.end("text") :]
        mended = "\n".join([*lines[:first], line, *[""] * (last - first), *lines[last + 1 :]])
        if _reads_on(mended, last, column):
            advice = f"put the text in quotes: {found['name']}: {_quoted(_shortened(whole))}"
            if first < at and (field := _FIELD.fullmatch(lines[at])):
                advice += f"; or indent `{field['name']}` as the fields beside it, when it is one"
            return mended, first + 1, advice
    return None


def _fields_above(lines: Sequence[str], at: int) -> Iterator[tuple[int, re.Match[str] | None]]:
    """The field on a line, and that of a line before it whose text may run on to it."""
    yield at, _FIELD.fullmatch(lines[at])
    for number in range(at - 1, -1, -1):
        if _NAMED.match(lines[number]):
            found = _FIELD.fullmatch(lines[number])
            if found and found.start("name") < _indent(lines[at]):
                yield number, found
            return


def _last_line(lines: Sequence[str], at: int, indent: int) -> int:
    """The last line of a text that is on line `at`, in a field that begins at column `indent`."""
    while at + 1 < len(lines) and lines[at + 1].strip() and _indent(lines[at + 1]) > indent:
        at += 1
    return at


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _reads_on(text: str, line: int, column: int) -> bool:
    """Whether reading gets beyond a place; quotes move the rest of a line."""
    try:
        LOADER(text).get_single_node()
    except yaml.MarkedYAMLError as problem:
        return _place(problem) > (line, column + 2)
    except yaml.YAMLError:
        return False
    return True


def _quoted(text: str) -> str:
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
