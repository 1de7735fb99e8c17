"""How much memory and time one file may take to be read, and what is said of a file that takes more."""

from dataclasses import dataclass

from orchestration.ingest.inbox import DeliveryError
from orchestration.store.settings import READ_MEMORY, READ_SECONDS


@dataclass(frozen=True)
class Limits:
    """Of the reading of one file: `TWE_READ_MEMORY` in bytes and `TWE_READ_SECONDS`, whose defaults these are."""

    memory: int = READ_MEMORY
    seconds: int = READ_SECONDS

    @property
    def validating(self) -> int:
        """Bytes for validating what was read: a typed value, its text and its faults stand beside each other."""
        return 4 * self.memory

    @property
    def text(self) -> str:
        """By this the ledger knows under which limits a file was refused; under others it is tried again."""
        return f"{self.memory} bytes, {self.seconds} s"


DEFAULT = Limits()


class NotReadError(DeliveryError):
    """A file was refused for what its reading took or did, which need not be the file's fault alone."""

    def __init__(self, english: str, dutch: str, under: str) -> None:
        """`under` says under which circumstances it was refused."""
        super().__init__(english, dutch)
        self.under = under


MACHINE = "the machine ran short of memory"
"""The circumstances that are never those of the next run."""


def is_short() -> bool:
    """Whether this process, and with it those that it starts, may take no more memory than somebody set (`ulimit -v`).
    What a file lacks then is not the file's fault, whichever way its reader ends."""
    import resource  # not on Windows, where files are read without limits

    unlimited = resource.RLIM_INFINITY
    return any(resource.getrlimit(kind)[0] != unlimited for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA))


def too_much_memory(limits: Limits) -> NotReadError:
    if is_short():
        return machine_short()
    size = _size(limits.memory)
    return NotReadError(
        f"takes more than {size} of memory to read; deliver it in parts, or raise TWE_READ_MEMORY",
        f"vraagt meer dan {size} geheugen om gelezen te worden; lever het in delen, of laat TWE_READ_MEMORY verhogen",
        limits.text,
    )


def too_much_to_validate(limits: Limits) -> NotReadError:
    if is_short():
        return machine_short()
    size = _size(limits.validating)
    return NotReadError(
        f"takes more than {size} of memory to validate; deliver it in parts, or raise TWE_READ_MEMORY",
        f"vraagt meer dan {size} geheugen om gecontroleerd te worden; lever het in delen, of laat TWE_READ_MEMORY "
        "verhogen",
        limits.text,
    )


def too_much_time(limits: Limits) -> NotReadError:
    return NotReadError(
        f"takes longer than {limits.seconds} seconds to read; deliver it in parts, or raise TWE_READ_SECONDS",
        f"vraagt meer dan {limits.seconds} seconden om gelezen te worden; lever het in delen, of laat "
        "TWE_READ_SECONDS verhogen",
        limits.text,
    )


def machine_short() -> NotReadError:
    return NotReadError(
        "could not be read: this machine ran short of memory, below the limit of one file, so the file may be "
        "right; the next run tries it again, make memory free before that",
        "kon niet gelezen worden: deze machine had geheugen te kort, onder de grens van één bestand, dus het "
        "bestand kan goed zijn; de volgende run probeert opnieuw, maak voordien geheugen vrij",
        MACHINE,
    )


def crashed(how: str) -> DeliveryError:
    """`how` names the signal or the class of the error, never a value."""
    if is_short():
        return machine_short()
    return DeliveryError(
        f"makes the program that reads it fail ({how}); open it and save it again, or export it again",
        f"doet het programma dat het leest mislukken ({how}); open het en bewaar het opnieuw, of exporteer het opnieuw",
    )


def _size(memory: int) -> str:
    return f"{memory / 1024**3:.3g} GiB" if memory >= 1024**3 else f"{memory // 1024**2} MiB"
