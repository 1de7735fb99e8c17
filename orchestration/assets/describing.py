"""What the Dagster page shows with every asset besides its figures: whose it is, and the files that say more."""

from collections.abc import Mapping
from pathlib import Path

import dagster as dg

from orchestration.store.paths import PROJECT

STEWARDS = ["team:data-stewards"]
ENGINEERS = ["team:data-engineers"]
ANALYSTS = ["team:analysts"]


def see(*files: str) -> Mapping[str, dg.CodeReferencesMetadataValue]:
    """Metadata that links to files of the project, such as `docs/data-steward.md`; those that exist."""
    references: list = [
        dg.LocalFileCodeReference(file_path=str(PROJECT / file), label=Path(file).name)
        for file in files
        if (PROJECT / file).exists()
    ]
    return {"dagster/code_references": dg.CodeReferencesMetadataValue(code_references=references)}
