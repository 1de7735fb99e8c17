"""The errors that a user can correct: the command line shows them in a line. Any other error is a fault of ours."""

import os


class TweError(Exception):
    """Something that the reader of the message can put right: what is wrong, where, and what to do about it.

    As text it is one line, `where: what; remedy`; `where` and `remedy` are left out when `what` says it all.
    Every error class of the project that ends a command is a subclass.
    """

    exit_code = 2
    """Of the command that it ends: 2 for wrong use or settings; 1 in a subclass for work that was asked for rightly and
    was blocked."""

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        super().__init__(f"{where}: {what}" if where else what)
        if remedy:
            self.args = (f"{self.args[0]}; {remedy}",)


class WrongChoiceError(TweError):
    """What was asked for on the command line does not exist or cannot be done as asked."""


class MachineError(TweError):
    """The machine had no more of what the work needs. What was loaded and published before is as it was."""

    exit_code = 1

    def __init__(self, what: str, remedy: str) -> None:
        remedy = f"{remedy} and start the command again"
        super().__init__(f"{what}; what was loaded and published before is unchanged", remedy=remedy)


ROOM = "make room on the disk of the data folder"
MEMORY = "end other programs or give it more memory"
NO_ROOM = ("disk is full", "no space left on device", "disk quota exceeded", "file too large")
NO_MEMORY = (
    "out of memory",
    "memoryerror",
    "cannot allocate",
    "failed to allocate",
    "can't start new thread",
    "bad_alloc",
    "failed to map segment",
)


def of_machine(error: BaseException) -> MachineError | None:
    """The error to show when a full disk or too little memory is behind this one."""
    cause: BaseException | None = error
    texts = []
    while cause is not None:
        code = getattr(cause, "errno", None)
        texts.append(f"{type(cause).__name__}: {cause} {os.strerror(code) if isinstance(code, int) else ''}")
        cause = cause.__cause__ or cause.__context__
    return of_words("; ".join(texts))


def of_words(text: str) -> MachineError | None:
    """As `of_machine`, of what an error says. Databases say it in words, each in its own class; SQLite has the same
    words for a disk that is full and one that fails."""
    said = text.lower()
    if any(words in said for words in NO_ROOM):
        return MachineError("the disk is full", ROOM)
    if any(words in said for words in NO_MEMORY):
        return MachineError("there is too little memory", MEMORY)
    if "disk i/o error" in said:
        return MachineError("the disk is full, or it fails (disk I/O error)", ROOM)
    return None
