"""Screenings against the common intake criteria."""

from .snapshot import Fact, MartRow, Snapshot, group_by_place
from .sources import INTAKE_CRITERIA


def judged(row: Fact) -> Fact:
    answers = [row[criterion] for criterion in INTAKE_CRITERIA]
    return {
        "meeting": all(answer is True for answer in answers),
        "incomplete": any(answer is None for answer in answers),
        "referred": row["besluit"] == "TOEGELEID",
    }


def intake(snap: Snapshot) -> list[MartRow]:
    cells = [(row["screeningsdatum"].year, row["ocmw_nis"], judged(row)) for row in snap.rows["screenings"]]
    return [
        {
            **base,
            "screened": len(facts),
            "meeting_criteria": sum(fact["meeting"] for fact in facts),
            "incomplete": sum(fact["incomplete"] for fact in facts),
            "referred": sum(fact["referred"] for fact in facts),
            "referred_meeting": sum(fact["referred"] and fact["meeting"] for fact in facts),
            "referred_not_meeting": sum(fact["referred"] and not fact["meeting"] for fact in facts),
        }
        for base, facts in group_by_place(snap, cells)
    ]
