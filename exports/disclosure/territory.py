"""Which territory a place stands for under a geography, so that places of two geographies can be compared.

A municipality under a geography is the set of all codes since 2017 that resolve to it on that date (a code resolves
forward along its successors; a code that came later can't be placed and counts as `99999`). The facts are those of
the project's own seed `municipalities.csv`, the same that the warehouse uses.
"""

from __future__ import annotations

import datetime as dt

from exports.disclosure.geography import Geography
from exports.figures.reading import UNASSIGNED
from orchestration.store.municipalities import code_on, read_codes


def territories(geography: Geography, on: dt.date) -> dict[str, frozenset[str]]:
    """Every place of the geography -> the codes of its territory."""
    known = read_codes()
    result: dict[str, set[str]] = {}
    for code in known:
        for place in geography.above.get(code_on(code, on, known) or UNASSIGNED, {}).values():
            result.setdefault(place, set()).add(code)
    for item in geography.municipalities:  # a code that the seed doesn't know stands for itself
        for place in geography.above[item.nis_code].values():
            result.setdefault(place, set()).update(() if item.nis_code in known else (item.nis_code,))
    return {place: frozenset(codes_) for place, codes_ in result.items()}
