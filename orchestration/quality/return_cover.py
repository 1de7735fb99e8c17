"""The first sheet of a workbook that goes back to an OCMW: what it is and what to do with it, in Dutch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from orchestration.door.inbox import is_synthetic
from orchestration.quality.cases import Case
from orchestration.quality.recipients import Recipient

MARK = "VERTROUWELIJK"
CORRECTION = "verbetering"


def write(sheet: Any, to: Recipient, by_source: Mapping[str, Sequence[Case]]) -> None:
    """Writes the sheet. `by_source` holds the rows of the sheets that follow."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    synthetic = all(is_synthetic(c.file_name) for rows in by_source.values() for c in rows)
    lines: list[tuple[str, bool]] = [
        (f"{MARK}: alleen voor {to.name}", True),
        *([("SYNTHETISCHE gegevens: geen van deze personen bestaat.", True)] if synthetic else []),
        ("Deze rijen kwamen niet of met een waarschuwing door de controle van het TWE-datawarehouse.", False),
        ("Wat u doet", True),
        ("1. Elke bron heeft een blad. Elke regel in de tabel is één rij van een bestand dat geleverd werd.", False),
        ("2. Zoek de rij in het bestand aan de hand van het rijnummer; de kopregel is rij 1.", False),
        ("3. De kolom 'betekenis' zegt wat er mis is, de kolom 'wat te doen' hoe u het verbetert.", False),
        (f"4. Noteer de juiste waarde in de kolom '{CORRECTION}', of verbeter de rij meteen in uw toepassing.", False),
        ("5. Lever alleen de verbeterde rijen opnieuw, in een nieuw bestand met een nieuwe datum of een nieuw label, "
         "met dezelfde sleutel. De rij is daarmee afgehandeld.", False),
        ("Het INSZ staat niet in dit bestand: alleen de eerste twee cijfers, de rest zijn sterretjes. "
         "Vul in dit bestand ook geen INSZ in.", False),
        ("Stuur dit bestand alleen langs een beveiligde weg, en vernietig het als de rijen verbeterd zijn.", False),
        ("Rijen per bron", True),
        *((f"{source}: {len(rows)}", False) for source, rows in by_source.items()),
    ]  # fmt: skip
    sheet.column_dimensions["A"].width = 110
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = MARK
    for text, heading in lines:
        cell = WriteOnlyCell(sheet, text)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.font = Font(name="Calibri", size=14 if heading else 11, bold=heading)
        sheet.append([cell])
