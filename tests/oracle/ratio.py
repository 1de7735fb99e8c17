"""The activation ratio: clients in a TWE against beneficiaries of a leefloon, exact fractions until the end."""

from collections import defaultdict
from datetime import date
from fractions import Fraction

from .calendar import last_day
from .geography import Municipality
from .snapshot import MartRow, Snapshot, base

Cell = tuple[int, Municipality]


def clients_in_twe(snap: Snapshot, place: Municipality, month: date) -> int:
    """Clients in a TWE of the municipality on the last day of the month; a client counts once."""
    day = last_day(month)
    return len(
        {
            row["client_key"]
            for row in snap.rows["trajecten"]
            if row["startdatum"] <= day
            and (row["einddatum"] is None or row["einddatum"] >= day)
            and snap.place(row["ocmw_nis"]) == place
        }
    )


def mean(values: list[int]) -> Fraction | None:
    return Fraction(sum(values), len(values)) if values else None


def quotient(numerator: Fraction | None, denominator: Fraction | None) -> Fraction | None:
    """Hundred times the quotient; None when it is undefined."""
    if numerator is None or not denominator:
        return None
    return 100 * numerator / denominator


def difference(a: Fraction | None, b: Fraction | None) -> Fraction | None:
    return None if a is None or b is None else a - b


def figures(snap: Snapshot, january_only: bool) -> dict[Cell, dict[str, Fraction | None]]:
    """Means over the months for which leefloners were delivered, per year and municipality."""
    months: dict[Cell, dict[date, list[MartRow]]] = defaultdict(lambda: defaultdict(list))
    for row in snap.rows["leefloners"]:
        if not january_only or row["maand"].month == 1:
            months[row["maand"].year, snap.place(row["nis_code"])][row["maand"]].append(row)
    result: dict[Cell, dict[str, Fraction | None]] = {}
    for (year, place), delivered in months.items():
        equivalents = [
            [row["equivalent_leefloners"] for row in rows if row["equivalent_leefloners"] is not None]
            for rows in delivered.values()
        ]
        clients = mean([clients_in_twe(snap, place, month) for month in delivered])
        leefloners = mean([sum(row["leefloners"] for row in rows) for rows in delivered.values()])
        result[year, place] = {
            "clients_in_twe": clients,
            "leefloners": leefloners,
            "equivalent_leefloners": mean([sum(given) for given in equivalents if given]),
            "ratio_pct": quotient(clients, leefloners),
        }
    return result


def activation_ratio(snap: Snapshot) -> list[MartRow]:
    result = []
    for basis in ("year_average", "january"):
        cells = figures(snap, january_only=basis == "january")
        for (year, place), now in cells.items():
            before = cells.get((year - 1, place), {})
            of_year = [each for (other, _), each in cells.items() if other == year]
            flanders = quotient(
                sum((each["clients_in_twe"] or Fraction(0) for each in of_year), Fraction(0)),
                sum((each["leefloners"] or Fraction(0) for each in of_year), Fraction(0)),
            )
            clients, ratio = now["clients_in_twe"], now["ratio_pct"]
            clients_before, ratio_before = before.get("clients_in_twe"), before.get("ratio_pct")
            measures = {
                **now,
                "clients_change_pct": quotient(difference(clients, clients_before), clients_before),
                "ratio_change_pct": quotient(difference(ratio, ratio_before), ratio_before),
                "ratio_change_pp": difference(ratio, ratio_before),
                "difference_flanders_pp": difference(ratio, flanders),
            }
            floats = {name: None if value is None else float(value) for name, value in measures.items()}
            result.append({**base(year, place), "basis": basis, **floats})
    return result
