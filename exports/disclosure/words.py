"""What a workbook says about disclosure control, in Dutch."""

from collections.abc import Collection, Mapping, Sequence

from exports.disclosure.audit import AuditReport
from exports.disclosure.cell_key.change import most_change
from exports.disclosure.policy import Policy
from exports.disclosure.releases.published import PublishedSystem
from exports.disclosure.scope import WithheldRows
from exports.figures.identity import VLAANDEREN


def policy_lines(
    policy: Policy, earlier: Sequence[PublishedSystem], usual: WithheldRows | None = None
) -> tuple[str, ...]:
    """The rules by which figures are hidden, in Dutch.

    `earlier` are the releases that were taken into account. `usual`: the rows that are withheld because of the usual
    edition of the same publication; None when this is the usual edition."""
    but = ", behalve in de rijen die het nazicht noemt" if usual and usual.rows else ""
    lines = [
        f"Aantallen van 1 tot en met {policy.threshold - 1} zijn vervangen door [c]; een 0 is getoond{but}.",
        "Ook andere aantallen zijn vervangen door [c] waar een klein aantal anders te berekenen zou zijn uit de rest: "
        "uit categorieën, gemeenten, provincies en Vlaanderen, en uit alle bijlagen van alle vragen samen.",
        "Bedragen, percentages, gemiddelden en wijzigingen zijn verborgen wanneer een aantal waaruit ze berekend zijn, "
        "verborgen is.",
    ]
    lines += _of_several_times(policy)
    if earlier:
        names = ", ".join(f"{item.name} (stand {item.as_of:%d/%m/%Y})" for item in earlier)
        lines.append(f"Er is rekening gehouden met wat eerder vrijgegeven is: {names}.")
    if usual is not None:
        lines.append(
            "Er is rekening gehouden met de gewone uitgave van deze stand, met de gewone jaren van alle vragen: wat "
            "die toont, is hier ook getoond, wat die verbergt, is hier ook verborgen."
        )
    lines += [f"Uitzondering: {rule.about}: {rule.reason}" for rule in policy.exceptions]
    return tuple(lines)


def changes_lines(policy: Policy) -> tuple[str, ...]:
    """The rules by which figures are changed, in Dutch."""
    table = policy.changes_by
    if table is None:
        return ()
    how = f"afgerond op een veelvoud van {table.base}" if table.base else "gewijzigd volgens een kanstabel"
    lines = [
        f"Methode: celsleutels, tabel {policy.table}. Elk aantal is {how}: hoogstens {table.most} meer of minder, "
        "gemiddeld niets; een 0 blijft 0. Er is geen aantal verborgen.",
        "De wijziging hangt af van wie in een cel geteld is: dezelfde cel heeft hetzelfde cijfer in alle tabellen, "
        "bijlagen en vragen van dezelfde stand.",
        "Totalen zijn apart gewijzigd: delen tellen niet precies op tot hun totaal. Het verschil is hoogstens "
        f"{table.most} per deel en {table.most} voor het totaal. Een deel kan dus groter zijn dan zijn totaal, en een "
        "aandeel groter dan 100 %.",
        "Bedragen zijn gewijzigd in verhouding tot hun aantal (bij een aantal 0 is het bedrag 0); aandelen en "
        "wijzigingen zijn berekend uit de gewijzigde aantallen. Gemiddelde aantallen personen zijn gehele getallen.",
        "Een gemiddelde per persoon is vervangen door [c] waar het getoonde aantal 1 tot en met "
        f"{policy.threshold - 1} is.",
    ]
    return (*lines, *_of_several_times(policy))


def lines_about(lines: Sequence[str], policy: Policy, marts: Collection[str]) -> tuple[str, ...]:
    """The rules for a document that shows these marts: without that on persons who count several times in a year, where
    nobody does."""
    if any(mart in marts and {*rules.per_person_numbers} - {1} for mart, rules in policy.marts.items()):
        return tuple(lines)
    return tuple(line for line in lines if line not in _of_several_times(policy))


def _of_several_times(policy: Policy) -> list[str]:
    """The rule for counts in which one person can be several times."""
    numbers = sorted({number for rules in policy.marts.values() for number in rules.per_person_numbers} - {1})
    if not numbers:
        return []
    table = policy.changes_by
    most = [number * policy.threshold - 1 if table is None else most_change(table, number) for number in numbers]
    times, tops = (" of ".join(map(str, many)) for many in (numbers, most))
    what = (
        f"zijn aantallen van 1 tot en met {tops} vervangen door [c]"
        if table is None
        else f"is een aantal met hoogstens {tops} gewijzigd"
    )
    return [
        f"Waar één persoon in een jaar tot {times} keer kan meetellen (loontoelagen, per maand van prestatie of van "
        f"betaling), {what}."
    ]


def chart_note_of(policy: Policy, per_person: Collection[int]) -> str:
    """What stands with a chart of changed counts, in Dutch."""
    table = policy.changes_by
    most = max((most_change(table, number) for number in per_person), default=table.most) if table else 0
    return f"De aantallen in de grafiek zijn licht gewijzigd, met hoogstens {most}: zie boven de tabellen."


def note_of(policy: Policy, per_person: Collection[int]) -> str:
    """What a table with changed counts says of it, in Dutch. `per_person`: how often one person can count in them."""
    table = policy.changes_by
    if table is None:
        return ""
    most = sorted(most_change(table, number) for number in per_person) or [table.most]
    up_to = f"{most[0]}" if len(most) == 1 else f"{' of '.join(map(str, most))} (naar hoe vaak een persoon meetelt)"
    return (
        f"Tegen herkenning is elk aantal licht gewijzigd (celsleutels, tabel {policy.table}): hoogstens {up_to} meer "
        "of minder; 0 blijft 0. Totalen zijn apart gewijzigd: delen tellen er niet precies toe op. Bedragen, aandelen "
        "en wijzigingen volgen uit de gewijzigde aantallen."
    )


def description_of(policy: Policy, per_person: Collection[int]) -> dict[str, str | int]:
    """How figures are protected, for machines."""
    table = policy.changes_by
    if table is None:
        return {"method": policy.method}
    most = max((most_change(table, number) for number in per_person), default=table.most)
    return {"method": policy.method, "table": policy.table or "", "most_change": most}


def no_audit_lines() -> tuple[str, ...]:
    """What stands in place of the outcome of an audit where nothing is hidden, in Dutch."""
    return ("Geen nazicht: bij deze methode is niets verborgen dat uit de rest te berekenen zou zijn.",)


def mixed_lines(releases: Sequence[str]) -> tuple[str, ...]:
    """Why there is no public edition beside releases under another method, in Dutch."""
    return (
        f"NIET GESLAAGD: {', '.join(releases)} is vrijgegeven onder een andere methode. Juiste en gewijzigde cijfers "
        "over dezelfde jaren naast elkaar verraden aantallen. Er is geen publieke uitgave.",
    )


def audit_lines(policy: Policy, report: AuditReport, known: int) -> tuple[str, ...]:
    """What the audit found, in Dutch. `known`: small counts that earlier releases show already.

    Every document says this, so a passed audit comes without a number that other documents change."""
    if report.passed:
        lines = [
            "Geslaagd: uit alles wat samen gepubliceerd is, valt geen enkel verborgen klein aantal te bepalen, noch te "
            f"beperken tot minder dan {policy.threshold} opeenvolgende waarden waar de totalen ruimte laten. "
            "Nagekeken met exacte berekening."
        ]
        if report.findings:
            lines.append(
                f"Bij {_number(len(report.findings))} verborgen cijfers laten de totalen die al vrijgegeven zijn "
                "of die het beleid bewust toont, minder ruimte; ook die cijfers zijn niet te bepalen."
            )
        if report.informed_findings:
            lines.append(
                f"Bij {_number(report.informed_findings)} verborgen cijfers geldt dat voor een lezer die van een "
                "verborgen cijfer aanneemt dat het sinds een eerdere vrijgave gelijk bleef waar ook alles gelijk bleef "
                "wat er rond getoond is; wie van elk cijfer zou weten of het gewijzigd is, kan ze nauwer beperken."
            )
    else:
        lines = [
            f"NIET GESLAAGD: {_number(len(report.failures))} verborgen cijfers zijn te bepalen of te nauw te beperken. "
            "Er is geen publieke uitgave."
        ]
    if known:
        lines.append(f"{_number(known)} kleine aantallen stonden al in een eerdere vrijgave.")
    return tuple(lines)


def share_lines(levels: Mapping[str, tuple[int, int]], of: str = "dit document") -> tuple[str, ...]:
    """How much is hidden at each level, in Dutch. `levels`: level -> (counts other than 0, hidden ones)."""
    lines = []
    for level, (cells, hidden) in levels.items():
        share = f"{100 * hidden / cells:.1f}".replace(".", ",") if cells else "0,0"
        name = level.capitalize() if level == VLAANDEREN else level
        lines.append(
            f"Niveau {name}, {of}: {_number(hidden)} van de {_number(cells)} aantallen die niet 0 zijn, "
            f"zijn verborgen ({share} %)."
        )
    return tuple(lines)


def withheld_lines(withheld: WithheldRows | None) -> tuple[str, ...]:
    """How many rows are withheld, in Dutch; nothing when there are none."""
    if withheld is None or not withheld.rows:
        return ()
    rows = "1 rij" if len(withheld.rows) == 1 else f"{_number(len(withheld.rows))} rijen"
    return (
        f"Van {rows} (de cijfers over één groep, in één jaar en één gebied) is alles wat niet in de gewone uitgave "
        "van deze stand staat, vervangen door [c], ook een 0: wat die uitgave toont, laat daar geen andere ruimte. "
        "Ze ontbreken ook in de gegevenstabellen.",
    )


def _number(number: int) -> str:
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")
