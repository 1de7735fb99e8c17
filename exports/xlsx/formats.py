"""How the values of a column are shown and rounded."""

from decimal import ROUND_HALF_UP, Decimal
from enum import Enum

from exports.figures.identity import Value


class Format(Enum):
    """How the values of a column are shown and rounded: (Excel number format, decimals kept in the cell)."""

    TEXT = ("@", None)
    INTEGER = ("#,##0", None)
    YEAR = ("0", None)
    RANK = ("0.", None)
    EURO = ("#,##0.00", None)
    ONE_DECIMAL = ("#,##0.0", 1)
    TWO_DECIMALS = ("#,##0.00", 2)
    SIX_DECIMALS = ("#,##0.00####", 6)
    GENERAL = ("General", None)
    DATE = ("dd/mm/yyyy", None)

    @property
    def code(self) -> str:
        return self.value[0]

    @property
    def to_the_right(self) -> bool:
        """Whether values stand at the right of the column: what is counted or measured, not what names."""
        return self not in (Format.TEXT, Format.YEAR, Format.DATE, Format.RANK)

    def rounded(self, value: Value) -> Value:
        """The value as the cell keeps it: floats rounded to the decimals of this format, all else untouched.

        A half goes up, away from zero, as readers and Excel do it; `round` would make 1.25 a 1.2.
        """
        decimals = self.value[1]
        if decimals is None or not isinstance(value, float):
            return value
        return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)) + 0.0  # no -0.0
