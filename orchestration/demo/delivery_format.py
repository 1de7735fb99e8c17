"""The delivery format: the columns of the ten sources, the rules, and for each rule a way to break it and no other.

This restates the column lists of expectations/*.yml on purpose: the demo plays the part of the senders, so a mistake
in those files shows as demo rows that are quarantined.
"""

from dataclasses import dataclass
from datetime import date, timedelta


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
        "date": f"cast(date '1970-01-01' + cast({name} as integer) as varchar)",
        "month": f"(1970 + {name} // 12) || '-' || lpad(cast({name} % 12 + 1 as varchar), 2, '0')",
        "code": f"[{', '.join(repr(code) for code in column.codes)}][{name} + 1]",
        "yes_no": f"['J', 'N'][{name} + 1]",
    }[column.kind]
    return f"case when {name} < 0 then '' else {filled} end"


ENDINGS = ("UITGEVOERD", "VROEGTIJDIG")
SECTORS = ("PRIVE", "SOCIALE_ECONOMIE", "LOKAAL_BESTUUR", "ANDERE")
ACTIONS = ("WES", "IBO", "OPLEIDINGSSTAGE", "OPLEIDING", "COACHING")
_AT_WORK = ("NEC", "NEC_SOCIALE_ECONOMIE", "SEC", "ZELFSTANDIGE")
_NOT_AT_WORK = ("OPLEIDING", "WERKZOEKEND", "LEEFLOON", "ZIEKTE", "PENSIOEN", "ANDER_GEWEST", "OVERLEDEN", "ANDERE")
POSITIONS = (*_AT_WORK, *_NOT_AT_WORK)
CRITERIA = (
    "werkervaring_nodig",
    "generieke_competenties_te_ontwikkelen",
    "nec_haalbaar_binnen_2_jaar",
    "minstens_halftijds_inzetbaar",
)

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
        DemoColumn("geslacht", "code", codes=("M", "V", "X")), DemoColumn("leeftijd", "integer"),
        DemoColumn("werkloosheidsduur_maanden", "integer"),
        DemoColumn("kortgeschoold", "yes_no"), DemoColumn("migratieachtergrond", "yes_no"),
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
        DemoColumn("betaaldatum", "date", True), DemoColumn("soort", "code", True, codes=("BETALING", "CORRECTIE")),
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
        DemoColumn("besluit", "code", True, codes=("TOEGELEID", "NIET_TOEGELEID")),
        *(DemoColumn(criterion, "yes_no") for criterion in CRITERIA),
    ),
    "insz_wijzigingen": (
        DemoColumn("oude_insz", "insz", True), DemoColumn("nieuwe_insz", "insz", True),
        DemoColumn("ingangsdatum", "date", True),
    ),
}  # fmt: skip


def key_columns(source: str) -> tuple[str, ...]:
    """Names of the columns that make up the key of a source."""
    return ("nis_code", "maand") if source == "leefloners" else (SOURCES[source][0].name,)


Row = dict[str, str]


@dataclass(frozen=True)
class BrokenRule:
    """One rule of one source. `needs` is what the file must be able to hold: any, text or csv."""

    name: str
    column: DemoColumn | None = None
    needs: str = "any"


_PERIOD = ("end_before_start",)
#: Rules across columns, by source.
ACROSS_COLUMNS = {
    "trajecten": ("expected_end_before_start", *_PERIOD, "ending_without_end_date", "end_date_without_ending"),
    "art60_tewerkstellingen": _PERIOD,
    "begeleidingsacties": _PERIOD,
    "loontoelagen": ("amount_not_positive", "amount_zero", "paid_before_performance", "correction_after_10_years"),
    "arbeidsmarktposities": _PERIOD,
    "insz_wijzigingen": ("same_number",),
}

#: Values that don't parse or lie out of range, by kind of column (and by name where the range differs).
BAD_VALUES: dict[str, tuple[str, ...]] = {
    "nis": ("99999", "2100", "Gent", "62063", "21004"),
    "date": ("2019-02-30", "31/11/2018", "2018.05.04", "mei 2019", "20180504"),
    "month": ("2019-13", "2019", "03-2019", "januari"),
    "integer": ("-3", "12,5", "veel"),
    "cents": ("1.234,56", "€ 812,40", "812.405", "nvt"),
    "code": ("ONBEKEND", "?", "XX"),
    "yes_no": ("misschien", "O", "2"),
    "startdatum": ("2019-02-30", "31/04/2018", "2015-06-01", "2016-12-31", "eerste maandag"),
    "leeftijd": ("12", "104", "dertig", "31,5"),
    "werkloosheidsduur_maanden": ("721", "-2", "1,5", "lang"),
}


def rules(source: str) -> list[BrokenRule]:
    """All rules of a source that turn a row away."""
    columns = SOURCES[source]
    found = [BrokenRule(f"missing_{column.name}", column) for column in columns if column.required]
    found += [BrokenRule(f"invalid_{column.name}", column, "text") for column in columns]
    found += [BrokenRule("invalid_verwijderd", None, "text"), BrokenRule("malformed_row", None, "csv")]
    found += [BrokenRule(name) for name in ("duplicate_row", "conflicting_key", *ACROSS_COLUMNS.get(source, ()))]
    return found


def break_row(source: str, row: Row, rule: BrokenRule, turn: int) -> None:
    """Change a sound row so that it breaks one rule; `turn` picks among the ways to do so.

    Rules about more than one row (`duplicate_row`, `conflicting_key`) and about the line (`malformed_row`) are not
    broken here.
    """
    match rule.name:
        case "invalid_verwijderd":
            row["verwijderd"] = ("misschien", "X", "ingetrokken")[turn % 3]
        case "end_before_start":
            row["einddatum"] = _later(row["startdatum"], -1 - turn)
            if "beeindiging" in row:
                row["beeindiging"] = "VROEGTIJDIG"
        case "expected_end_before_start":
            row["vermoedelijke_einddatum"] = _later(row["startdatum"], -1 - turn)
        case "ending_without_end_date":
            row["einddatum"], row["beeindiging"] = "", ENDINGS[turn % 2]
        case "end_date_without_ending":
            row["einddatum"], row["beeindiging"] = row["einddatum"] or _later(row["startdatum"], 90 + turn), ""
        case "amount_not_positive":
            row["soort"], row["bedrag"] = "BETALING", "0.00" if turn % 2 else f"-{row['bedrag'].lstrip('-')}"
        case "amount_zero":
            row["soort"], row["bedrag"] = "CORRECTIE", "0.00"
        case "paid_before_performance":
            row["betaaldatum"] = _later(f"{row['prestatiemaand']}-01", -1 - turn)
        case "correction_after_10_years":
            year, month = row["betaaldatum"].split("-")[:2]
            row["prestatiemaand"], row["soort"] = f"{int(year) - 11 - turn % 2}-{month}", "CORRECTIE"
        case "same_number":
            row["nieuwe_insz"] = row["oude_insz"]
    if rule.column:
        missing = rule.name.startswith("missing_")
        row[rule.column.name] = "" if missing else _bad_value(source, row, rule.column, turn)
    if rule.name == "invalid_einddatum" and "beeindiging" in row:
        row["beeindiging"] = row["beeindiging"] or "UITGEVOERD"  # else the ending is missing as well


def changed(source: str, row: Row, turn: int) -> Row:
    """A sound row that says something else under the same key: a first version that is corrected later."""
    match source:
        case "trajecten" if row["beeindiging"]:
            return row | {"beeindiging": _another(ENDINGS, row["beeindiging"], turn)}
        case "trajecten":
            planned = _later(row["startdatum"], 180 + turn % 7)
            return row | {"vermoedelijke_einddatum": "" if row["vermoedelijke_einddatum"] == planned else planned}
        case "klantprofielen":
            return row | {"leeftijd": str(int(row["leeftijd"]) + 1) if row["leeftijd"] else "30"}
        case "art60_tewerkstellingen":
            return row | {"sector": _another(SECTORS, row["sector"], turn)}
        case "begeleidingsacties":
            return row | {"type": _another(ACTIONS, row["type"], turn)}
        case "loontoelagen":
            cents = int(row["bedrag"].replace(".", ""))
            more = cents + (cents // 8 if abs(cents) >= 8 else cents)
            return row | {"bedrag": f"{'-' if more < 0 else ''}{abs(more) // 100}.{abs(more) % 100:02d}"}
        case "arbeidsmarktposities":
            return row | {"positie": _another(POSITIONS, row["positie"], turn)}
        case "transmissies":
            return row | {"transmissiedatum": _later(row["transmissiedatum"], -1 - turn % 5)}
        case "insz_wijzigingen":
            return row | {"ingangsdatum": _later(row["ingangsdatum"], -1 - turn % 5)}
        case "leefloners":
            return row | {"leefloners": str(int(row["leefloners"]) + 1 + turn % 4)}
        case _:
            return row | {"werkervaring_nodig": {"J": "N", "N": "", "": "J"}[row["werkervaring_nodig"]]}


def unused_key(source: str, row: Row, number: int) -> str:
    """A key that no drawn row has; for an INSZ a bis number of somebody who would be too old for the measure."""
    text = row[SOURCES[source][0].name]
    if SOURCES[source][0].kind != "insz":
        return f"{text}-{number}"
    nine = 302_101_600 + number // 300 * 1_000 + number % 300
    return f"{nine}{97 - nine % 97:02d}"


def _bad_value(source: str, row: Row, column: DemoColumn, turn: int) -> str:
    if column.kind == "id":
        return f"{row[column.name]}-dossiernummer-van-het-OCMW-{turn}"
    if column.kind == "insz":
        return _bad_insz(row[column.name]) if turn % 3 else row[column.name][:10]
    own = column.name if column.name != "startdatum" or source == "trajecten" else "date"
    values = BAD_VALUES.get(own) or BAD_VALUES[column.kind]
    return values[turn % len(values)]


def _bad_insz(text: str) -> str:
    """The same nine digits with check digits that fit neither century."""
    nine = int(text[:9])
    good = {97 - nine % 97, 97 - (2_000_000_000 + nine) % 97}
    return text[:9] + next(f"{check:02d}" for check in range(1, 98) if check not in good)


def _later(text: str, days: int) -> str:
    return (date.fromisoformat(text) + timedelta(days=days)).isoformat()


def _another(codes: tuple[str, ...], code: str, turn: int) -> str:
    others = [one for one in codes if one != code]
    return others[turn % len(others)]
