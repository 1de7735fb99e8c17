"""What the figure book shows, said as a question: so that whoever decides what is hidden can be asked about it too."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from exports.annexes import KINDS
from exports.questions import Annex, Question

KINDS_SHOWN = ("2", "3", "4", "5", "ratio")
"""Annex kinds of which the figure book shows figures, each under its default options."""
_TITLES = {
    "2": "Opgestarte trajecten en hun profiel",
    "3": "Uitbetaalde loontoelagen",
    "4": "Beëindigde trajecten",
    "5": "Positie 12 maanden na het einde",
    "ratio": "Activeringsratio",
}


def figure_book_question(publication_folder: Path) -> Question:
    """The figures of the figure book as a question of its own, with all years of the marts that were over at the
    as-of date (a year that is still running would look like a fall)."""
    from exports.reading import Publication

    annexes = []
    with Publication(Path(publication_folder)) as publication:
        as_of = publication.facts.as_of
        for number, key in enumerate(KINDS_SHOWN, 1):
            kind = KINDS[key]
            rows = publication.rows(kind.marts[0].name, ("year",))
            years = tuple(sorted({year for (year,) in rows if dt.date(year, 12, 31) <= as_of}))
            if years:
                annexes.append(Annex(kind, str(number), _TITLES[key], years, f"cijferboek_{number}.xlsx"))
    return Question(id="cijferboek", title="Cijferboek TWE-OCMW", annexes=tuple(annexes))
