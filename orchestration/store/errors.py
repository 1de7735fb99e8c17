"""The errors that a user can correct: the command line shows them in a line. Any other error is a fault of ours."""


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
