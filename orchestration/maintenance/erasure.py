"""What an erasure did, and what it leaves to do, for whoever gave the command."""

from dataclasses import dataclass, field

MOST_NAMED = 10


@dataclass
class Erasure:
    """What an erasure changed: rows of the lake, quarantined rows that were emptied, files of the lake, and rows of
    marts that were compared (`proved`). `numbers`: the numbers under which the person was known, by the changes that
    were delivered. `in_inbox`: files in the inbox that still hold the person; `removed`: those that were removed."""

    numbers: int = 1
    rows: int = 0
    quarantined: int = 0
    files: int = 0
    proved: int = 0
    in_inbox: list[str] = field(default_factory=list)
    never_loaded: list[str] = field(default_factory=list)
    """Those of `in_inbox` that were rejected or not loaded; removing them is for a person to decide."""
    not_searched: list[str] = field(default_factory=list)
    """Files in the inbox that cannot be read, or have columns that are not read."""
    removed: list[str] = field(default_factory=list)
    unsearchable: dict[str, list[int]] = field(default_factory=dict)
    """File name -> quarantined rows in which some number is masked that nothing tells any more."""

    @property
    def text(self) -> str:
        """What was erased, and what is still to do by hand."""
        lines = ["No row of this person was found in lake or quarantine."]
        if self.rows or self.quarantined:
            lines = [
                *([f"The person was known under {self.numbers} numbers."] if self.numbers > 1 else []),
                f"Erased: {self.rows:,} rows of {self.files} files cannot be led back to the person, "
                f"{self.quarantined:,} rows in quarantine were emptied. "
                f"All {self.proved:,} rows of the marts are the same.",
                "The sender must erase the person too: what is delivered again is loaded again. So must your backups.",
            ]
        lines += [f"  removed from the inbox   {name}" for name in self.removed]
        for name in self.in_inbox:
            todo = "take it out of the inbox, or use --remove-files"
            if name in self.never_loaded:
                todo = "it was not loaded; remove it from the inbox by hand"
            lines.append(f"  STILL HOLDS THE PERSON   {name}: {todo}")
        lines += [
            f"  MAY HOLD THE PERSON      {name}: it can't be read, or has columns that the contract lacks; these "
            "were not searched; look yourself"
            for name in self.not_searched
        ]
        for name, rows in self.unsearchable.items():
            more = f" and {len(rows) - MOST_NAMED} more" if len(rows) > MOST_NAMED else ""
            lines.append(
                f"  MAY HOLD THE PERSON      {name}, quarantined row {', '.join(map(str, rows[:MOST_NAMED]))}{more}: a "
                "masked number in it can't be searched; put the original file back in the inbox and erase again"
            )
        return "\n".join(lines)

    @property
    def exit_code(self) -> int:
        """1 when something is left to do by hand, else 0."""
        return 1 if self.in_inbox or self.not_searched or self.unsearchable else 0
