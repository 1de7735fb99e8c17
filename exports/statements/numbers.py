"""Numbers as a Dutch text shows them: a point between thousands, a comma before decimals."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from exports.figures.rules import Number
from exports.wording import NBSP

NumberText = Callable[[Number], str]
"""How a number is written."""


def plain(value: Number, decimals: int = 0, sign: bool = False) -> str:
    """1234.5 with 1 decimal -> "1.234,5"; with `sign` also a plus. A half goes up, away from zero,
    as readers and Excel round; nothing is ever shown as minus zero."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(value) if isinstance(value, float) else value)
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text = f"{abs(rounded):,.{decimals}f}".replace(",", " ").replace(".", ",").replace(" ", ".")
    before = "-" if rounded < 0 else "+" if sign and rounded > 0 else ""
    return before + text


def count(value: Number) -> str:
    """7664 -> "7.664"."""
    return plain(value)


def mean(value: Number) -> str:
    """A mean with one decimal."""
    return plain(value, 1)


def persons(value: Number) -> str:
    """A mean number of persons, as whole persons: "4.361"."""
    return plain(value)


def euro(value: Number) -> str:
    """An exact amount: "1.234,50 euro"."""
    return f"{plain(value, 2)}{NBSP}euro"


def percent(value: Number) -> str:
    """12.34 -> "12,3 %"."""
    return f"{plain(value, 1)}{NBSP}%"


def change(value: Number) -> str:
    """A relative change: "+4,9 %"."""
    return f"{plain(value, 1, sign=True)}{NBSP}%"


def points(value: Number) -> str:
    """A change of a percentage: "+0,4 procentpunt"."""
    return f"{plain(value, 1, sign=True)}{NBSP}procentpunt"
