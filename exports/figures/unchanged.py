"""Whether a document would be the same, made from another publication: see `exports.figures.reads`."""

import json
from functools import lru_cache
from pathlib import Path

from exports.figures.reading import PublicationError, PublicationReader
from exports.figures.reads import Reads, noted


def unchanged(reads: Reads, folder: Path) -> bool:
    """Whether the publication in `folder` answers every question as noted."""
    with PublicationReader(folder) as publication:
        return all(_answer(folder, publication.version, question) == answer for question, answer in reads.items())


@lru_cache(maxsize=2_000)
def _answer(folder: Path, version: tuple[object, ...], question: str) -> str:
    """The digest of the answer; many documents ask the same. `version` tells another publication in the same place."""
    relation, columns, conditions, order_by = json.loads(question)
    with PublicationReader(folder) as publication, noted() as found:
        try:
            if relation.endswith("()"):
                getattr(publication, relation.removesuffix("()"))(columns)
            elif columns:
                publication.rows(relation, columns, where=dict(conditions) or None, order_by=order_by)
            else:
                publication.has(relation)
        except PublicationError:
            return ""
    return next(iter(found.values()))
