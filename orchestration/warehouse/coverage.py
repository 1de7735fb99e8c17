"""Where the figures of a run reach further than what was delivered: told, since any date may be asked for."""

from __future__ import annotations

from collections.abc import Sequence

from exports.questions.question import Question
from orchestration.answers import documents
from orchestration.ingest.ledger import Entry, newest_accepted
from orchestration.planning import RunRequest
from orchestration.warehouse.publication import Publication


def notes(made: Publication, entries: Sequence[Entry], questions: Sequence[Question], wish: RunRequest) -> list[str]:
    """A line when the stand is in a later month than the newest delivery, and for each question with years after it."""
    lines = []
    newest = newest_accepted([entry for entry in entries if entry.delivered_on <= made.as_of])
    if newest and (newest.year, newest.month) < (made.as_of.year, made.as_of.month):
        lines.append(
            f"the stand {made.as_of} is later than the newest delivery ({newest}): what happened since is not in the "
            "figures, and a trajectory whose end was announced for the days between counts as ended"
        )
    for question in questions:
        years = documents.parse_years(wish.years) or {year for annex in question.annexes for year in annex.years}
        if later := sorted(year for year in years if year > made.as_of.year):
            lines.append(
                f"{question.id} asks for {', '.join(map(str, later))}, after the stand {made.as_of}: a 0 means "
                "'no figures yet' there"
            )
    return lines
