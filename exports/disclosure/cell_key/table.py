"""Perturbation tables: by how much a count may change, and how often. They are data of the policy file."""

from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from typing import Annotated

from pydantic import Field, model_validator

from exports.questions.field_types import FieldsOrBlank
from orchestration.store.yaml_models import Misplaced, Place

_TOLERANCE = 1e-9
Share = Annotated[float, Field(gt=0, le=1)]


class PerturbationTable(FieldsOrBlank):
    """How counts of persons change: written out as `rows`, or rounded to `base`. On average nothing changes."""

    base: Annotated[int, Field(ge=2)] | None = None
    """Round each count to the multiple of this below or above it, the nearer one more often."""
    rows: dict[Annotated[int, Field(ge=1)], dict[int, Share]] = Field(default_factory=dict)
    """Count -> deviation: how often. A count between two rows takes the one before, a larger one the last."""

    @model_validator(mode="after")
    def _is_fair(self) -> "PerturbationTable":
        found: list[tuple[Place, str]] = []
        if (self.base is None) == (not self.rows):
            found.append(((), "give either `base` or `rows`"))
        if self.rows and 1 not in self.rows:
            found.append((("rows",), "the first row is that of a count of 1"))
        for count, row in self.rows.items():
            if abs(sum(row.values()) - 1) > _TOLERANCE:
                found.append((("rows", count), f"the shares of a count of {count} must add up to 1"))
            elif abs(sum(by * share for by, share in row.items())) > _TOLERANCE:
                found.append((("rows", count), f"a count of {count} must stay the same on average"))
            if min(row) < -count:
                found.append((("rows", count), f"a count of {count} can't become {count + min(row)}"))
        if found:
            raise Misplaced(*found)
        return self

    @property
    def most(self) -> int:
        """How much a count can change at most."""
        return self.base - 1 if self.base else max(abs(by) for row in self.rows.values() for by in row)

    def changed(self, count: int, draw: float) -> int:
        """The count that is shown; `draw` is from 0 up to 1, and decides. 0 stays 0."""
        if count == 0:
            return 0
        if self.base:
            below, over = divmod(count, self.base)
            return self.base * (below + (draw < over / self.base))
        counts, rows = self._cumulated
        deviations, limits = rows[bisect_right(counts, count) - 1]
        return count + deviations[min(bisect_right(limits, draw), len(deviations) - 1)]

    def possible(self, count: int) -> tuple[int, ...]:
        """Every count that can be shown for a count, in order."""
        if count == 0:
            return (0,)
        if self.base:
            below, over = divmod(count, self.base)
            return (self.base * below, self.base * (below + 1)) if over else (count,)
        counts, rows = self._cumulated
        return tuple(count + by for by in rows[bisect_right(counts, count) - 1][0])

    @cached_property
    def _cumulated(self) -> tuple[list[int], list[tuple[list[int], list[float]]]]:
        """The counts with a row, and of each the deviations in order with the draws up to which they hold."""
        counts = sorted(self.rows)
        ordered = [sorted(self.rows[count].items()) for count in counts]
        return counts, [([by for by, _ in row], list(accumulate(share for _, share in row))) for row in ordered]
