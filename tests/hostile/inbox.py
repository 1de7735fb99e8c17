"""Writing a whole inbox, or a later one that follows it."""

from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from shutil import copyfile
from typing import Any

from .broken import csv_bytes, plain, write_copies, write_misnamed, write_refused
from .delivery import make_delivery
from .mutations import Deck
from .values import some_day
from .world import Options, World

LABELS = ("", "", "_Gent", "_gent", "_a", "_a-b", "_B", "_10", "_9", "_OCMW-Antwerpen", "_-")


@dataclass
class Inbox:
    """good: names of the readable deliveries. refused, copies, renewed: what was done on purpose, by kind."""

    folder: Path
    world: World
    good: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)
    misnamed: list[str] = field(default_factory=list)
    renewed: dict[str, str] = field(default_factory=dict)

    @property
    def paths(self) -> list[Path]:
        """Everything in the folder."""
        return sorted(self.folder.iterdir())


def write_inbox(folder: Path, seed: int, *, after: Inbox | None = None, **options: Any) -> Inbox:
    """Write seeded random deliveries to a folder (made when absent). Options: the fields of `Options`.

    after: an earlier inbox whose keys are corrected, withdrawn and brought back, whose files come again,
    whose names are used for other content and whose refused files are mended. It is left as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = Random(seed)
    settings = replace(after.world.options if after else Options(), **options)
    world = deepcopy(after.world) if after else World(rng, settings)
    world.rng, world.options = rng, settings
    if after is None:
        world.populate()
    inbox = Inbox(folder, world)
    decks = {source: Deck(source, rng) for source in settings.sources}
    for name in delivery_names(world):
        make_delivery(world, decks[name.split("_2", 1)[0]], name.split("_2", 1)[0], folder / name)
        inbox.good.append(name)
    if settings.broken:
        day = some_day(rng, settings.first, settings.last)
        inbox.refused = write_refused(world, folder, day)
        inbox.copies = write_copies(world, folder, inbox.good)
        inbox.misnamed = write_misnamed(world, folder)
        if after is not None:
            repeat_earlier(inbox, after)
    return inbox


def delivery_names(world: World) -> list[str]:
    """Names in order of delivery: every source in turn, several on one day, the last on the last day."""
    rng, options = world.rng, world.options
    days = sorted(some_day(rng, options.first, options.last) for _ in range(options.deliveries))
    for index in range(1, len(days)):
        if rng.random() < 0.15:
            days[index] = days[index - 1]
    days[-1:] = [options.last] if days else []
    turns: list[str] = []
    names: dict[str, None] = {}
    for day in days:
        if not turns:
            turns = list(options.sources)
            rng.shuffle(turns)
        source = turns.pop()
        name = f"{source}_{day}{rng.choice(LABELS)}.{rng.choice(options.formats)}"
        while name in names:
            name = f"{source}_{day}_{rng.randint(1, 999)}.{rng.choice(options.formats)}"
        names[name] = None
    return list(names)


def repeat_earlier(inbox: Inbox, after: Inbox) -> None:
    """Earlier files once more: unchanged, with other content, refused again and mended."""
    rng, folder = inbox.world.rng, inbox.folder
    same, changed = rng.sample(after.good, 2)
    copyfile(after.folder / same, folder / same)
    (folder / changed).write_bytes((after.folder / changed).read_bytes() + b"\n")
    again = after.refused["empty_file"]
    copyfile(after.folder / again, folder / again)
    mended = after.refused["missing_column"]
    (folder / mended).write_bytes(csv_bytes(plain(inbox.world, "trajecten")))
    inbox.renewed = {"already_loaded": same, "name_taken": changed, "refused_again": again, "mended": mended}
