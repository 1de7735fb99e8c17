"""Writes the delivery templates that OCMWs fill in. The same contract gives the same bytes on the same day."""

from pathlib import Path

from expectations import contract
from exports import template
from orchestration.quality.cases import require_source
from orchestration.store.errors import WrongChoiceError
from orchestration.store.files import replaced
from orchestration.store.settings import today
from orchestration.store.wording import counted


def write(source: str, path: Path) -> str:
    """Writes the template of a source; gives a line for the terminal. Raises `WrongChoiceError` for another source."""
    from exports.xlsx.workbook import render_bytes

    require_source(source)
    if path.suffix.lower() != ".xlsx":
        raise WrongChoiceError(f"{path.name} is no name of a workbook; let it end on .xlsx")
    with replaced(path.resolve()) as temporary:
        temporary.write_bytes(render_bytes(template.blank(contract.load(source), today())))
    return f"Template of {source} written to {path}"


def write_all(folder: Path) -> str:
    """Writes the templates of all sources; gives a line for the terminal."""
    names = contract.sources()
    for name in names:
        write(name, folder / f"sjabloon_{name}.xlsx")
    return f"{counted(len(names), 'template')} written to {folder}"
