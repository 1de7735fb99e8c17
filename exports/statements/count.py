"""What a statement counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Count:
    """A count (or amount) of a mart: `cell` narrows it to a category (or to one of several: a tuple), `category` names
    that cell (as in FigureId). Without rows it is 0, or unknown when it is `delivered` from elsewhere."""

    mart: str
    measure: str
    cell: Mapping[str, Any] | None = None
    category: str = ""
    delivered: bool = False
