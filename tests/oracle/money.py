"""Wage subsidies (annex 3): exact amounts, by month of performance or by day of payment."""

from collections import defaultdict
from decimal import Decimal

from .snapshot import Fact, MartRow, Snapshot, group_by_place

DATE_OF_BASIS = {"performance": "prestatiemaand", "payment": "betaaldatum"}


def wage_subsidies(snap: Snapshot) -> list[MartRow]:
    result = []
    for basis, column in DATE_OF_BASIS.items():
        cells = [(row[column].year, row["ocmw_nis"], row) for row in snap.rows["loontoelagen"]]
        for base, payments in group_by_place(snap, cells):
            result.append({**base, "basis": basis, **totals(payments)})
    return result


def totals(payments: list[Fact]) -> dict[str, object]:
    """Payments and corrections of one basis, year and municipality."""
    net: dict[tuple, Decimal] = defaultdict(lambda: Decimal("0.00"))
    for row in payments:
        net[row["traject_id"], row["prestatiemaand"]] += row["bedrag"]
    corrections = [row["bedrag"] for row in payments if row["soort"] == "CORRECTIE"]
    return {
        "subsidies": sum(amount > 0 for amount in net.values()),
        "amount_eur": sum((row["bedrag"] for row in payments), Decimal("0.00")),
        "correction_eur": sum(corrections, Decimal("0.00")),
    }
