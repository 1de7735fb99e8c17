"""The policy of the project with other tables than its own."""

import re

from exports.disclosure import policy

PROJECT = policy.FILE
EVERYTHING = "tables: {}\n"
"""Everything by year at every level."""


def text_with(tables: str) -> str:
    """The policy of the project with these `tables`, and whatever else of their section is in the text."""
    text = PROJECT.read_text("utf-8")
    start, end = re.search(r"^tables:$", text, re.M), re.search(r"^# One block per mart\.$", text, re.M)
    assert start and end
    return text[: start.start()] + tables + text[end.start() :]
