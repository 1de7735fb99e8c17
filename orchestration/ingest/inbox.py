"""What lies in the inbox: deliveries by their names, and everything else, which is reported and left alone."""

import datetime as dt
import errno
import hashlib
import io
import os
import re
import stat
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from orchestration.ingest.ledger import Entry
from orchestration.ingest.persons.person_numbers import holds_one, masked, person_number
from orchestration.store.errors import TweError
from orchestration.store.wording import shown

FORMATS = ("csv", "xlsx", "parquet")
DELIVERY_NAME = re.compile(
    rf"(?P<source>.+?)_(?P<day>\d{{4}}-\d\d-\d\d)(?:_(?P<label>[A-Za-z0-9-]+))?\.(?:{'|'.join(FORMATS)})", re.ASCII
)
LONGEST_NAME = 225
"""Characters of a delivery's name: the files that are kept of it get longer names, and a disk takes 255."""
NAME_HINT = "name it <source>_<YYYY-MM-DD>[_<label>].<csv|xlsx|parquet>"
NAME_HINT_NL = "noem het <bron>_<JJJJ-MM-DD>[_<label>].<csv|xlsx|parquet>"
SYNTHETIC_LABEL = "synthetisch"
RETURN_NAME = re.compile(
    r"VERTROUWELIJK_(?P<ocmw>\d{5}_[a-z0-9-]+|levering_[a-z0-9-]+|onbekend)_(?P<source>[a-z0-9_]+)\.xlsx"
)
"""How a workbook is named that goes back to an OCMW."""


class DeliveryError(TweError):
    """A file is rejected; the message says what is wrong and what to do, without a value from the file.

    As text it is English, for the terminal; `dutch` says the same to the OCMW and the steward.
    """

    def __init__(self, english: str, dutch: str) -> None:
        super().__init__(english)
        self.dutch = dutch


class Remark(NamedTuple):
    """Something to say of a file that was accepted, without a value from the file."""

    english: str
    dutch: str


@dataclass(frozen=True)
class Delivery:
    """A file of the inbox that is named as a delivery."""

    path: Path
    source: str
    delivered_on: dt.date
    label: str | None
    sha256: str
    bytes: int

    @property
    def file_name(self) -> str:
        """The name as it is kept and shown: the number of a person in it is masked."""
        if not self.names_a_person or self.label is None:
            return self.path.name
        return f"{self.source}_{self.delivered_on}_{masked(self.label)}{self.path.suffix}"

    @cached_property
    def names_a_person(self) -> bool:
        """Whether its label holds somebody's number. The file is rejected then: names of files are published."""
        return any(_is_number(digits) for digits in re.findall(r"[0-9-]+", self.label or ""))

    @property
    def format(self) -> str:
        return self.path.suffix[1:].lower()  # of a file that precheck looks at, whatever its name

    @property
    def delivery_id(self) -> str:
        return f"{Path(self.file_name).stem}_{self.sha256[:12]}"


@dataclass
class Inbox:
    """The inbox held against the ledger. `new` is in the order in which deliveries count (day, file name)."""

    new: list[Delivery] = field(default_factory=list)
    loaded: list[Delivery] = field(default_factory=list)
    repeats: list[tuple[Delivery, str]] = field(default_factory=list)
    """Deliveries whose content was loaded under another name, with that name."""
    clashes: list[Delivery] = field(default_factory=list)
    """Deliveries whose name was loaded with other content."""
    rejected_before: list[Delivery] = field(default_factory=list)
    unrecognised: list[tuple[str, str]] = field(default_factory=list)
    """Files that are no delivery, with the reason; those of `early` too."""
    early: list[Delivery] = field(default_factory=list)
    """Deliveries dated after today: nothing of them is loaded before that day."""
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    """Deliveries that the pipeline may not read, with the reason; they wait for the next run."""


def without_number(name: str) -> str:
    """The name of any file, without the person number that may be in it."""
    return masked(name) if holds_one(name) else name


def _is_number(digits: str) -> bool:
    """Whether whole groups of digits, parted by hyphens, make a person number together."""
    groups = [group for group in digits.split("-") if group]
    spans = ("".join(groups[start:end]) for end in range(len(groups) + 1) for start in range(end))
    return any(person_number(span) for span in spans)


def is_synthetic(file_name: str) -> bool:
    """True for demo deliveries: their label starts with `synthetisch`."""
    return f"_{SYNTHETIC_LABEL}" in file_name


def return_name(ocmw: str, source: str) -> str:
    """The name of the workbook with which rows of a source go back."""
    return f"VERTROUWELIJK_{ocmw}_{source}.xlsx"


def return_label(ocmw: str, synthetic: bool = False) -> str:
    """A label by which what comes back is recognised as this OCMW's."""
    own = f"{ocmw.split('_', 1)[1]}-verbeterd" if "_" in ocmw else "verbeterd"
    return f"{SYNTHETIC_LABEL}-{own}" if synthetic and not own.startswith(SYNTHETIC_LABEL) else own


def is_early(delivered_on: dt.date, file_name: str, today: dt.date) -> bool:
    """Whether a delivery is dated after `today`. Synthetic ones may be: a demo can reach into the future."""
    return delivered_on > today and not is_synthetic(file_name)


def under(version: str, circumstances: str) -> str:
    """The version of a contract as the ledger keeps it for a file that was refused under circumstances that change."""
    return f"{version} ({circumstances})"


def read_digest(path: Path) -> tuple[str, int]:
    """SHA-256 of a file and its size, both of the same bytes."""
    with opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()


def scan(
    folder: Path,
    sources: Sequence[str],
    ledger: Sequence[Entry],
    versions: dict[str, str],
    today: dt.date,
    limits: str = "",
    digest: Callable[[Path], tuple[str, int]] = read_digest,
) -> Inbox:
    """Sorts the files of `folder`. A rejected file is tried again when its content or its source's rules changed, and
    one that was refused under other `limits` of reading than those of now.

    `versions` gives the version of each source's contract. A delivery dated after `today` waits for its day, unless
    it was loaded already: a slip in its year would otherwise become the default as_of of every answer. `digest` gives
    the SHA-256 and size of a file.
    """
    inbox = Inbox()
    accepted = {e.sha256: e.file_name for e in ledger if e.status == "accepted"}
    names = {e.file_name for e in ledger if e.status == "accepted"}
    rejected = {(e.file_name, e.sha256, e.suite_version) for e in ledger if e.status == "rejected"}
    clashed = {(e.file_name, e.sha256) for e in ledger if e.status == "rejected"}
    found = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        try:
            delivery = _delivery(path, sources, digest)
        except ValueError as error:
            inbox.unrecognised.append((shown(without_number(path.name)), str(error)))
        except OSError as error:
            inbox.unreadable.append(
                (masked(path.name), f"cannot be read ({error.strerror}); give the pipeline read access")
            )
        else:
            if not is_early(delivery.delivered_on, path.name, today) or delivery.file_name in names:
                found.append(delivery)
            else:
                inbox.early.append(delivery)
                why = f"is dated after today ({today}); mend the date in its name, or wait for that day"
                inbox.unrecognised.append((delivery.file_name, why))
    for delivery in sorted(found, key=lambda d: (d.delivered_on, d.file_name)):
        known = accepted.get(delivery.sha256)
        if known == delivery.file_name:
            inbox.loaded.append(delivery)
        elif known:
            inbox.repeats.append((delivery, known))
        elif delivery.file_name in names:
            done = (delivery.file_name, delivery.sha256) in clashed
            (inbox.rejected_before if done else inbox.clashes).append(delivery)
        elif any(
            (delivery.file_name, delivery.sha256, version) in rejected
            for version in (versions[delivery.source], under(versions[delivery.source], limits))
        ):
            inbox.rejected_before.append(delivery)
        else:
            inbox.new.append(delivery)
    return inbox


def _delivery(path: Path, sources: Sequence[str], digest: Callable[[Path], tuple[str, int]]) -> Delivery:
    source, day, label = parse_name(path.name, sources)
    if path.is_symlink():
        raise ValueError("is a link; put the file itself in the inbox")
    if not path.is_file():
        raise ValueError("is not a file")
    return Delivery(path, source, day, label, *digest(path))


def with_content(path: Path, source: str, day: dt.date, label: str | None) -> Delivery:
    """The file as a delivery of this source and day, whatever its name."""
    return Delivery(path, source, day, label, *read_digest(path))


@contextmanager
def opened(path: Path) -> Generator[io.BufferedReader]:
    """The file, for reading. Raises `OSError` for what is no file: a pipe would be waited for, a device never ends."""
    # Not waited for while opening either; outside of Unix there are none in folders.
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | getattr(os, "O_NONBLOCK", 0))) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "it is not a file")
        yield file


def digest_now(delivery: Delivery) -> str | None:
    """The SHA-256 of the file, which changes while somebody is writing it. None when it is gone."""
    try:
        return read_digest(delivery.path)[0]
    except OSError:
        return None


def parse_name(name: str, sources: Sequence[str]) -> tuple[str, dt.date, str | None]:
    """Source, day and label of a delivery's file name. Raises `ValueError` that says what to change."""
    match = DELIVERY_NAME.fullmatch(name)
    if not match and (returned := RETURN_NAME.fullmatch(name)):
        wanted = f"{returned['source']}_YYYY-MM-DD_{return_label(returned['ocmw'])}.xlsx"
        raise ValueError(f"is a return workbook; with its rows corrected, deliver it as {wanted} (the day of delivery)")
    if not match:
        raise ValueError(f"is not named as a delivery; {NAME_HINT}")
    if match["source"] not in sources:
        raise ValueError(f"names no source; the sources, in lower case, are {', '.join(sources)}")
    try:
        day = dt.date.fromisoformat(match["day"])
    except ValueError:
        raise ValueError(f"{match['day']} is not a day of the calendar; {NAME_HINT}") from None
    if len(name) > LONGEST_NAME:
        raise ValueError(f"has a name of {len(name)} characters, {LONGEST_NAME} at most; shorten the label")
    return match["source"], day, match["label"]
