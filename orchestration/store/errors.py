"""The errors that a user can correct: the command line shows them in a line. Any other error is a fault of ours."""

import errno


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


class DiskError(TweError):
    """Nothing more could be written. What was loaded and published before is as it was."""

    exit_code = 1

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what}; what was loaded and published before is unchanged",
            remedy="make room on the disk of the data folder and start the command again",
        )


FULL = ("disk is full", "no space left on device", "disk quota exceeded", "file too large")


def of_disk(error: BaseException) -> DiskError | None:
    """The error to show when a full disk is behind this one. Databases say so in words, each in its own class; SQLite
    has the same words for a disk that is full and one that fails."""
    cause: BaseException | None = error
    found = None
    while cause is not None:
        said = str(cause).lower()
        if getattr(cause, "errno", None) in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) or any(w in said for w in FULL):
            return DiskError("the disk is full")
        if "disk i/o error" in said:
            found = DiskError("the disk is full, or it fails (disk I/O error)")
        cause = cause.__cause__ or cause.__context__
    return found
