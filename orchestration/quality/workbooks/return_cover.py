"""The first sheet of a workbook that goes back to an OCMW: what it is and what to do with it, in Dutch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from expectations import contract
from expectations.model import WITHDRAWN
from orchestration.ingest.inbox import FORMATS, RETURN_MARK, SYNTHETIC_LABEL, is_synthetic
from orchestration.quality.cases import Case
from orchestration.quality.recipients import Recipient

MARK = RETURN_MARK.split(":")[0]
CORRECTION = "verbetering"
WIDTH = 72
"""Of the only column, in characters: what a page in portrait shows at a size that can be read."""
A4 = 9
TEXT, HEADING = 11, 14
"""Sizes in points."""

Line = tuple[str, bool]
"""A text, and whether it is a heading."""


def write(sheet: Any, to: Recipient, by_source: Mapping[str, Sequence[Case]]) -> None:
    """Writes the sheet. `by_source` holds the rows of the sheets that follow."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    sheet.column_dimensions["A"].width = WIDTH
    sheet.page_setup.paperSize, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = A4, 1, 0
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = MARK
    for number, (text, heading) in enumerate(_lines(to, by_source), start=1):
        size = HEADING if heading else TEXT
        cell = WriteOnlyCell(sheet, text)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(name="Calibri", size=size, bold=heading)
        sheet.row_dimensions[number].height = height(text, WIDTH, size)
        sheet.append([cell])


def height(text: str, width: int, size: int = TEXT) -> float:
    """Points that a wrapped text takes in a column of `width` characters: not every program works that out itself."""
    fits = (width - 4) * TEXT / size
    lines, used = 1, 0
    for word in text.split(" "):
        if used and used + 1 + len(word) > fits:
            lines, used = lines + 1, 0
        used += len(word) + bool(used)
        while used > fits:  # a word that is longer than a line
            lines, used = lines + 1, used - int(fits)
    return round(lines * size * 1.4, 1)


def _lines(to: Recipient, by_source: Mapping[str, Sequence[Case]]) -> list[Line]:
    cases = [case for rows in by_source.values() for case in rows]
    synthetic = all(is_synthetic(case.file_name) for case in cases)
    texts: list[Line] = [(f"{RETURN_MARK} {to.name}", True)]
    if synthetic:
        texts.append(("SYNTHETISCHE gegevens: geen van deze personen bestaat.", False))
    texts += [
        ("Deze rijen kwamen niet of met een waarschuwing door de controle van het TWE-datawarehouse.", False),
        ("Wat u doet", True),
        ("1. Elke bron heeft een blad. Elke regel in de tabel is één rij van een bestand dat geleverd werd.", False),
        (f"2. Zoek de rij in het bestand aan de hand van het rijnummer. {_numbering(cases)}", False),
        ("3. De kolom 'betekenis' zegt wat er mis is, de kolom 'wat te doen' hoe u het verbetert.", False),
        (f"4. Noteer de juiste waarde in de kolom '{CORRECTION}', of verbeter de rij meteen in uw toepassing.", False),
        (
            "5. Lever alleen de verbeterde rijen opnieuw, in een nieuw bestand en met dezelfde sleutel. Dit bestand "
            "zelf is geen levering.",
            False,
        ),
        *((text, False) for text in _closing(cases)),
        (
            "Het INSZ staat niet in dit bestand: alleen de eerste twee cijfers, de rest zijn sterretjes. "
            "Vul in dit bestand ook geen INSZ in.",
            False,
        ),
        ("Stuur dit bestand alleen langs een beveiligde weg, en vernietig het als de rijen verbeterd zijn.", False),
        ("Zo levert u de verbeterde rijen", True),
        (
            "Eén bestand per bron, met de naam hieronder. JJJJ-MM-DD is de dag van de levering, later dan die van "
            f"het vorige bestand. Het bestand mag {_any(FORMATS)} zijn (CSV: UTF-8, met ; of , ertussen).",
            False,
        ),
        (
            "De eerste rij bevat de kolommen van de bron; u kunt ze hieronder overnemen. Lever elke rij in haar "
            "geheel, ook met de waarden die goed waren"
            f"{', en met het echte INSZ in plaats van de sterretjes' if _with_insz(by_source) else ''}. "
            f"Om een rij in te trekken voegt u de kolom {WITHDRAWN} toe, met J.",
            False,
        ),
    ]
    for source, rows in by_source.items():
        columns = [c.name for c in contract.load(source).columns if c.name != WITHDRAWN]
        texts += [
            (f"{source}: {len(rows)} {'rij' if len(rows) == 1 else 'rijen'}", True),
            (f"{source}_JJJJ-MM-DD_{_label(to, synthetic)}.csv", False),
            (";".join(columns), False),
        ]
    return texts


def _closing(cases: Sequence[Case]) -> Iterator[str]:
    """What closes a row, as far as it holds for these rows."""
    if any(case.has_key for case in cases):
        yield "Een rij is afgehandeld zodra een verbeterde versie met dezelfde sleutel aanvaard is."
    if not all(case.has_key for case in cases):
        yield (
            "Een rij waarvan de sleutel ontbreekt of ongeldig is, of die misvormd is, herkennen wij niet: laat ons "
            "weten in welk bestand ze terugkwam, met het bestand en het rijnummer van hier. Dan sluiten wij ze af."
        )


def _numbering(cases: Sequence[Case]) -> str:
    """How rows are numbered: a Parquet file has no header."""
    parquet = [case.file_name.endswith(".parquet") for case in cases]
    if all(parquet):
        return "Rijen van een Parquet-bestand tellen vanaf 1, zonder kopregel."
    return "De kopregel is rij 1" + ("; rijen van een Parquet-bestand tellen vanaf 1." if any(parquet) else ".")


def _with_insz(by_source: Mapping[str, Sequence[Case]]) -> bool:
    return any(column.type == "insz" for source in by_source for column in contract.load(source).columns)


def _label(to: Recipient, synthetic: bool) -> str:
    """A label by which the next delivery is recognised as this OCMW's."""
    own = to.key.split("_", 1)[-1] if "_" in to.key else "verbeterd"
    if not synthetic:
        return own
    return own if own.startswith(SYNTHETIC_LABEL) else f"{SYNTHETIC_LABEL}-{own}"


def _any(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} of {names[-1]}"
