"""The revision sheet of an annex whose question was released before, at an earlier as_of: what changed since, and
why."""

from __future__ import annotations

from functools import lru_cache

from exports.comparison.displayed import of_figures
from exports.comparison.workbook import Earlier, revision_sheet
from exports.figures.collect import collect
from exports.figures.identity import Hidden
from exports.figures.reading import PublicationReader as Reader
from exports.figures.reading import same_code
from exports.questions.question import Annex, Question
from exports.xlsx.document import Sheet
from orchestration.ingest.workspace import Workspace
from orchestration.releases import figures, register
from orchestration.releases.attribution import ChangeAttribution, attribute_changes
from orchestration.releases.register import Release
from orchestration.store.settings import Settings
from orchestration.warehouse.publication import Publication


def revised_release(settings: Settings, question: Question, publication: Publication) -> str | None:
    """The folder of the newest release of the question with an earlier as_of than the publication, None when there is
    none. The revision sheet compares with it, so it is part of what decides the bytes of the annexes."""
    lines = register.latest(settings.folder, question.id, publication.as_of)
    return lines[0].folder if lines else None


def sheets(
    settings: Settings,
    question: Question,
    annex: Annex,
    publication: Publication,
    years: tuple[int, ...] | None,
    edition: str,
    hidden: Hidden | None,
) -> tuple[Sheet, ...]:
    """One sheet, or none when the question was not released with an earlier as_of. A figure that is `hidden` in this
    edition shows a sign in place of its value."""
    lines = register.latest(settings.folder, question.id, publication.as_of)
    line = next((item for item in lines if item.annex == annex.number), None)
    if line is None:
        return ()
    place = settings.folder.releases / line.folder
    earlier = Earlier(
        f"{question.title}, bijlage {annex.number} ({line.file_name})",
        line.released_at.date(),
        line.as_of,
        line.geography_date,
        figures.shown(place, annex.key),
    )
    with Reader(publication.path) as reader:
        collected = collect(reader, annex.kind, years or annex.years, annex.options)
        causes = _attribution(settings, publication, lines[0]).causes
        return (revision_sheet(reader, annex, of_figures(collected, hidden), earlier, causes, edition),)


@lru_cache(maxsize=4)
def _attribution(settings: Settings, publication: Publication, line: Release) -> ChangeAttribution:
    """What changed between the release of `line` and the publication; the same for every annex of the question."""
    workspace = Workspace(settings)
    accepted = [e for e in workspace.entries() if e.status == "accepted" and e.delivered_on <= publication.as_of]
    known = figures.deliveries(settings.folder.releases / line.folder)
    return attribute_changes(
        settings.folder,
        workspace.contracts,
        [entry for entry in accepted if entry.sha256 in known],
        accepted,
        (line.as_of, publication.as_of),
        publication.geography_date,
        not same_code(line.code_version, publication.code_version),
    )
