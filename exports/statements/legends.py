"""What a letter explains below a table."""

from collections.abc import Mapping, Sequence

from exports.figures.plan import FIRST_YEAR
from exports.statements.lookups import NOT_SHOWN, UNDEFINED, Block, Grid, text
from exports.wording import capital

ROUNDED = (
    "de wijziging is berekend met de niet-afgeronde cijfers, en kan in de laatste decimaal verschillen van die van de "
    "afgeronde"
)
PARTS_ROUNDED = "door afronding kan de som van de delen in de laatste decimaal verschillen"
START_UP = f"{FIRST_YEAR} was het opstartjaar: een wijziging ertegenover in % is niet vermeld"

NOT_BY_YEAR = "per gemeente staan deze cijfers niet per jaar in de bijlage"


def explained(grid: Grid, flanders: Sequence[int] = (), notes: Mapping[str, bool] | None = None) -> list[Block]:
    """The table, and a line that says what its words and marks mean. `flanders`: its rows that are about Flanders as a
    whole; `notes`: other things to say, and whether they hold."""
    signs = {cell for row in grid.rows for cell in row[1:] if isinstance(cell, str)}
    known = {
        "* onvolledig jaar": any("*" in title for title in grid.header),
        f"{NOT_SHOWN}: niet getoond, zodat kleine aantallen (ook elders) niet te berekenen zijn": NOT_SHOWN in signs,
        "een totaal van Vlaanderen is verborgen omdat het samen met andere cijfers of met een eerdere vrijgave "
        "iemand herkenbaar kan maken": any(NOT_SHOWN in grid.rows[at] for at in flanders),
        f"{UNDEFINED} niet te berekenen": UNDEFINED in signs,
        **(notes or {}),
    }
    said = [note for note, holds in known.items() if holds]
    return [grid, text(f"{capital('; '.join(said))}.", style="small")] if said else [grid]
