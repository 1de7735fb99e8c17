"""To which OCMW a row goes back: by the row, else by its trajectory, else by the label of the delivery."""

from __future__ import annotations

import csv
import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from orchestration.ingest.inbox import SYNTHETIC_LABEL
from orchestration.quality.cases import Case
from orchestration.store.errors import WrongChoiceError
from orchestration.store.paths import SEEDS
from orchestration.store.wording import did_you_mean


@dataclass(frozen=True, order=True)
class Recipient:
    """Who gets a workbook. `key` is a plain file name without extension."""

    key: str
    name: str


UNKNOWN = Recipient("onbekend", "Onbekend")


class Recipients:
    """The OCMWs as they are on `day`: a code or name of before a merger leads to the municipality of today."""

    def __init__(self, day: dt.date, municipalities: Path = SEEDS / "municipalities.csv") -> None:
        with municipalities.open(encoding="utf-8", newline="") as file:
            self._rows = {row["nis_code"]: row for row in csv.DictReader(file)}
        self._day = day.isoformat()
        self._names = {slug(row["municipality"]): code for code, row in sorted(self._rows.items())}

    def _current(self, code: str) -> str:
        """Follows the successors; stops where a wrong table would go round."""
        for _ in self._rows:
            row = self._rows[code]
            if not row["valid_to"] or row["valid_to"] >= self._day or row["successor_nis_code"] not in self._rows:
                break
            code = row["successor_nis_code"]
        return code

    def _municipality(self, code: str) -> Recipient:
        code = self._current(code)
        name = self._rows[code]["municipality"]
        return Recipient(f"{code}_{slug(name)}", name)

    def of(self, case: Case) -> Recipient:
        """The recipient of a row."""
        if case.nis_code and case.nis_code in self._rows:
            return self._municipality(case.nis_code)
        return self._of_label(_label(case.file_name))

    def _of_label(self, label: str) -> Recipient:
        sender = label.removeprefix(SYNTHETIC_LABEL).strip("-").lower()
        parts = sender.split("-") if sender else []
        for end in range(len(parts), 0, -1):  # `sint-niklaas-verbeterd` is from Sint-Niklaas
            if code := self._names.get("-".join(parts[:end])):
                return self._municipality(code)
        return Recipient(f"levering_{slug(label)}", f"Levering met label {label}") if label else UNKNOWN

    def named(self, text: str, known: Iterable[Recipient]) -> Recipient:
        """The recipient that a person means: a code, a name, or a label. Raises `WrongChoiceError`."""
        if text in self._rows:
            return self._municipality(text)
        if code := self._names.get(slug(text)):
            return self._municipality(code)
        known = list(known)
        found = [r for r in known if slug(text) in (slug(r.key), slug(r.key.removeprefix("levering_")))]
        if not found:
            if slug(text) == UNKNOWN.key:
                return UNKNOWN  # a right name, of which there is nothing
            names = [row["municipality"] for row in self._rows.values()]
            hint = did_you_mean(text, [*names, *self._rows, *(r.key for r in known)])
            raise WrongChoiceError(
                f"there is no OCMW {text!r}; {hint}{'' if hint.endswith('?') else '.'} "
                f"An OCMW is given as NIS code, name or label of a delivery; {UNKNOWN.key} stands for rows without one."
            )
        return found[0]


def _label(file_name: str) -> str:
    match = re.search(r"_\d{4}-\d{2}-\d{2}_([A-Za-z0-9-]+)\.[a-z]+$", file_name)
    return match[1] if match else ""


def slug(text: str) -> str:
    """A name in lower case, without accents, its words joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain.lower()))
