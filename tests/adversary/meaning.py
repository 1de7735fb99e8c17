"""What a published figure counts, from what every reader can look up: the code lists, and the classes of the policy."""

import csv
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

PROJECT = Path(__file__).parents[2]
SEEDS = PROJECT / "dbt_project" / "seeds"
POLICY = PROJECT / "exports" / "disclosure" / "policy.yml"
CHARACTERISTICS = {
    "gender": "geslacht",
    "age": "leeftijd",
    "unemployment": "werkloosheidsduur",
    "schooling": "scholing",
    "migration_background": "migratieachtergrond",
}
ENDINGS = {"executed": "uitgevoerd", "early": "vroegtijdig"}
LONGEST = "25+"
"""All months beyond two years, which a package can show one by one."""
_KINDS = {
    "mart_started_duration": "opgestart_duur",
    "mart_started_profile": "opgestart_profiel",
    "mart_ended_duration": "beeindigd",
    "mart_outflow": "uitstroom",
}


class Meaning(NamedTuple):
    """Those of `whole` that are in one of `codes` of a family of categories; without a family all of them. A code with
    a star stands for all that begin so."""

    whole: str
    family: str = ""
    codes: frozenset[str] = frozenset()


def slug(text: str) -> str:
    """A name of a-z, 0-9 and _ from a label."""
    plain = unicodedata.normalize("NFKD", text.replace("%", " pct ")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


@cache
def meaning(measure: str, policy: Path = POLICY) -> Meaning:
    """What a measure of a cell counts. A category that is in no list is one by itself."""
    kind, _, name = measure.partition("/")
    if (found := _listed(policy).get(measure)) is not None:
        return found
    if kind in ("opgestart_duur", "langer"):
        return Meaning("opgestart", "months", frozenset({name}))
    for family, prefix in CHARACTERISTICS.items() if kind == "opgestart_profiel" else ():
        if name.startswith(f"{prefix}_"):
            return Meaning("opgestart", family, frozenset({name}))
    if kind == "uitstroom" and not name.startswith("competentie"):
        return Meaning("beeindigd", "position", frozenset({name}))
    return Meaning(measure)


def expanded(codes: frozenset[str], known: frozenset[str]) -> frozenset[str]:
    """The single categories, of those that are known."""
    longer = {each for each in known if each.isdigit() and int(each) > 24}
    found: set[str] = set()
    for code in codes:
        if code.endswith("*"):
            found |= {each for each in known if each.startswith(code[:-1])}
        else:
            found |= longer if code == LONGEST and longer else {code}
    return frozenset(found)


@cache
def arrondissements() -> dict[str, str]:
    """Municipality -> its arrondissement."""
    with (SEEDS / "municipalities.csv").open(encoding="utf-8") as lines:
        return {row["nis_code"]: row["arrondissement"] for row in csv.DictReader(lines)}


@cache
def _listed(policy: Path) -> dict[str, Meaning]:
    """Measure -> what it counts: single categories, the totals of endings, and the classes of the policy."""
    labels: dict[str, list[tuple[str, str]]] = {}
    for name, column in (("code_lists", "code_list"), ("class_sets", "class_set")):
        with (SEEDS / f"{name}.csv").open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                labels.setdefault(row[column], []).append((row["code"], row["label_nl"]))
    found: dict[str, Meaning] = {}

    def add(kind: str, label: str, family: str, codes: list[str]) -> None:
        measure = f"{kind}/{slug(f'{CHARACTERISTICS[family]} {label}' if family in CHARACTERISTICS else label)}"
        if family in ENDINGS:
            family, codes = "duration", [f"{family}/{code}" for code in codes]
        whole = "opgestart" if kind.startswith("opgestart") else "beeindigd"
        made = Meaning(whole, family, frozenset(codes))
        assert found.setdefault(measure, made) == made, f"{label} stands for different categories"

    for family in CHARACTERISTICS:
        for code, label in labels[family]:
            add("opgestart_profiel", label, family, [code])
    for code, label in labels["position"]:
        add("uitstroom", label, "position", [code])
    for ending, word in ENDINGS.items():
        add("beeindigd", f"{word} totaal", ending, ["*"])
        for code, label in labels["duration"]:
            add("beeindigd", f"{word}, {label}", ending, [code])
    months = {"minder dan 1 maand": "0", "1 maand": "1", "meer dan 24 maanden": LONGEST, "onbekend": "unknown"}
    for label, code in (months | {f"{number} maanden": str(number) for number in range(2, 25)}).items():
        add("opgestart_duur", label, "months", [code])
    for referred in ("toegeleid_en_voldoet", "toegeleid_en_voldoet_niet"):
        found[f"toeleiding/{referred}"] = Meaning("toeleiding/toegeleid", "criteria", frozenset({referred}))
    for sets in (yaml.safe_load(policy.read_text("utf-8")).get("classes") or {}).values():
        for mart, families in sets.items():
            for family, classes in families.items():
                for item in classes:
                    add(_KINDS[mart], item["label"], family, [str(code) for code in item["members"]])
    return found
