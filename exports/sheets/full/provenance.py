"""Controles, Leveringen and Herkomst: enough to trust the figures, and to make the same workbook again.

For the full edition alone: what a single delivery or row adds to them would say what a hidden figure is. One row more,
and a figure that became visible by it was exactly one person.
"""

from collections.abc import Sequence

from exports.figures.identity import Value
from exports.figures.reading import UsedDelivery
from exports.sheets.context import CHECKS, DELIVERIES, PROVENANCE, Context
from exports.sheets.head import short_head
from exports.sheets.text_sheets import origin
from exports.wording import listed
from exports.xlsx.document import NOT_AVAILABLE, Format, Sheet, SheetColumn, Table, text_columns

_CONSEQUENCE = {"reject": "rij in quarantaine", "warn": "waarschuwing: rij telt mee"}


def provenance_sheets(context: Context) -> tuple[Sheet, ...]:
    deliveries = context.publication.deliveries(context.kind.sources)
    return _checks(context, deliveries), _deliveries(context, deliveries), _facts(context, deliveries)


def _checks(context: Context, deliveries: list[UsedDelivery]) -> Sheet:
    """Per source: what came in, what was loaded, and how many rows broke which rule."""
    rows: list[tuple[Value, ...]] = []
    findings = context.publication.findings(deliveries)
    for source in context.kind.sources:
        mine = [item for item in deliveries if item.source == source]
        for text, count in (
            ("gebruikte leveringen", len(mine)),
            ("rijen gelezen", sum(item.rows_read for item in mine)),
            ("rijen aanvaard", sum(item.rows_accepted for item in mine)),
            ("rijen in quarantaine", sum(item.rows_quarantined for item in mine)),
            ("rijen met een waarschuwing bij het laden", sum(item.rows_warned for item in mine)),
        ):
            rows.append((source, text, "telling", count))
        for item in (item for item in findings if item.source == source):
            rows.append((source, f"regel {item.rule}", _CONSEQUENCE.get(item.on_fail, item.on_fail), item.rows))
    texts = text_columns({"Bron": 26, "Controle": 46, "Gevolg": 28})
    columns = (*texts, SheetColumn("Aantal", Format.INTEGER, 12))
    lines = short_head(
        context,
        "Controles op de leveringen",
        "Rijen gelezen = rijen aanvaard + rijen in quarantaine. Een rij die twee regels breekt, telt bij beide.",
    )
    about = "per bron: leveringen, rijen, en rijen per controleregel"
    return Sheet(CHECKS, lines, Table("Controles", columns, rows), frozen_columns=1, about=about)


def _deliveries(context: Context, deliveries: list[UsedDelivery]) -> Sheet:
    """The files used, with what was in them."""
    counts = [
        SheetColumn(header, Format.INTEGER, 13)
        for header in ("Rijen gelezen", "Rijen aanvaard", "Rijen in quarantaine")
    ]
    columns = (
        *text_columns({"Bestand": 56, "Bron": 24}),
        SheetColumn("Geleverd op", Format.DATE, 13),
        SheetColumn("Versie van de controleregels", width=22),
        *counts,
        SheetColumn("SHA-256 van het bestand", width=68),
    )
    rows: list[tuple[Value, ...]] = [
        (
            item.file_name,
            item.source,
            item.delivered_on,
            item.suite_version or NOT_AVAILABLE,
            *(item.rows_read, item.rows_accepted, item.rows_quarantined),
            item.sha256,
        )
        for item in deliveries
    ]
    text = "Aanvaarde leveringen van de gebruikte bronnen, tot en met de stand-datum."
    if not rows:
        text = "Er zijn geen aanvaarde leveringen van de gebruikte bronnen tot en met de stand-datum."
    lines = short_head(context, "Gebruikte leveringen", text)
    about = "de gebruikte leveringen, met hun SHA-256"
    return Sheet(DELIVERIES, lines, Table("Leveringen", columns, rows), frozen_columns=1, about=about)


def _facts(context: Context, deliveries: Sequence[UsedDelivery]) -> Sheet:
    facts, question, kind = context.facts, context.question, context.kind
    rows: list[tuple[str, str]] = [
        *origin(context),
        ("Rekenmotor", facts.engine),
        ("Vraagbestand", question.source_name),
        ("SHA-256 van het vraagbestand", question.source_sha256),
        ("Tabellen in het datawarehouse", listed([mart.name for mart in kind.marts])),
        ("Gebruikte leveringen", str(len(deliveries))),
    ]
    for source in kind.sources:
        versions = {item.suite_version for item in deliveries if item.source == source and item.suite_version}
        rows.append((f"Versie van de controleregels, {source}", listed(sorted(versions)) or NOT_AVAILABLE))
    columns = text_columns({"Gegeven": 42, "Waarde": 100}, wrap=("Waarde",))
    lines = short_head(
        context,
        "Herkomst",
        "Met dezelfde leveringen, stand-datum, geografie, vraag en code komt hetzelfde bestand, byte voor byte.",
    )
    about = "stand, versies, geheimhouding: alles om deze bijlage opnieuw te maken"
    return Sheet(PROVENANCE, lines, Table("Herkomst", columns, rows), about=about)
