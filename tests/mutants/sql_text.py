"""Mutants of the SQL of models and macros, made in the text itself, so that Jinja is no hindrance."""

import datetime as dt
import re
from collections.abc import Iterator

from tests.mutants.mutant import Mutant

Change = tuple[int, int, str, str]
"""(start, end, new text, kind)"""

SWAPS = (
    ("comparison", r"(?<![<>=!])<=(?!>)", ("<", ">")),
    ("comparison", r"(?<![<>=!])>=", (">", "<")),
    ("comparison", r"<(?![=>])", ("<=", ">=")),
    ("comparison", r"(?<!<)>(?!=)", (">=", "<=")),
    ("comparison", r"(?<![<>=!])=(?!=)", ("<>",)),
    ("comparison", r"<>", ("=",)),
    ("logic", r"\band\b", ("or",)),
    ("logic", r"\bor\b", ("and",)),
    ("logic", r"\bis null\b", ("is not null",)),
    ("logic", r"\bis not null\b", ("is null",)),
    ("logic", r"\bnot (?!null\b)", ("",)),
    ("join", r"\binner join\b", ("left join",)),
    ("join", r"\bleft join\b", ("inner join",)),
    ("aggregate", r"\bmin\(", ("max(",)),
    ("aggregate", r"\bmax\(", ("min(",)),
    ("aggregate", r"\bmin_by\(", ("max_by(",)),
    ("aggregate", r"\bsum\(", ("max(",)),
    ("aggregate", r"\bavg\(", ("max(",)),
    ("aggregate", r"\bgreatest\(", ("least(",)),
    ("aggregate", r"\brow_number\(\)", ("rank()",)),
    ("order", r" desc\b", ("",)),
    ("order", r"(?<=order by )[\w.]+(?! desc|[\w.])", (r"\g<0> desc",)),
    ("distinct", r"\bselect distinct\b", ("select",)),
    ("union", r"\bunion all\b", ("union",)),
    ("union", r"\bunion\b(?! all)", ("union all",)),
    ("arithmetic", r"(?<=[\w)}'] )\+(?= )", ("-",)),
    ("arithmetic", r"(?<=[\w)}'] )-(?= )", ("+",)),
    ("arithmetic", r"(?<=[\w)}'] )\*(?= )", ("/",)),
    ("arithmetic", r"(?<=\n    )/(?= )|(?<=[\w)}'] )/(?= )", ("*",)),
    ("part of a date", r"\bextract\(year\b", ("extract(month",)),
    ("part of a date", r"\bextract\(month\b", ("extract(year",)),
    ("window", r"unbounded preceding and 1 preceding", ("unbounded preceding and current row",)),
    ("window", r"unbounded preceding and current row", ("unbounded preceding and 1 preceding",)),
    ("constant", r"\btrue\b", ("false",)),
    ("constant", r"\bfalse\b", ("true",)),
)
IN_QUOTES = (
    ("part of a date", r"(?<=interval ')1(?=')", ("2", "0")),
    ("part of a date", r"(?<=' )month(?= as date)|(?<=interval '1' )month", ("year", "day")),
    ("part of a date", r"(?<=interval '1' )day\b", ("month",)),
    ("part of a date", r"(?<=date_trunc\(')month(?=')", ("year", "day")),
)
STOPS = re.compile(
    r"\b(and|or|then|group|order|union|left|inner|cross|full|from|where|select|else|end|having|window|as)\b"
    r"|\{%|\{\{ (join_|current_rows)|,|\)"
)
OPENING = re.compile(r"(?<!\{% )(?<!\{%- )\b(where|and|or|on|when)\b\s+")


def mutants(file: str, text: str) -> Iterator[Mutant]:
    """Every mutant of a model or a file of macros, once."""
    seen = set()
    for start, end, new, kind in sorted(_changes(text)):
        mutated = text[:start] + new + text[end:]
        if mutated != text and mutated not in seen:
            seen.add(mutated)
            yield Mutant(file, start, end, new, kind)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", "·", match.group())


def _changes(text: str) -> Iterator[Change]:
    # Comments, statements of Jinja, types, and macros of an engine that these tests don't run say nothing here.
    shown = re.sub(r"\{#.*?#\}|--[^\n]*|\{% macro (spark__|generate_)(.|\n)*?endmacro -?%\}", _blank, text, flags=re.S)
    shown = re.sub(r"\bdecimal\([\d, ]+\)", _blank, shown)
    sets = re.compile(r"\{% set .*?%\}", re.S)
    in_sets = [m.span() for m in sets.finditer(shown)]
    plain = re.sub(r"\{%.*?%\}", _blank, shown, flags=re.S)
    code = re.sub(r"'[^'\n]*'", lambda m: "'" + "·" * (len(m.group()) - 2) + "'", plain)
    for kind, pattern, news in SWAPS:
        for match in re.finditer(pattern, code):
            yield from ((*match.span(), match.expand(new), kind) for new in news)
    for kind, pattern, news in IN_QUOTES:
        for match in re.finditer(pattern, plain):
            yield from ((*match.span(), new, kind) for new in news)
    for match in re.finditer(r"(?<![\w.'·])\d+(?![\w.'])", code):
        yield from ((*match.span(), str(int(match.group()) + step), "number") for step in (1, -1))
    for match in re.finditer(r"'(\d{4}-\d\d-\d\d)'", plain):
        day = dt.date.fromisoformat(match.group(1))
        for step in (1, -1):
            if dt.date.min < day < dt.date.max or step < 0:
                yield (*match.span(1), str(day + dt.timedelta(days=step)), "number")
    for match in re.finditer(r"'([a-zA-Z_]\w*)'", shown):
        in_code = plain[match.start()] == "'"
        if in_code or any(start <= match.start() < end for start, end in in_sets):
            yield (*match.span(1), "mutated", "text")
    for start, end in in_sets:
        for match in re.finditer(r"(?<=[ =])\d+(?=')", shown[start:end]):
            yield start + match.start(), start + match.end(), str(int(match.group()) + 1), "number"
    yield from _conditions(code)
    yield from _coalesces(code)
    yield from _lists(code)


def _conditions(code: str) -> Iterator[Change]:
    """Every condition taken for true, and for false."""
    for match in OPENING.finditer(code):
        end = _end_of_operand(code, match.end())
        if end > match.end():
            yield match.end(), end, "true", "condition dropped"
            yield match.end(), end, "false", "condition dropped"


def _end_of_operand(code: str, start: int) -> int:
    place, depth = start, 0
    while place < len(code):
        if stop := STOPS.match(code, place):
            if stop.group() == ")" and depth:
                depth -= 1
            elif not depth and (place > start or stop.group() == "{%"):
                break
        if code.startswith("{{", place):
            place = code.index("}}", place) + 2
            continue
        depth += code[place] == "("
        word = re.compile(r"\w+|\W").match(code, place)
        assert word
        place = word.end()
    return start + len(code[start:place].rstrip())


def _coalesces(code: str) -> Iterator[Change]:
    """A coalesce becomes its first argument."""
    for match in re.finditer(r"\b(coalesce|nullif)\(", code):
        depth, place, comma = 1, match.end(), None
        while depth:
            character = code[place]
            depth += (character in "({") - (character in ")}")
            if character == "," and depth == 1 and comma is None:
                comma = place
            place += 1
        if comma is not None:
            yield match.start(), match.end(), "(", f"{match.group(1)} dropped"
            yield comma, place - 1, "", f"{match.group(1)} dropped"


def _lists(code: str) -> Iterator[Change]:
    """Each of several columns of an order or a partition left out."""
    for match in re.finditer(r"(?:order|partition) by ([\w. ]+(?:, [\w. ]+)+)", code):
        parts = match.group(1).split(", ")
        for number in range(len(parts)):
            rest = ", ".join(part for place, part in enumerate(parts) if place != number)
            yield (*match.span(1), rest, "column dropped")
