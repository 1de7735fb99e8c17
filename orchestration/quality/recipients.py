"""To which OCMW a row goes back: by the row, else by its trajectory, else by the label of the delivery."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from orchestration.ingest.inbox import SYNTHETIC_LABEL
from orchestration.quality.cases import Case
from orchestration.store.errors import WrongChoiceError
from orchestration.store.municipalities import code_on, read_codes
from orchestration.store.wording import did_you_mean

BY_LABEL = "Levering met label "


@dataclass(frozen=True, order=True)
class Recipient:
    """Who gets a workbook. `key` is a plain file name without extension."""

    key: str
    name: str

    @property
    def label(self) -> str:
        """The label of deliveries, when that is all that is known of the sender; else empty."""
        return self.name.removeprefix(BY_LABEL) if self.name.startswith(BY_LABEL) else ""


UNKNOWN = Recipient("onbekend", "Onbekend")


class Recipients:
    """The OCMWs as they are on `day`: a code or name of before a merger leads to the municipality of today."""

    def __init__(self, day: dt.date) -> None:
        self._codes = read_codes()
        self._day = day
        self._names = {slug(item.name): code for code, item in sorted(self._codes.items())}

    @property
    def codes(self) -> list[str]:
        """Every NIS code, former ones included."""
        return list(self._codes)

    def municipality(self, code: str) -> Recipient:
        """The OCMW that a NIS code leads to."""
        code = code_on(code, self._day, self._codes) or code  # one that comes later than the day stays as it is
        name = self._codes[code].name
        return Recipient(f"{code}_{slug(name)}", name)

    def of(self, case: Case) -> Recipient:
        """The recipient of a row."""
        if case.nis_code and case.nis_code in self._codes:
            return self.municipality(case.nis_code)
        return self.sender(case.file_name)

    def sender(self, file_name: str) -> Recipient:
        """Who sent a delivery, by its label."""
        label = _label(file_name)
        sender = label.removeprefix(SYNTHETIC_LABEL).strip("-").lower()
        parts = sender.split("-") if sender else []
        for end in range(len(parts), 0, -1):  # `sint-niklaas-verbeterd` is from Sint-Niklaas
            if code := self._names.get("-".join(parts[:end])):
                return self.municipality(code)
        return Recipient(f"levering_{slug(label)}", f"{BY_LABEL}{label}") if label else UNKNOWN

    def named(self, text: str, known: Iterable[Recipient]) -> Recipient:
        """The recipient that a person means: a code, a name, or a label. Raises `WrongChoiceError`."""
        if text in self._codes:
            return self.municipality(text)
        if code := self._names.get(slug(text)):
            return self.municipality(code)
        known = list(known)
        found = [r for r in known if slug(text) in (slug(r.key), slug(r.key.removeprefix("levering_")))]
        if not found:
            if slug(text) == UNKNOWN.key:
                return UNKNOWN  # a right name, of which there is nothing
            names = [item.name for item in self._codes.values()]
            hint = did_you_mean(text, [*names, *self._codes, *(r.key for r in known)])
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
