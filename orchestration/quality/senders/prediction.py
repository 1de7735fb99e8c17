"""What is usual, from what came before: a robust prediction interval for the next count, share or gap.

Values are compared where their sampling error does not depend on their size: counts as logarithms (a count of n varies
by 1/n), shares as arcsine square roots (Anscombe 1948; of n rows they vary by 1/4n). The middle is the median of the
history, its spread Qn (Rousseeuw and Croux 1993), so that some odd deliveries of the past neither hide nor cause
anything. The interval is

    median +- sqrt((t * Qn)^2 * (1 + pi / 2m) + z^2 * v)

with m former values, t of m - 1 degrees of freedom, and v the sampling variance of the new value itself, so that a
small delivery does not stand out by chance. Both z and t stand for ALARM, the share of usual deliveries that may stand
out, divided by the number of values that are looked at.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, median

FEWEST = 6
"""Former values that it takes to say what is usual."""
MOST = 24
"""Former values that are looked at: the newest ones."""
ALARM = 0.01
"""Deliveries without anything unusual in which something may stand out by chance."""
_SMALL = {6: 0.611, 7: 0.857, 8: 0.669, 9: 0.872}
"""Factors of Qn for few values (Croux and Rousseeuw 1992)."""


@dataclass(frozen=True)
class Usual:
    """An interval in which the next value lies usually, and the middle of it."""

    low: float
    typical: float
    high: float

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


def count(history: Sequence[int], now: int, looks: int) -> Usual | None:
    """What is usual for a count; None when `now` is within it. `looks`: how many values of a delivery are compared."""
    low, typical, high = _interval([math.log(n + 0.5) for n in history], math.log(now + 0.5), 1 / (now + 0.5), looks)
    usual = Usual(*(max(0.0, math.exp(x) - 0.5) for x in (low, typical, high)))
    return None if usual.holds(now) else usual


def share(history: Sequence[tuple[int, int]], now: tuple[int, int], looks: int) -> Usual | None:
    """What is usual for a share, given as (rows, of how many); None when `now` is within it."""
    value = angle(*now)
    low, typical, high = _interval([angle(*one) for one in history], value, 1 / (4 * now[1] + 2), looks)
    if low <= value <= high:
        return None
    return Usual(*(math.sin(min(max(x, 0.0), math.pi / 2)) ** 2 for x in (low, typical, high)))


def longest(gaps: Sequence[int]) -> float:
    """The longest usual gap, in days. A gap is measured to the day."""
    typical = median(gaps)
    _, _, high = _interval([math.log(gap) for gap in gaps], math.inf, 1 / typical**2, looks=20)
    return math.exp(high)


def angle(rows: int, of_rows: int) -> float:
    return math.asin(math.sqrt((rows + 0.375) / (of_rows + 0.75)))


def _interval(history: Sequence[float], now: float, variance: float, looks: int) -> tuple[float, float, float]:
    """(low, middle, high) of what is usual. When `now` differs by no more than its own sampling error, that much."""
    z = NormalDist().inv_cdf(1 - ALARM / (2 * looks))
    middle = median(history)
    margin = z * math.sqrt(variance)
    if abs(now - middle) > margin:
        m = len(history)
        margin = math.hypot(_t(z, m - 1) * _qn(history) * math.sqrt(1 + math.pi / (2 * m)), margin)
    return middle - margin, middle, middle + margin


def _qn(values: Sequence[float]) -> float:
    """The spread of values: a low quantile of the differences between any two, scaled to a standard deviation."""
    m = len(values)
    differences = sorted(abs(a - b) for i, a in enumerate(values) for b in values[:i])
    half = m // 2 + 1
    factor = _SMALL.get(m) or m / (m + (1.4 if m % 2 else 3.8))
    return 2.2219 * factor * differences[half * (half - 1) // 2 - 1]


def _t(z: float, degrees: int) -> float:
    """The quantile of Student's t that belongs to a normal one (Abramowitz and Stegun 26.7.5)."""
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return z + sum(term / degrees**power for power, term in enumerate(terms, start=1))
