"""What the answer quotes of trajectories: started, with which profile, ended, and 12 months later."""

from __future__ import annotations

from exports.answering.blocks import Block
from exports.answering.clauses import clause, counted, labels, parts, said
from exports.answering.headlines import Count, Headlines
from exports.answering.lookups import QuotedFigure

_STARTED = Count("mart_started_duration", "trajectories", category="months/*")
_PROFILES = Count("mart_started_profile", "trajectories", {"characteristic": "gender"}, "gender/*")
_ENDED = Count("mart_ended_duration", "trajectories", category="*")
_MEASURED = Count("mart_competence", "measured")
_WATCHED = Count("mart_transmissions", "measured")
_TRANSMITTED = Count("mart_transmissions", "with_transmission")


def started(head: Headlines) -> list[Block]:
    year = head.year or 0
    unknown = Count(_STARTED.mart, _STARTED.measure, {"expected_months": None}, "months/unknown")
    return [
        *said(
            clause(f"In {year} werden in Vlaanderen ", head.count(_STARTED, year), " TWE-OCMW-trajecten opgestart"),
            (*head.against(_STARTED), "."),
            clause(" Bij ", head.count(unknown, year), " daarvan is de vermoedelijke duur onbekend."),
        ),
        *head.counts("Opgestarte trajecten", _STARTED),
    ]


def profile(head: Headlines) -> list[Block]:
    year = head.year or 0
    blocks = said(
        clause("Van de ", head.count(_PROFILES, year), f" in {year} in Vlaanderen opgestarte trajecten"),
        (*head.against(_PROFILES), " was het profiel van de cliënt bij de start:"),
    )
    for code, title in labels(head.publication, "characteristic"):
        counts = [
            (
                label,
                Count(
                    _PROFILES.mart, "trajectories", {"characteristic": code, "category": category}, f"{code}/{category}"
                ),
            )
            for category, label in labels(head.publication, code)
        ]
        blocks += parts(head, title, counts, _PROFILES)
    return [*blocks, *head.counts("Opgestarte trajecten", _PROFILES)]


def ended(head: Headlines) -> list[Block]:
    year = head.year or 0
    endings = [
        (code, Count(_ENDED.mart, "trajectories", {"ending": code}, f"{code}/*")) for code in ("executed", "early")
    ]
    named = {"executed": " uitgevoerd", "early": " vroegtijdig beëindigd"}
    clauses = [
        clause(glue, *counted(head, count, _ENDED, year), named[code])
        for glue, (code, count) in zip((": ", " en "), endings, strict=True)
    ]
    blocks = said(
        clause(f"In {year} werden in Vlaanderen ", head.count(_ENDED, year), " trajecten beëindigd"),
        head.against(_ENDED),
        *(clauses if all(clauses) else ()),
        (".",),
    )
    for code, of in endings:
        counts = [
            (label, Count(_ENDED.mart, "trajectories", {"ending": code, "duration_class": item}, f"{code}/{item}"))
            for item, label in labels(head.publication, "duration")
        ]
        blocks += parts(head, named[code].strip().capitalize(), counts, of)
    return [*blocks, *head.counts("Beëindigde trajecten", _ENDED)]


def outflow(head: Headlines) -> list[Block]:
    year = head.year or 0

    def position(code: str) -> Count:
        return Count("mart_outflow", "trajectories", {"position": code}, f"position/{code}")

    nec = position("nec")
    positions = [(label, position(code)) for code, label in labels(head.publication, "position")]
    learning = [
        ("opleiding", Count("mart_competence", "with_training")),
        ("werkplekleren", Count("mart_competence", "with_workplace_learning")),
        ("minstens een van beide", Count("mart_competence", "with_either")),
    ]
    return [
        *said(
            clause(f"In {year} bereikten in Vlaanderen ", head.count(_MEASURED, year), " trajecten hun meetdatum"),
            (*head.against(_MEASURED), "."),
            clause(
                " Bij ", *counted(head, nec, _MEASURED, year), " daarvan was de cliënt toen aan het werk in het NEC."
            ),
        ),
        *parts(head, "Positie op de meetdatum", positions, _MEASURED),
        *parts(head, "Competentieversterking in de 12 maanden ervoor", learning, _MEASURED),
        *head.counts("Uitstroom naar het NEC", nec),
    ]


def transmissions(head: Headlines) -> list[Block]:
    year = head.year or 0
    before = head.share(_TRANSMITTED, _WATCHED, year - 1) if head.complete else ""
    return [
        *said(
            clause(
                "Van de ",
                head.count(_WATCHED, year),
                f" trajecten met een meetdatum in {year} was er bij ",
                *counted(head, _TRANSMITTED, _WATCHED, year),
                " een transmissie",
            ),
            clause("; een jaar eerder was dat ", before) if isinstance(before, QuotedFigure) else (),
            (".",),
        ),
        *head.counts("Trajecten met een transmissie", _TRANSMITTED),
    ]
