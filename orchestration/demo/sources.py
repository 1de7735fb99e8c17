"""The nine sources as the demo writes them: columns in order, and how a column's numbers become text.

This restates the column lists of the delivery format on purpose: the demo stands for the outside world, and a
delivery that follows the format must be accepted by a door that was written without looking at the demo.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoColumn:
    """One column. `kind`: id, insz, nis, date, month, integer, cents, code or yes_no; -1 is "no value"."""

    name: str
    kind: str
    required: bool = False
    prefix: str = ""
    codes: tuple[str, ...] = ()


def sql_text(column: DemoColumn) -> str:
    """DuckDB expression that writes the column's numbers as canonical text ('' when missing)."""
    name = column.name
    if column.kind == "id":
        return f"'{column.prefix}-' || lpad(cast({name} as varchar), 8, '0')"
    if column.kind == "insz":
        return f"lpad(cast({name} as varchar), 11, '0')"
    if column.kind == "cents":
        sign = f"case when {name} < 0 then '-' else '' end"
        return f"{sign} || (abs({name}) // 100) || '.' || lpad(cast(abs({name}) % 100 as varchar), 2, '0')"
    filled = {
        "nis": f"cast({name} as varchar)",
        "integer": f"cast({name} as varchar)",
        "date": f"cast(date '1970-01-01' + {name} as varchar)",
        "month": f"(1970 + {name} // 12) || '-' || lpad(cast({name} % 12 + 1 as varchar), 2, '0')",
        "code": f"[{', '.join(repr(code) for code in column.codes)}][{name} + 1]",
        "yes_no": f"['J', 'N'][{name} + 1]",
    }[column.kind]
    return f"case when {name} < 0 then '' else {filled} end"


ENDINGS = ("UITGEVOERD", "VROEGTIJDIG")
SECTORS = ("PRIVE", "SOCIALE_ECONOMIE", "LOKAAL_BESTUUR", "ANDERE")
ACTIONS = ("WES", "IBO", "OPLEIDINGSSTAGE", "OPLEIDING", "COACHING")
PAYMENTS = ("BETALING", "CORRECTIE")
POSITIONS = (
    "NEC", "NEC_SOCIALE_ECONOMIE", "SEC", "ZELFSTANDIGE", "OPLEIDING", "WERKZOEKEND", "LEEFLOON", "ZIEKTE", "PENSIOEN",
    "ANDER_GEWEST", "OVERLEDEN", "ANDERE",
)  # fmt: skip
DECISIONS = ("TOEGELEID", "NIET_TOEGELEID")

_TRAJECTORY = DemoColumn("traject_id", "id", True, "TWE")
_CLIENT = DemoColumn("klant_id", "insz", True)
_OCMW = DemoColumn("ocmw_nis", "nis", True)
_START, _END = DemoColumn("startdatum", "date", True), DemoColumn("einddatum", "date")

#: Columns of every source; the first column is the key, but for `leefloners` (nis_code and maand).
SOURCES: dict[str, tuple[DemoColumn, ...]] = {
    "trajecten": (
        _TRAJECTORY, _CLIENT, _OCMW, _START,
        DemoColumn("vermoedelijke_einddatum", "date"), _END, DemoColumn("beeindiging", "code", codes=ENDINGS),
    ),
    "klantprofielen": (
        _TRAJECTORY,
        DemoColumn("geslacht", "code", codes=("M", "V", "X")),
        DemoColumn("leeftijd", "integer"),
        DemoColumn("werkloosheidsduur_maanden", "integer"),
        DemoColumn("kortgeschoold", "yes_no"),
        DemoColumn("migratieachtergrond", "yes_no"),
    ),
    "art60_tewerkstellingen": (
        DemoColumn("tewerkstelling_id", "id", True, "A60"), _TRAJECTORY, _START, _END,
        DemoColumn("sector", "code", codes=SECTORS),
    ),
    "begeleidingsacties": (
        DemoColumn("actie_id", "id", True, "ACT"), _CLIENT, DemoColumn("type", "code", True, codes=ACTIONS), _START,
        _END,
    ),
    "loontoelagen": (
        DemoColumn("betaling_id", "id", True, "LT"), _TRAJECTORY, _OCMW, DemoColumn("prestatiemaand", "month", True),
        DemoColumn("betaaldatum", "date", True), DemoColumn("soort", "code", True, codes=PAYMENTS),
        DemoColumn("bedrag", "cents", True),
    ),
    "arbeidsmarktposities": (
        DemoColumn("positie_id", "id", True, "POS"), _CLIENT, DemoColumn("positie", "code", True, codes=POSITIONS),
        _START, _END,
    ),
    "transmissies": (
        DemoColumn("transmissie_id", "id", True, "TRM"), _CLIENT, DemoColumn("transmissiedatum", "date", True),
    ),
    "leefloners": (
        DemoColumn("nis_code", "nis", True), DemoColumn("maand", "month", True),
        DemoColumn("leefloners", "integer", True), DemoColumn("equivalent_leefloners", "integer"),
    ),
    "screenings": (
        DemoColumn("screening_id", "id", True, "SCR"), _CLIENT, _OCMW, DemoColumn("screeningsdatum", "date", True),
        DemoColumn("besluit", "code", True, codes=DECISIONS),
        DemoColumn("werkervaring_nodig", "yes_no"),
        DemoColumn("generieke_competenties_te_ontwikkelen", "yes_no"),
        DemoColumn("nec_haalbaar_binnen_2_jaar", "yes_no"),
        DemoColumn("minstens_halftijds_inzetbaar", "yes_no"),
    ),
}  # fmt: skip


def key_columns(source: str) -> tuple[str, ...]:
    """Names of the columns that make up the key of a source."""
    return ("nis_code", "maand") if source == "leefloners" else (SOURCES[source][0].name,)
