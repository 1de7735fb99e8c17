"""The fields of the policy that choose the method of disclosure control."""

from typing import Literal

from pydantic import Field, model_validator

from exports.disclosure.cell_key.table import PerturbationTable
from exports.questions.field_types import FieldsOrBlank, Words
from orchestration.store.yaml_models import Misplaced, Place

SUPPRESSION, CELL_KEY = "suppression", "cell_key"


class MethodFields(FieldsOrBlank):
    """Which method protects the counts of all public editions together."""

    method: Literal["suppression", "cell_key"] = SUPPRESSION
    """Hide counts, or change all of them a little."""
    table: Words | None = None
    """With cell_key: the perturbation table."""
    perturbation: dict[str, PerturbationTable] = Field(default_factory=dict)
    """The perturbation tables by name."""

    @model_validator(mode="after")
    def _method_is_whole(self) -> "MethodFields":
        """Cell keys need a table; what an exception shows as it is would stand beside what is changed."""
        found: list[tuple[Place, str]] = []
        if self.method == CELL_KEY and self.table not in self.perturbation:
            names = ", ".join(sorted(self.perturbation)) or "there is none; write one"
            found.append((("table",), f"`table` must name a table under `perturbation`: {names}"))
        if self.method == CELL_KEY and getattr(self, "exceptions", ()):  # a field of the policy
            found.append((("exceptions",), "cell_key changes every count and can't have exceptions; take them out"))
        if found:
            raise Misplaced(*found)
        return self

    @property
    def way(self) -> tuple[str, PerturbationTable | None]:
        """The method with its table: what must be the same for figures to be shown side by side."""
        return self.method, self.changes_by

    @property
    def changes_by(self) -> PerturbationTable | None:
        """The table by which all counts are changed; None when small ones are hidden instead."""
        return self.perturbation[self.table or ""] if self.method == CELL_KEY else None
