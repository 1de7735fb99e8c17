"""What the sheet beside a template says, in plain Dutch: how to deliver, what each column holds, and which rules there
are. Which rules a formula can't look at follows from the rules themselves."""

from collections.abc import Iterator

from expectations import contract as contracts
from expectations.model import WITHDRAWN, Column, Rule, SourceContract
from expectations.source_file import TEXTS
from exports.template import rules
from exports.xlsx.document import Line

MALFORMED_ROW = "malformed_row"
"""What a workbook can't have."""


def steps(contract: SourceContract, last_row: int) -> Iterator[Line]:
    """How the template is filled in and delivered."""
    yield Line("Zo levert u", "heading")
    yield from map(Line, _steps(contract, last_row))


def explained(contract: SourceContract) -> Iterator[Line]:
    """What the columns hold, and the rules."""
    yield Line("Wat elke kolom bevat", "heading")
    for column in contract.columns:
        yield Line(_about(contract, column), label=column.name)
    of_columns = {f"{kind}_{c.name}" for kind in TEXTS for c in contract.columns} | {MALFORMED_ROW}
    own = [check for check in rules.checks(contract) if check.rule.name not in of_columns]
    for on_fail, title in (
        ("reject", "Regels: breekt een rij er een, dan wordt ze geweigerd"),
        ("warn", "Aandachtspunten: de rij wordt geladen, maar kijk ze na"),
    ):
        if chosen := [check.rule for check in own if check.rule.on_fail == on_fail]:
            yield Line(title, "heading")
            yield from (Line(_rule(rule)) for rule in chosen)
    yield Line("Wat dit werkboek niet nakijkt", "heading")
    yield from map(Line, _unchecked(contract))


def _steps(contract: SourceContract, last_row: int) -> Iterator[str]:
    yield (
        f"Vul het eerste blad, '{contract.source}', in vanaf rij 2. Laat de kolomnamen in rij 1 staan en zet er niets "
        "boven. Kolommen met een donkere kop zijn verplicht. Dit werkboek is zelf de levering: u hoeft niets om te "
        "zetten."
    )
    yield (
        "Kies een cel en u leest wat erin hoort. Een cel die rood wordt, is fout: de rij zou geweigerd worden. Oranje "
        "is een aandachtspunt. Bij een waarde die niet past, krijgt u een waarschuwing; u kunt ze altijd laten staan."
    )
    yield (
        "Plakt u gegevens uit een ander bestand, kies dan 'Plakken speciaal: waarden' (alleen tekst), zodat kleuren, "
        f"lijsten en notatie blijven. De kleuren werken tot en met rij {last_row}; verdere rijen worden wel gelezen."
    )
    yield f"Bewaar als Excel-werkmap (.xlsx) onder deze naam: {contract.source}_JJJJ-MM-DD_label.xlsx"
    yield (
        "JJJJ-MM-DD is de dag waarop u levert; label is vrij, zoals de naam van uw gemeente: alleen letters, cijfers "
        "en het koppelteken, en geen INSZ. Een naam die al geladen is, kan niet nog eens: neem een andere dag of een "
        "ander label."
    )
    yield (
        f"Levert u een rij opnieuw met dezelfde sleutel ({', '.join(contract.key)}), dan vervangt ze de vorige. Om een "
        f"rij in te trekken: vul haar sleutel in en J bij {WITHDRAWN}; de rest mag leeg blijven."
    )


def _about(contract: SourceContract, column: Column) -> str:
    parts = [column.explanation]
    if column.name in contract.key:
        parts.append("Sleutel." if len(contract.key) == 1 else "Deel van de sleutel.")
    parts.append("Verplicht." if column.required else "Niet verplicht.")
    if column.type == "code":
        codes = "; ".join(f"{code} ({label})" for code, label in contracts.labels(column).items())
        parts.append(f"Een van deze codes: {codes}.")
    else:
        parts.append(f"Toegelaten: {contracts.allowed(column)}.")
    return " ".join(filter(None, parts))


def _rule(rule: Rule) -> str:
    return f"{rule.meaning} {rule.remedy}"


def _unchecked(contract: SourceContract) -> Iterator[str]:
    """What becomes visible only when the file is read."""
    shown: set[str] = set()
    for check in rules.checks(contract):
        rule = check.rule
        if not check.formula and rule.name not in shown and rule.name != MALFORMED_ROW:
            shown.add(rule.name)
            yield f"Pas als u levert: {rule.meaning[:1].lower()}{rule.meaning[1:]}"
    yield (
        "Rijen met dezelfde sleutel worden hier vergeleken zoals ze getypt zijn. Of een traject elders gekend is, of "
        "trajecten van een cliënt elkaar overlappen en of wijzigingen van INSZ in een kring lopen, blijkt pas bij ons."
    )
