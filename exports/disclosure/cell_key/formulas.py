"""How a figure that is computed from counts is computed from changed ones: one line per `derived` figure of the policy.

A formula gets the counts in the order in which the policy names them, and gives None where the figure is undefined."""

from collections.abc import Callable, Mapping, Sequence

from exports.figures.split import MONTHS, Factors, parts

Formula = Callable[[Sequence[float]], float | None]


def share(counts: Sequence[float]) -> float | None:
    """100 x the first / the second."""
    return 100 * counts[0] / counts[1] if counts[1] else None


def change(counts: Sequence[float]) -> float | None:
    """The change in % of the first against the second, which is that of the year before."""
    return 100 * (counts[0] / counts[1] - 1) if counts[1] else None


def points(counts: Sequence[float]) -> float | None:
    """The first share less the second: of another year, or of Flanders."""
    one, other = share(counts[:2]), share(counts[2:])
    return None if one is None or other is None else one - other


def change_of_share(counts: Sequence[float]) -> float | None:
    """The change in % of the first share against the second."""
    one, other = share(counts[:2]), share(counts[2:])
    return None if one is None or other is None else change((one, other))


def _split(part: str) -> Formula:
    """A part of the difference between two ratios, each of clients in TWE, leefloners and trajectories started."""

    def of(counts: Sequence[float]) -> float | None:
        now, other = Factors.of(counts[:3]), Factors.of(counts[3:])
        return getattr(parts(now, other), part) if now and other else None

    return of


FORMULAS: Mapping[str, Formula] = {
    "with_transmission_pct": share,
    "ratio_pct": share,
    "clients_change_pct": change,
    "ratio_change_pct": change_of_share,
    "ratio_change_pp": points,
    "difference_flanders_pp": points,
    "inflow_per_100": lambda counts: share((counts[1], counts[0])),
    "months_in_twe": lambda counts: MONTHS * counts[0] / counts[1] if counts[1] else None,
    "difference_by_inflow_pp": _split("inflow"),
    "difference_by_months_pp": _split("months"),
    "change_by_inflow_pp": _split("inflow"),
    "change_by_started_pp": _split("started"),
    "change_by_leefloners_pp": _split("leefloners"),
    "change_by_months_pp": _split("months"),
}
MEANS = frozenset(("aftercare_months",))
"""Means over what the first count counts. They are shown as they are, or not at all where that is a count of few."""
