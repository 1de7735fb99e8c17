"""What the deliveries of one source hold besides sound rows: broken rows, corrections, withdrawals and re-deliveries.

The last delivery is always the same as without them: what is broken or wrong in one delivery is put right in a
later one, or was a row that never became anything (under a key of its own). So the totals hold at the last delivery.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .arrays import generator
from .delivery_format import BrokenRule, Row, break_row, changed, key_columns, rules, unused_key
from .schedule import Rows, Schedule
from .trajectories import WARNINGS

#: Shares of the rows of a source.
BROKEN_SHARE, CORRECTED_SHARE, WITHDRAWN_SHARE, COME_BACK_SHARE, UNKNOWN_SHARE = 0.003, 0.01, 0.0015, 0.0004, 0.0003
UNKNOWN_TRAJECTORY_SOURCES = ("klantprofielen", "art60_tewerkstellingen", "loontoelagen")


@dataclass(frozen=True)
class ExtraRow:
    """A row of text in a delivery, placed after the drawn row `after`; `malformed` gives it a field too many."""

    delivery: int
    after: int
    values: Row
    malformed: bool = False


class Irregularities:
    """The irregularities of one source, planned when it is made.

    delivery: number of the delivery that holds each drawn row; hidden: drawn rows to leave out; extras: what to write
    besides; planted: how often each rule was broken. Rows are taken from a pool, so that none is used twice.
    """

    def __init__(self, rows: Rows, plan: Schedule, texts: Callable[[np.ndarray], list[Row]], seed: int) -> None:
        """`texts` gives drawn rows as text by their numbers."""
        self.rows, self.plan, self.texts = rows, plan, texts
        self.delivery = plan.positions(rows)
        self.hidden = np.zeros(len(rows), dtype=bool)
        self.extras: list[ExtraRow] = []
        warned = Counter(rows.warning[rows.warning > 0].tolist())
        self.planted = Counter({WARNINGS[warning]: count for warning, count in warned.items()})
        self.keys = key_columns(rows.source)
        self.fresh = 0
        if len(rows):
            self.rng = generator(seed, f"story {rows.source}")
            self._plan_all()

    def _plan_all(self) -> None:
        count, city = len(self.rows), self.rows.city.astype(np.int8)
        self.next = self.plan.following[self.delivery, city]
        self.after_next = np.where(self.next >= 0, self.plan.following[self.next, city], -1)
        kinds = np.array([one.form.kind for one in self.plan.deliveries])[self.delivery]
        holds = {"any": np.ones(count, dtype=bool), "text": kinds != "typed", "csv": kinds == "csv"}
        self.sound = self.rows.warning == 0
        self.free = self._one_per_key() & self.sound
        self.correctable = self._absent(self.next)

        self._come_backs(max(1, round(count * COME_BACK_SHARE)))
        found = rules(self.rows.source)
        for rule in sorted(found, key=lambda rule: rule.name != "duplicate_row"):  # needs a real row: goes first
            if holds[rule.needs].any():
                self._break(rule, holds[rule.needs], max(1, round(count * BROKEN_SHARE / len(found))))
        self._correct(round(count * CORRECTED_SHARE))
        self._withdraw(max(1, round(count * WITHDRAWN_SHARE)))
        if self.rows.source in UNKNOWN_TRAJECTORY_SOURCES:
            self._unknown_trajectories(max(1, round(count * UNKNOWN_SHARE)))

    def _break(self, rule: BrokenRule, fits: np.ndarray, count: int) -> None:
        """Half of the broken rows come sound in the next delivery, the others never were anything."""
        whole = rule.name == "duplicate_row"
        wanted = count if whole or self.rows.source == "leefloners" else (count + 1) // 2
        real = self._take(wanted, fits if whole else fits & self.correctable)
        lost = self.rng.choice(np.flatnonzero(fits & self.sound), 0 if whole else count - len(real))
        for turn, (number, row) in enumerate(self._with_texts(np.append(real, lost))):
            broken = dict(row) if turn < len(real) else self._with_fresh_key(row)
            if not whole and turn < len(real):
                self.hidden[number] = True
                self._add(self.next[number], number, row)
            if rule.name == "conflicting_key":
                self._add(self.delivery[number], number, changed(self.rows.source, broken, turn))
                self.planted[rule.name] += 1
            else:
                break_row(self.rows.source, broken, rule, turn)
            self._add(self.delivery[number], number, broken, rule.name == "malformed_row")
            self.planted[rule.name] += 1

    def _correct(self, count: int) -> None:
        """Rows that said something else at first, and are delivered again."""
        limit = int((self.free & self.correctable).sum()) // 3
        for turn, (number, row) in enumerate(self._with_texts(self._take(min(count, limit), self.correctable))):
            self.hidden[number] = True
            self._add(self.delivery[number], number, changed(self.rows.source, row, turn))
            self._add(self.next[number], number, row)

    def _come_backs(self, count: int) -> None:
        """Rows that are withdrawn by mistake and delivered again after that."""
        for number, row in self._with_texts(self._take(count, self.correctable & self._absent(self.after_next))):
            self._add(self.next[number], number, self._withdrawal(row))
            self._add(self.after_next[number], number, row)

    def _withdraw(self, count: int) -> None:
        """Double registrations under another key, withdrawn in the next delivery."""
        among = np.flatnonzero(self.sound & (self.next >= 0))
        if self.rows.source == "leefloners" or not len(among):
            return
        for number, row in self._with_texts(self.rng.choice(among, count)):
            twin = self._with_fresh_key(row)
            self._add(self.delivery[number], number, twin)
            self._add(self.next[number], number, self._withdrawal(twin))

    def _unknown_trajectories(self, count: int) -> None:
        for turn, (number, row) in enumerate(self._with_texts(self.rng.choice(len(self.rows), count))):
            stray = self._with_fresh_key(row) | {"traject_id": f"TWE-X{turn + 1:07d}"}
            self._add(self.delivery[number], number, stray)
        self.planted["unknown_trajectory"] += count

    def _add(self, delivery: int, after: int, values: Row, malformed: bool = False) -> None:
        self.extras.append(ExtraRow(int(delivery), int(after), {"verwijderd": "", **values}, malformed))

    def _take(self, count: int, among: np.ndarray) -> np.ndarray:
        candidates = np.flatnonzero(self.free & among)
        chosen = self.rng.choice(candidates, min(count, len(candidates)), replace=False)
        self.free[chosen] = False
        return chosen

    def _with_texts(self, numbers: np.ndarray) -> zip[tuple[int, Row]]:
        return zip(numbers, self.texts(numbers), strict=True)

    def _with_fresh_key(self, row: Row) -> Row:
        """The same row under a key that no drawn row has. Municipalities and months can't be invented: unchanged."""
        if self.rows.source == "leefloners":
            return dict(row)
        self.fresh += 1
        return row | {self.keys[0]: unused_key(self.rows.source, row, self.fresh)}

    def _withdrawal(self, row: Row) -> Row:
        return {name: row[name] if name in self.keys else "" for name in row} | {"verwijderd": "J"}

    def _one_per_key(self) -> np.ndarray:
        shuffled = self.rng.permutation(len(self.rows))
        _, first = np.unique(self.rows.key[shuffled], return_index=True)
        chosen = np.zeros(len(self.rows), dtype=bool)
        chosen[shuffled[first]] = True
        return chosen

    def _absent(self, delivery: np.ndarray) -> np.ndarray:
        """Rows whose key has no row in the given delivery, which must exist."""
        key = self.rows.key.astype(np.int64) * len(self.plan.deliveries)
        return (delivery >= 0) & ~np.isin(key + delivery, key + self.delivery)
