"""The bill of materials is that of the lock, every licence is allowed, what was not checked is not called sound."""

import json
import re
from pathlib import Path

import pytest

from tests.supply import __main__ as command
from tests.supply.bill import bill
from tests.supply.licences import CHOSEN, is_allowed, refused
from tests.supply.packages import LOCKS, PROJECT, LockedPackage, direct, pinned
from tests.supply.vulnerabilities import NOT_CHECKED, audit

PACKAGES = pinned()
TEXT = "\n".join(lock.read_text(encoding="utf-8") for lock in LOCKS)


def test_every_pin_of_the_lock_is_read_with_its_hashes_and_what_wants_it() -> None:
    assert len(PACKAGES) == len(re.findall(r"^\S+==", TEXT, re.MULTILINE)) > 100
    assert sum(len(package.hashes) for package in PACKAGES) == TEXT.count("--hash=sha256:")
    assert all(package.hashes and package.wanted_by for package in PACKAGES)
    (numpy, _) = [package for package in PACKAGES if package.name == "numpy"]
    assert numpy.marker == "python_full_version < '3.12'" and "highspy" in numpy.wanted_by


def test_the_locks_name_no_registry_and_have_all_that_the_project_asks_for() -> None:
    assert "://" not in TEXT
    assert direct().keys() <= {package.name for package in PACKAGES}


def test_every_direct_dependency_has_its_reason_in_the_docs() -> None:
    page = (PROJECT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z0-9-]+) \| (\w+) \| (.+) \|$", page, re.MULTILINE)
    told = {name: extra for name, extra, reason in rows if name != "package" and len(reason) > 10}
    assert told == {name: extra or "all" for name, extra in direct().items()}


def test_the_bill_has_every_package_and_what_it_is_wanted_by(tmp_path: Path) -> None:
    path = tmp_path / "dist" / "sbom.json"
    assert command.main(["sbom", str(path)]) == 0
    made = json.loads(path.read_text(encoding="utf-8"))
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    refs = [component["bom-ref"] for component in made["components"]]
    assert refs == [package.url for package in PACKAGES] and len(set(refs)) == len(refs)
    assert all(len(h["content"]) == 64 for component in made["components"] for h in component["hashes"])
    assert all(component["licenses"] for component in made["components"])
    needs = {each["ref"]: each["dependsOn"] for each in made["dependencies"]}
    root = made["metadata"]["component"]["bom-ref"]
    assert needs.keys() == {root, *refs} and set().union(*map(set, needs.values())) == set(refs)
    assert {url.partition("@")[0].removeprefix("pkg:pypi/") for url in needs[root]} == direct().keys()
    assert path.read_text(encoding="utf-8") == bill(PACKAGES), "the same lock gives the same bytes"


def test_every_package_has_a_licence_that_is_allowed(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(PACKAGES) == []
    assert command.main(["licences"]) == 0 and "0 with a licence" in capsys.readouterr().out
    assert CHOSEN.keys() <= {package.name for package in PACKAGES}, "an exception that nothing needs any more"


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("MPL-2.0 AND (GPL-3.0-only OR AGPL-3.0-only)", False),
        ("GPL-3.0-only OR MIT", True),
        ("GPL-3.0-only AND MIT", False),
        ("MIT License; GNU General Public License (GPL)", False),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_which_licences_are_allowed(licence: str, allowed: bool) -> None:
    assert is_allowed(licence) is allowed


def test_a_licence_that_is_not_allowed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = LockedPackage("no-such-package", "1.0", "", (), ())
    assert refused([unknown]) == ["no-such-package 1.0: says no licence"]
    monkeypatch.setattr(LockedPackage, "licence", "GPL-3.0-only")
    assert len(refused(PACKAGES)) == len(PACKAGES), "an exception holds for the words that it was made for"


SOUND = {"name": "a", "version": "1", "vulns": []}
BAD = {
    "name": "b",
    "version": "2",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}, {"id": "X", "fix_versions": []}],
}
SKIPPED = {"name": "c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("says", "code", "text"),
    [
        ([SOUND], 0, "1 packages checked, 0 known vulnerabilities"),
        (
            [SOUND, BAD],
            1,
            "VULNERABLE: b 2: PYSEC-1, mended in 3\nVULNERABLE: b 2: X, mended in no version yet\n2 pack",
        ),
        ([SOUND, SKIPPED], NOT_CHECKED, "NOT CHECKED: 1 packages could not be looked up, such as c\n1 packages"),
        ([BAD, SKIPPED], 1, "VULNERABLE: b 2: PYSEC-1"),
        ([], NOT_CHECKED, "0 packages checked"),
        (None, NOT_CHECKED, "NOT CHECKED: pip-audit ended with 1: ConnectionError: no such host"),
    ],
)
def test_what_was_not_looked_up_is_not_called_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: list[dict] | None, code: int, text: str
) -> None:
    said = "exit 1" if says is None else f"cat <<'END'\n{json.dumps({'dependencies': says, 'fixes': []})}\nEND"
    tool = tmp_path / "pip-audit"
    tool.write_text(f"#!/bin/sh\necho 'Traceback\nConnectionError: no such host' >&2\n{said}\n")
    tool.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    outcome = audit(LOCKS)
    assert outcome.exit_code == code and outcome.text.startswith(text)


def test_without_pip_audit_nothing_is_checked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert command.main(["audit", str(tmp_path / "pip-audit")]) == NOT_CHECKED
    assert "NOT CHECKED" in (told := capsys.readouterr().out) and "is not installed" in told
    assert command.main(["what"]) == 2
