"""Marts about trajectories that ended, and what followed (annexes 4, 5, 6 and after-care)."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from .calendar import add_months, completed_months
from .snapshot import Fact, MartRow, Snapshot, count_by, group_by_place
from .sources import POSITIONS, WORKPLACE_LEARNING
from .started import DURATION, UNKNOWN, class_of

ENDINGS = {"UITGEVOERD": "executed", "VROEGTIJDIG": "early"}
AFTERCARE = (*WORKPLACE_LEARNING, "COACHING")


def ended_duration(snap: Snapshot) -> list[MartRow]:
    return count_by(
        snap,
        ("ending", "duration_class"),
        (
            (
                row["einddatum"].year,
                row["ocmw_nis"],
                ENDINGS[row["beeindiging"]],
                class_of(completed_months(row["startdatum"], row["einddatum"]), DURATION),
            )
            for row in snap.ended()
        ),
    )


def measured(snap: Snapshot) -> Iterator[tuple[Fact, date]]:
    """Every measured trajectory with its meetdatum."""
    for row in snap.ended():
        moment = add_months(row["einddatum"], 12)
        if moment <= snap.as_of:
            yield row, moment


def position_on(spells: list[Fact], day: date) -> str:
    """The code in lower case of the highest-priority spell that covers a day."""
    standing = {
        spell["positie"]
        for spell in spells
        if spell["startdatum"] <= day and (spell["einddatum"] is None or day <= spell["einddatum"])
    }
    return next((code.lower() for code in POSITIONS if code in standing), UNKNOWN)


def outflow(snap: Snapshot) -> list[MartRow]:
    spells = snap.grouped("arbeidsmarktposities", "client_key")
    return count_by(
        snap,
        ("position",),
        (
            (moment.year, row["ocmw_nis"], position_on(spells.get(row["client_key"], []), moment))
            for row, moment in measured(snap)
        ),
    )


def types_overlapping(actions: list[Fact], after: date, until: date) -> set[str]:
    """Types of the actions that overlap (after, until]."""
    return {
        action["type"]
        for action in actions
        if action["startdatum"] <= until and (action["einddatum"] is None or action["einddatum"] > after)
    }


def competence(snap: Snapshot) -> list[MartRow]:
    actions = snap.grouped("begeleidingsacties", "client_key")
    cells = []
    for row, moment in measured(snap):
        types = types_overlapping(actions.get(row["client_key"], []), row["einddatum"], moment)
        fact = {"training": "OPLEIDING" in types, "workplace": bool(types & set(WORKPLACE_LEARNING))}
        cells.append((moment.year, row["ocmw_nis"], fact))
    return [
        {
            **base,
            "measured": len(facts),
            "with_training": sum(fact["training"] for fact in facts),
            "with_workplace_learning": sum(fact["workplace"] for fact in facts),
            "with_either": sum(fact["training"] or fact["workplace"] for fact in facts),
        }
        for base, facts in group_by_place(snap, cells)
    ]


def transmissions(snap: Snapshot) -> list[MartRow]:
    handed_over = snap.grouped("transmissies", "client_key")
    cells = []
    for row, moment in measured(snap):
        days = [each["transmissiedatum"] for each in handed_over.get(row["client_key"], [])]
        fact = {"transmission": any(row["einddatum"] < day <= moment for day in days)}
        cells.append((moment.year, row["ocmw_nis"], fact))
    return [
        {**base, "measured": len(facts), "with_transmission": sum(fact["transmission"] for fact in facts)}
        for base, facts in group_by_place(snap, cells)
    ]


def after_care(trajectory: Fact, jobs: list[Fact], actions: list[Fact]) -> Fact:
    """One ended trajectory: art60 (bool), timely (bool), months (None without a job), types (in the window)."""
    if not jobs:
        return {"art60": False, "timely": False, "months": None, "types": set()}
    end = trajectory["einddatum"]
    first = min(job["startdatum"] for job in jobs)
    still_open = any(job["einddatum"] is None for job in jobs)
    last = None if still_open else max(job["einddatum"] for job in jobs)
    months, types = 0, set()
    if last is not None and last < end:
        months = completed_months(date.fromordinal(last.toordinal() + 1), end)
        types = types_overlapping(actions, last, end)
    timely = first <= add_months(trajectory["startdatum"], 2)
    return {"art60": True, "timely": timely, "months": months, "types": types}


def aftercare(snap: Snapshot) -> list[MartRow]:
    jobs = snap.grouped("art60_tewerkstellingen", "traject_id")
    actions = snap.grouped("begeleidingsacties", "client_key")
    cells = [
        (
            row["einddatum"].year,
            row["ocmw_nis"],
            after_care(row, jobs.get(row["traject_id"], []), actions.get(row["client_key"], [])),
        )
        for row in snap.ended()
    ]
    result = []
    for base, facts in group_by_place(snap, cells):
        months = [fact["months"] for fact in facts if fact["art60"]]
        result.append(
            {
                **base,
                "ended": len(facts),
                "with_art60": len(months),
                "timely_work": sum(fact["timely"] for fact in facts),
                "aftercare_months": float(Fraction(sum(months), len(months))) if months else None,
                **{f"with_{kind.lower()}": sum(kind in fact["types"] for fact in facts) for kind in AFTERCARE},
            }
        )
    return result
