"""What was answered, when, and at which stand: the questions beside the release register."""

from __future__ import annotations

from exports.questions import Question
from orchestration import releases
from orchestration.paths import DataFolder
from orchestration.questions import known
from orchestration.settings import Settings


def text(settings: Settings) -> str:
    """Every question with its annexes, the releases of each, oldest first, and what lies written beside them."""
    released = releases.groups(releases.read(settings.folder))
    questions = known(settings)
    lines = [line for question in questions.values() for line in _question(question, released, settings.folder)]
    for group in released:  # a question may have been taken away since; what was given stays
        if group[0].question not in questions:
            lines += [f"{group[0].question}  (no question file any more)", _release(group)]
    return "\n".join(lines)


def _question(question: Question, released: list[list[releases.Release]], data: DataFolder) -> list[str]:
    lines = [f"{question.id}  {question.title}"]
    for annex in question.annexes:
        years = f"{min(annex.years)}-{max(annex.years)}" if len(annex.years) > 1 else str(annex.years[0])
        lines.append(f"    {annex.number:<8} {years:<10} {annex.title}")
    answers = [_release(group) for group in released if group[0].question == question.id]
    place = data.annexes / question.id
    written = sum((place / annex.file_name).is_file() for annex in question.annexes)
    lines += answers or [f"    not released; {written} of {len(question.annexes)} annexes written in {place}"]
    return lines


def _release(group: list[releases.Release]) -> str:
    first = group[0]
    synthetic = "; SYNTHETIC demo data" if first.synthetic else ""
    return (
        f"    released {first.released_at:%Y-%m-%d %H:%M} UTC: stand {first.as_of}, municipalities of "
        f"{first.geography_date}, edition {first.edition}, status {first.status}, {len(group)} files{synthetic}"
    )
