"""How wide text is in headers: in the bold letters of the workbooks' font, of nine points, as characters of a column.

A header is wrapped by the program that shows it. Where a column is as wide as its longest word, and a row as high as
its lines, that comes out alike everywhere.
"""

import re

_WIDTHS = {
    278: " \u00a0,./\\|Iijl'",
    333: "()[]-:;!ft",
    389: "r*",
    500: "z",
    556: "aceksvxyëéèäáàJ0123456789$_",
    584: "+<=>~",
    611: "bdghnopquöóòüúùFLTZ?&",
    667: "EPSVXY",
    722: "ABCDHKNRU",
    778: "GOQ",
    833: "M",
    889: "m%",
    944: "W",
}
_WIDTH = {letter: width for width, letters in _WIDTHS.items() for letter in letters} | {"ï": 278, "í": 278, "w": 778}
_WIDEST = 1000  # of any other
HEADER_SIZE = 9
"""Points."""
_CHARACTER = (
    1000 * 5.25 / HEADER_SIZE
)  # a digit of ten points, of which columns are measured, in thousandths of a header's em
_BESIDE = 1.1  # what a cell leaves free beside its text, and a little more: programs round each letter
_BREAKS = re.compile(r"( (?!\d+\])|(?<=-)(?=[^\W\d]))")
"""Between the words of a header: at a space, and behind a hyphen. "[nota 2]" and "2020-2023" stay together."""


def unbroken(text: str) -> str:
    """The text with its references to notes on one line each, for a cell that is wrapped."""
    return re.sub(r"\[nota (?=\d)", "[nota\u00a0", text)


def text_width(text: str) -> float:
    """Without what a cell leaves free beside it."""
    return sum(_WIDTH.get(letter, _WIDEST) for letter in text) / _CHARACTER


def longest_word(text: str) -> float:
    """The width of a column in which no word of the header is broken."""
    return max(map(text_width, _BREAKS.split(text))) + _BESIDE


def wrapped(text: str, width: float) -> list[str]:
    """The lines of a header in a column of that width."""
    first, *others = _BREAKS.split(text)
    lines = [first]
    for between, word in zip(others[::2], others[1::2], strict=True):
        longer = f"{lines[-1]}{between}{word}"
        if lines[-1] and text_width(longer) > width - _BESIDE:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
