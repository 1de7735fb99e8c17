"""The header of a file: where the columns of the contract stand in it, and what to say when they don't."""

from collections.abc import Callable, Iterable, Sequence

from expectations.contract import SourceContract
from expectations.model import NOTES
from orchestration.ingest.inbox import DeliveryError, Remark
from orchestration.ingest.readers.table import BLANKS

FIRST_ROWS = 20
"""How many rows are looked at for a header that does not stand in row 1."""
_IGNORED = "unknown column(s) ignored"
_ADD_THEM = Remark("add them to the header", "zet ze bij de kolomnamen bovenaan")


def match_header(
    names: Sequence[str], contract: SourceContract, look: Callable[[], Remark | None] = lambda: None
) -> tuple[dict[str, int], list[Remark]]:
    """Position of each contract column in the header, and a remark on columns that are ignored.

    Case and surrounding blanks don't count. Raises `DeliveryError` for a missing required column or one given twice.
    `look` is asked what was seen instead of a required column.
    """
    wanted = {c.name for c in contract.columns}
    places: dict[str, int] = {}
    extra: list[str] = []
    for index, name in enumerate(map(normal, names)):
        if name in places:
            raise DeliveryError(
                f"has the column {name} twice; keep one", f"heeft de kolom {name} twee keer; behoud er één"
            )
        if name in wanted:
            places[name] = index
        elif name and name not in NOTES:
            extra.append(name)
    if missing := [c for c in contract.required if c not in places]:
        seen = look() or _ADD_THEM
        raise DeliveryError(
            f"lacks the required column(s) {', '.join(missing)}; {seen.english}",
            f"mist de verplichte kolom(men) {', '.join(missing)}; {seen.dutch}",
        )
    # Named only here: where required columns are missing, the first row may be a person's and no header at all.
    ignored = ", ".join(map(shown, extra[:10]))
    remark = Remark(f"{_IGNORED}: {ignored}", f"onbekende kolom(men) genegeerd: {ignored}")
    return places, [remark] if extra else []


def ignored_columns(remarks: Iterable[Remark]) -> bool:
    """Whether one of the remarks on a file is that columns were ignored, of which nothing is read."""
    return any(remark.english.startswith(_IGNORED) for remark in remarks)


def normal(name: str) -> str:
    """A column's name as it is compared."""
    return name.strip(BLANKS).lower()


def known_columns(names: Iterable[str], contract: SourceContract) -> int:
    """How many columns of the contract are among the names."""
    return len(set(map(normal, names)) & {c.name for c in contract.columns})


def best_header(rows: Iterable[Sequence[str]], contract: SourceContract) -> tuple[int, int]:
    """(known columns, place from 0) of the row that looks most like a header; two columns are no coincidence."""
    counts = [known_columns(row, contract) for row in rows]
    most = max(counts, default=0)
    return (most, counts.index(most)) if most >= 2 else (0, 0)


def header_in_row(row: int) -> Remark:
    """The header was found, but not where it belongs."""
    return Remark(
        f"the header stands in row {row}: remove what is above it",
        f"de kolomnamen staan in rij {row}: verwijder wat erboven staat",
    )


def shown(name: str) -> str:
    """The name of a column or sheet as it may be shown: short, on one line, and without digits when it has enough of
    them for a person number, of whatever script and with whatever between them."""
    if sum(c.isdigit() for c in name) >= 11:
        name = "".join("*" if c.isdigit() else c for c in name)
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())[:40]
