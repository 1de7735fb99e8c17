"""What is wrong with a row and what to do about it, in Dutch: by today's rules, and with what only this row has."""

from __future__ import annotations

from expectations import contract
from orchestration.quality import today
from orchestration.quality.cases import QUARANTINED, Case

CHANGED = "De regel is intussen gewijzigd."
AGAIN = "Lever de rij opnieuw zoals ze was."
NOTHING = "Niets te doen: de rij is geladen."
NOT_THIS = "Voor deze regel is niets te doen."
NO_KEY = (
    "De rij heeft geen bruikbare sleutel en wordt niet herkend als ze terugkomt: laat weten dat ze opnieuw geleverd is."
)


def of(case: Case, rule: str) -> tuple[str, str]:
    """Meaning and remedy of one rule that a row broke."""
    if rule in case.gone:
        return _of_changed(case)
    meaning, remedy = _of_rule(case.source, rule)
    if case.other_key and rule == OVERLAP:
        meaning = f"{meaning} Het andere traject is {case.other_key}."
    return meaning, remedy


OVERLAP = "overlapping_trajectory"


def _of_rule(source: str, rule: str) -> tuple[str, str]:
    return contract.warehouse_texts().get(rule) or contract.load(source).text_of(rule)


def _of_changed(case: Case) -> tuple[str, str]:
    """Of a rule that would let the row through today."""
    if case.instead:
        meanings, remedies = zip(*(_of_rule(case.source, rule) for rule in case.instead), strict=True)
        return f"{CHANGED} Nu geldt: {' '.join(meanings)}", " ".join(remedies)
    if not today.passes(case):
        return CHANGED, NOT_THIS
    return CHANGED, AGAIN if case.outcome == QUARANTINED else NOTHING
