"""The policy of the project with other tables than its own."""

import re
from pathlib import Path

from exports.disclosure.policy import FILE


def text_with(tables: str) -> str:
    """The policy of the project with these `tables`, and whatever else of their section is in the text."""
    text = FILE.read_text("utf-8")
    start, end = re.search(r"^tables:", text, re.M), re.search(r"^# One block per mart\.$", text, re.M)
    assert start and end
    return text[: start.start()] + tables + text[end.start() :]


DESIGNED = text_with(Path(__file__).with_name("tables.yml").read_text("utf-8") + "\n")
"""With the tables of the example."""
