"""The steward's workbook of how well each OCMW delivers: counts only, no rows of people."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from exports.wording import long_date
from exports.xlsx.document import Document, Format, Line, Sheet, SheetColumn, Table
from orchestration.quality.listing import ByOcmw
from orchestration.quality.recipients import Recipients
from orchestration.quality.senders import rows_by_ocmw, trend
from orchestration.quality.senders.trend import OcmwCounts
from orchestration.store.files import replaced
from orchestration.store.paths import DataFolder
from orchestration.store.wording import counted

BY_MONTH = (
    SheetColumn("bron", width=26),
    SheetColumn("NIS-code", width=10),
    SheetColumn("OCMW", width=30),
    SheetColumn("maand van levering", Format.DATE, width=14),
    SheetColumn("gelezen", Format.INTEGER, width=12),
    SheetColumn("geweigerd", Format.INTEGER, width=12),
    SheetColumn("met waarschuwing", Format.INTEGER, width=12),
    SheetColumn("verbeterd", Format.INTEGER, width=12),
    SheetColumn("dagen tot verbeterd (gemiddeld)", Format.ONE_DECIMAL, width=16),
)
HELP = (
    "Wat dit bestand is",
    "Hoeveel rijen elk OCMW leverde, en hoeveel er geweigerd werden. Er staan alleen aantallen in.",
    "Een rij telt bij het OCMW van haar eigen NIS-code; zonder geldige code bij dat van haar traject, en anders bij "
    "dat van het label van de levering.",
    "Het aandeel is het aantal geweigerde rijen gedeeld door het aantal gelezen rijen van dat jaar van levering, wat "
    "er ook van geworden is.",
    "Verandering: het laatste jaar tegenover de jaren ervoor samen, in procentpunten. 'Slechter' en 'beter' staan waar "
    "het verschil groter is dan door toeval te verwachten is. Wie slechter levert, staat eerst.",
    "Open: nog niet verbeterd, nagekeken of afgesloten. Verbeterd: een latere levering zette de rij recht. Een rij die "
    "een eerdere letterlijk herhaalt, hoeft niet verbeterd te worden en telt daar niet bij.",
)


def write(by: ByOcmw, data: DataFolder, path: Path) -> str:
    """Writes the lines per OCMW, and per source and month of delivery; gives a line for the terminal."""
    from exports.xlsx.workbook import render_bytes

    sheets = [_by_ocmw("Per OCMW", "per_ocmw", by, by.together)]
    if not by.source:
        sheets.append(_by_ocmw("Per OCMW en bron", "per_bron", by, by.lines))
    if not by.of_rule:
        sheets.append(_by_month(by, data))
    told = [*HELP, f"Leveringen tot en met {long_date(by.newest)}."]
    told += [f"Geteld zijn alleen de rijen die de regel {by.of_rule} braken."] if by.of_rule else []
    guide = tuple(Line(text, "body" if number else "heading") for number, text in enumerate(told))
    book = Document(
        title="Kwaliteit van de leveringen per OCMW",
        subject="Gelezen, geweigerde en verbeterde rijen per OCMW",
        created=by.newest,
        sheets=(*sheets, Sheet("Lees mij", guide)),
    )
    with replaced(path.resolve()) as temporary:
        temporary.write_bytes(render_bytes(book))
    return f"{counted(len(by.together), 'OCMW')} written to {path}; counts only, no rows of people"


def _by_ocmw(name: str, table: str, by: ByOcmw, lines: Sequence[OcmwCounts]) -> Sheet:
    with_source = any(line.source for line in lines)
    columns = [SheetColumn("OCMW", width=30), *([SheetColumn("bron", width=26)] if with_source else [])]
    columns += [
        SheetColumn("verandering (pp)", Format.TWO_DECIMALS, width=13),
        SheetColumn("oordeel", width=10),
        SheetColumn("open: geweigerd", Format.INTEGER, width=11),
        SheetColumn("open: met waarschuwing", Format.INTEGER, width=14),
        SheetColumn("oudste open sinds", Format.DATE, width=12),
        SheetColumn("verbeterd", Format.INTEGER, width=11),
    ]
    for year in by.years:
        label = trend.year_label(year, by.today)
        columns += [
            SheetColumn(f"{label}: aandeel geweigerd (%)", Format.TWO_DECIMALS, width=12, year=year),
            SheetColumn(f"{label}: geweigerd", Format.INTEGER, width=11, year=year),
            SheetColumn(f"{label}: gelezen", Format.INTEGER, width=11, year=year),
        ]
    rows = []
    for line in lines:
        shares = [value for rate in line.per_year.values() for value in (rate.share, rate.rejected, rate.read)]
        verdict = "slechter" if line.is_worse else "beter" if line.is_better else None
        source = [line.source] if with_source else []
        still = (line.quarantined, line.warned, line.since, line.resolved)
        rows.append((line.ocmw, *source, line.change, verdict, *still, *shares))
    return Sheet(name, table=Table(table, tuple(columns), rows), frozen_columns=1 + with_source)


def _by_month(by: ByOcmw, data: DataFolder) -> Sheet:
    with duckdb.connect() as con:
        rows_by_ocmw.create(con, data, by.newest, Recipients(by.newest), [by.source] if by.source else None)
        rows = con.execute(
            """
            select source, nis_code, ocmw_name, date_trunc('month', delivered_on)::date as month, sum(rows_read)::int,
                sum(rows_quarantined)::int, sum(rows_warned)::int, sum(rows_resolved)::int as resolved,
                sum(resolved_after_days)::double / nullif(resolved, 0)
            from rows_by_ocmw where $only is null or ocmw_name = $only
            group by source, nis_code, ocmw_name, month order by all
            """,
            {"only": by.ocmw},
        ).fetchall()
    return Sheet("Per maand", table=Table("per_maand", BY_MONTH, rows), frozen_columns=3, work_sheet=True)
