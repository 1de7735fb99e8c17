"""What is known of a source before a delivery arrives: its columns, its rules and its rhythm. Plain data, no files."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from orchestration.store.yaml_models import Fields, YamlFileError

WITHDRAWN = "verwijderd"
CLIENT = "klant_id"
CLIENT_KEY = "client_key"
"""The pseudonym that takes the place of the client's INSZ from ingest on."""
PERSON_NUMBER = "_person_number"
"""Column of the batch: true for a row with a person number in place of an identification."""
REASON, REMEDY, FILE, ROW, OUTCOME = "reden", "wat te doen", "bestand", "rij", "uitkomst"
NOTES = (REASON, REMEDY, FILE, ROW, OUTCOME)
"""Columns that a workbook with returned rows has beside those of its source; a delivery may hold them."""
LONGEST = {"week": 7, "month": 31, "quarter": 92, "half-year": 184, "year": 366}
"""Days of the longest such period."""


class ContractError(YamlFileError):
    """A contract is wrong; `mistakes` say which file, which line, and what to do."""


@dataclass(frozen=True)
class Column:
    """A column of a delivery. `codes` are the codes allowed, upper case, in their order of priority."""

    name: str
    type: str
    required: bool = False
    description: str = ""
    explanation: str = ""
    """What it holds, in Dutch, for the OCMW that fills it in."""
    code_list: str | None = None
    codes: tuple[str, ...] = ()
    min: Any = None
    max: Any = None

    @property
    def text(self) -> str:
        """Name of the column that holds the delivered text, trimmed; null when nothing was given."""
        return f"{self.name}__text"

    @property
    def unparsed(self) -> str:
        """Name of the column that is filled when the text cannot be read as the column's type."""
        return f"{self.name}__unparsed"

    @property
    def code(self) -> str:
        """Name of the column that holds a code in upper case, before it is held against the code list."""
        return f"{self.name}__code"

    @property
    def implausible(self) -> str:
        """Name of the column that is filled when nobody can have the INSZ."""
        return f"{self.name}__implausible"

    @property
    def is_identification(self) -> bool:
        """Whether the column identifies something, here or in another source; what people put there is compared."""
        return self.type == "text" and self.name.endswith("_id")

    @property
    def lake_name(self) -> str:
        """Name of the column behind the door; an INSZ becomes a pseudonym there."""
        if self.type != "insz":
            return self.name
        return CLIENT_KEY if self.name == CLIENT else f"{self.name}_key"


@dataclass(frozen=True)
class Rule:
    """One row rule. `scope` says on which rows it is validated: `delivered` (every row of the file), `keyed`
    (rows with the contract's fields, withdrawals included), `live` (rows that are no withdrawal), `kept` (rows and
    withdrawals that no rule put in quarantine; the scope of warnings about the key) or `loaded` (those of them that are
    no withdrawal; the scope of other warnings)."""

    name: str
    on_fail: str
    expect: str
    kwargs: Mapping[str, Any]
    scope: str
    only_if: tuple[str, Any] | None = None
    meaning: str = ""
    remedy: str = ""


class Rhythm(Fields):
    """A delivery is expected once in every period; it is late, and then overdue, so many days after its end."""

    EXAMPLE: ClassVar[str] = "{every: month, late_after_days: 10, overdue_after_days: 20}"

    every: Literal["week", "month", "quarter", "half-year", "year"]
    late_after_days: int = Field(ge=0)
    overdue_after_days: int = Field(ge=0)

    @field_validator("overdue_after_days")
    @classmethod
    def _comes_after_late(cls, overdue: int, info: ValidationInfo) -> int:
        late = info.data.get("late_after_days", -1)
        if late >= overdue:
            raise ValueError(
                f"delivery is overdue after {overdue} days, which is not more than the {late} after which it is late"
            )
        return overdue

    @property
    def late_after(self) -> dt.timedelta:
        """Time since the former delivery after which the next one is late."""
        return dt.timedelta(days=LONGEST[self.every] + self.late_after_days)

    @property
    def overdue_after(self) -> dt.timedelta:
        """Time since the former delivery after which the next one is overdue."""
        return dt.timedelta(days=LONGEST[self.every] + self.overdue_after_days)

    def state(self, newest: dt.date, today: dt.date) -> str:
        """`on time`, `late` or `overdue`, when the newest delivery came on `newest`."""
        waited = today - newest
        if waited > self.overdue_after:
            return "overdue"
        return "late" if waited > self.late_after else "on time"


@dataclass(frozen=True)
class SourceContract:
    """Everything that is known of a source before a delivery arrives."""

    source: str
    title: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    derived: Mapping[str, str]
    rules: tuple[Rule, ...]
    version: str = field(compare=False)
    rhythm: Rhythm | None = None
    """How often it is delivered; None when nobody waits for it."""

    @property
    def timing(self) -> str:
        """When deliveries are expected, as a sentence."""
        if (r := self.rhythm) is None:
            return "Delivered at no fixed time."
        days = f"late after {r.late_after_days} days more, overdue after {r.overdue_after_days}"
        return f"Expected every {r.every}; {days}."

    @property
    def key_columns(self) -> tuple[Column, ...]:
        """The columns of the key, in its order."""
        by_name = {c.name: c for c in self.columns}
        return tuple(by_name[name] for name in self.key)

    @property
    def insz_columns(self) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.type == "insz")

    @property
    def withdrawn(self) -> Column:
        return next(c for c in self.columns if c.name == WITHDRAWN)

    @property
    def required(self) -> tuple[str, ...]:
        """Columns without which a file is rejected."""
        return tuple(c.name for c in self.columns if c.required)

    def rules_of(self, scope: str) -> tuple[Rule, ...]:
        return tuple(r for r in self.rules if r.scope == scope)

    def text_of(self, rule_name: str) -> tuple[str, str]:
        """What a rule means and what to do about it, in Dutch; rows outlive the rules that they broke."""
        gone = ("Deze regel bestaat niet meer.", "Kijk na of de rij intussen opnieuw geleverd is.")
        return next(((r.meaning, r.remedy) for r in self.rules if r.name == rule_name), gone)
