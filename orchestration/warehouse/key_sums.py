"""The sums of the cell keys of clients, per row of the marts: what decides how a count is changed (`exports.disclosure.
cell_key`). They lie beside the marts of a publication, in a folder that is not published, as confidential as the facts:
where one person is counted, the sum is that person's key.

Each statement below counts what the mart of its name counts, with the sum of keys in the place of the count; with 1 as
the key of everybody they give the marts (a test does so)."""

import json
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import duckdb

from exports.disclosure.cell_key.keys import CellSecrets, client_number, secrets
from exports.disclosure.policy import load_policy
from orchestration.ingest.workspace import Workspace
from orchestration.store import files
from orchestration.store.errors import TweError
from orchestration.store.files import TEMPORARY
from orchestration.store.paths import DataFolder
from orchestration.store.sql import literal, quote

_ABOUT = "about.json"
_PROFILE = {
    "gender": "gender",
    "age": "age_class",
    "unemployment": "unemployment_class",
    "schooling": "schooling",
    "migration_background": "migration_background",
}


def _sum(keys: str) -> str:
    return f"cast(coalesce(sum({keys}), 0) as bigint)"


def _counts(relation: str, year: str, *measures: str, where: str = "true") -> str:
    """Sums of keys per year and municipality; a measure is `name`, or `name: condition`."""
    split = [measure.partition(": ")[::2] for measure in measures]
    columns = ", ".join(f"{_sum(f'case when {when} then k end' if when else 'k')} as {name}" for name, when in split)
    return f"select {year} as year, nis_code, {columns} from {relation} where {where} group by all"


def _categories(relation: str, year: str, columns: str, where: str = "true") -> str:
    """Sums of keys per year, municipality and category."""
    columns += f", {_sum('k')} as trajectories"
    return f"select {year} as year, nis_code, {columns} from {relation} where {where} group by all"


def _ratio(basis: str, months: str) -> str:
    return f"""
        select year(calendar_month) as year, nis_code, '{basis}' as basis, {_sum("clients")} as clients_in_twe,
            {_sum("leefloners")} as leefloners, {_sum("equivalent_leefloners")} as equivalent_leefloners
        from months where {months} group by all"""


_MARTS = {
    "mart_started_duration": _categories("trajectories", "start_year", "expected_months"),
    "mart_started_profile": " union all by name ".join(
        _categories("trajectories", "start_year", f"'{name}' as characteristic, {column} as category")
        for name, column in _PROFILE.items()
    ),
    "mart_ended_duration": _categories("trajectories", "end_year", "ending, duration_class", "is_ended"),
    "mart_outflow": _categories("outcomes", "measuring_year", "position"),
    "mart_competence": _counts(
        "outcomes",
        "measuring_year",
        "measured",
        "with_training: with_training",
        "with_workplace_learning: with_workplace_learning",
        "with_either: with_training or with_workplace_learning",
    ),
    "mart_transmissions": _counts("outcomes", "measuring_year", "measured", "with_transmission: with_transmission"),
    "mart_wage_subsidies": f"""
        select year, nis_code, basis, {_sum("case when amount_eur > 0 then k end")} as subsidies,
            0 as amount_eur, 0 as correction_eur
        from paid group by all""",
    "mart_activation_ratio": " union all ".join(
        (_ratio("year_average", "true"), _ratio("january", "month(calendar_month) = 1"))
    ),
    "mart_aftercare": _counts(
        "aftercare",
        "end_year",
        "ended",
        *(
            f"{name}: {name}"
            for name in ("with_art60", "timely_work", "with_wes", "with_ibo", "with_opleidingsstage", "with_coaching")
        ),
    ),
    "mart_intake": _counts(
        "screenings",
        "screening_year",
        "screened",
        "meeting_criteria: meets_criteria",
        "incomplete: is_incomplete",
        "referred: is_referred",
        "referred_meeting: is_referred and meets_criteria",
        "referred_not_meeting: is_referred and not meets_criteria",
    ),
}
_FACTS = """
    create temp table trajectories as
        select * from warehouse.facts.fct_trajectory join numbers on numbers.name = client_key;
    create temp view keyed as select trajectory_id, k from trajectories;
    create temp view outcomes as select * from warehouse.facts.fct_outcome join keyed using (trajectory_id);
    create temp view aftercare as select * from warehouse.facts.fct_aftercare join keyed using (trajectory_id);
    create temp view screenings as
        select * from warehouse.facts.fct_screening join numbers on numbers.name = client_key;
    create temp view paid as
        select pairs.*, coalesce(trajectories.k, numbers.k) as k from (
            select 'performance' as basis, year(performance_month) as year, nis_code, trajectory_id, performance_month,
                sum(amount_eur) as amount_eur
            from warehouse.facts.fct_wage_subsidy group by all
            union all by name
            select 'payment' as basis, year(payment_date) as year, nis_code, trajectory_id, performance_month,
                sum(amount_eur) as amount_eur
            from warehouse.facts.fct_wage_subsidy group by all
        ) as pairs
        left join trajectories using (trajectory_id)
        left join numbers on numbers.name = trajectory_id;
    create temp view clients_by_month as
        select nis_code, calendar_month, cast(sum(k) as bigint) as clients from (
            select distinct months.nis_code, months.calendar_month, client_key, k
            from warehouse.facts.fct_twe_month as months
            join trajectories
                on trajectories.nis_code = months.nis_code
                and start_date <= last_day(calendar_month)
                and (end_date is null or end_date >= last_day(calendar_month))
        ) group by all;
    create temp view months as
        select nis_code, calendar_month, clients, one.k as leefloners, other.k as equivalent_leefloners
        from warehouse.facts.fct_twe_month as facts
        left join clients_by_month using (nis_code, calendar_month)
        left join numbers as one
            on one.name = concat_ws('|', 'leefloners', nis_code, calendar_month, facts.leefloners)
        left join numbers as other
            on other.name = concat_ws('|', 'equivalent', nis_code, calendar_month, facts.equivalent_leefloners);
"""
# Who receives a leefloon is known to another service alone: what stands for a person there is the month's figure.
_NAMES = """
    select client_key as name from warehouse.facts.fct_trajectory
    union select client_key from warehouse.facts.fct_screening
    union select trajectory_id from warehouse.facts.fct_wage_subsidy
        where trajectory_id not in (select trajectory_id from warehouse.facts.fct_trajectory)
    union select concat_ws('|', 'leefloners', nis_code, calendar_month, leefloners) from warehouse.facts.fct_twe_month
    union select concat_ws('|', 'equivalent', nis_code, calendar_month, equivalent_leefloners)
        from warehouse.facts.fct_twe_month
"""


class KeySumsError(TweError):
    """A publication was made without sums of cell keys."""


@dataclass(frozen=True)
class KeySums:
    """The sums of one publication. `cells` is the secret for what is drawn; `digest` tells these sums from others."""

    folder: Path

    @property
    def exists(self) -> bool:
        """Whether the sums were made: not under a policy that changes no counts by them."""
        return (self.folder / _ABOUT).exists()

    @property
    def required(self) -> "KeySums":
        """These sums. Raises `KeySumsError` when they were not made."""
        if not self.exists:
            raise KeySumsError(
                f"publication {self.folder.name} has no sums of cell keys; set TWE_PSEUDONYM_KEY and `twe run` for its "
                "dates, which makes them"
            )
        return self

    @property
    def cells(self) -> bytes:
        """The secret for the draws of cells."""
        return bytes.fromhex(self._about["cells"])

    @property
    def digest(self) -> str:
        """Changes with any sum, and with the secrets."""
        return sha256((self.folder / _ABOUT).read_bytes()).hexdigest()

    def made_with(self, secrets: CellSecrets) -> bool:
        """Whether the keys of clients are those of these secrets: not after the pseudonym key was changed."""
        return self._about["clients"] == sha256(secrets.clients).hexdigest()

    @property
    def _about(self) -> dict[str, str]:
        return dict(json.loads((self.folder / _ABOUT).read_text(encoding="ascii")))


def secrets_of(workspace: Workspace) -> CellSecrets | None:
    """The secrets of cell keys; None where the policy changes no counts by them. Raises `SettingsError` when the
    pseudonym key is missing."""
    return secrets(workspace.key) if load_policy().changes_by else None


def of(data: DataFolder, publication: Path) -> KeySums:
    """The sums that go with the publication in this folder, made or not."""
    return KeySums(data.key_sums / publication.name)


def write(data: DataFolder, publication: Path, secrets: CellSecrets) -> KeySums:
    """Make the sums of a publication from the facts that its marts were just made from; those that are there stay, so
    that one stand always shows the same. `publication` is the folder that it gets."""
    made = of(data, publication)
    if made.exists:
        return made
    building = made.folder.with_name(f".{made.folder.name}{TEMPORARY}")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True, mode=0o700)
    with duckdb.connect() as con:
        attach(con, data.warehouse)
        read_facts(con, lambda name: client_number(name, secrets.clients))
        as_marts(con)
        digests = {}
        for mart in _MARTS:
            path = building / f"{mart}.parquet"
            con.execute(f"copy (from {quote(mart)} order by all) to {literal(path)} (format parquet)")
            path.chmod(0o600)
            digests[mart] = files.digest(path)
    about = {"cells": secrets.cells.hex(), "clients": sha256(secrets.clients).hexdigest(), **digests}
    (building / _ABOUT).touch(mode=0o600)
    (building / _ABOUT).write_text(json.dumps(about), encoding="ascii")
    shutil.rmtree(made.folder, ignore_errors=True)
    building.rename(made.folder)
    return made


def keep_only(data: DataFolder, publications: Collection[str]) -> None:
    """Remove the sums of publications that are gone; these are the names of those that are left."""
    for folder in data.key_sums.glob("*"):
        if folder.name not in publications:
            shutil.rmtree(folder)


def attach(con: duckdb.DuckDBPyConnection, warehouse: Path) -> None:
    """Make the warehouse known under that name, to read."""
    con.execute(f"attach {literal(warehouse)} as warehouse (read_only)")


def read_facts(con: duckdb.DuckDBPyConnection, number: Callable[[str], int]) -> None:
    """Make the facts of the attached warehouse available with `k`, the key of who is counted, `number` of its name."""
    import numpy as np  # slow to import, and most who know of key sums make none

    names = con.execute(_NAMES).fetchnumpy()["name"]
    con.register("given", {"name": names, "k": np.fromiter(map(number, names), np.int64, len(names))})
    con.execute("create temp table numbers as from given")
    con.unregister("given")
    con.execute(_FACTS)


def as_marts(con: duckdb.DuckDBPyConnection) -> None:
    """Make a table of each mart, by its name, with sums of keys for counts. After `read_facts`."""
    for mart, statement in _MARTS.items():
        con.execute(f"create temp table {quote(mart)} as from ({statement})")
