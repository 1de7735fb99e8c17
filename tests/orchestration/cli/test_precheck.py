"""`twe precheck` as an OCMW starts it: anywhere, without settings, without a trace; also from an installed wheel."""

import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from orchestration.cli.main import CommandsByPerson
from orchestration.store.paths import PROJECT
from tests.support.deliveries import INSZ, write

TWE = "import sys; from orchestration.cli.main import main; sys.argv[0] = 'twe'; main()"
MODULES = """
import sys
from orchestration.cli.main import main
try:
    main()
finally:
    print(*{name.partition(".")[0] for name in sys.modules}, file=sys.stderr)
"""
HEAD = "transmissie_id | klant_id | transmissiedatum"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder where nothing may be written: with an empty working folder, home and folder for temporary files."""
    for name in ("cwd", "home", "tmp", "files"):
        (tmp_path / name).mkdir()
    return tmp_path


def precheck(folder: Path, *arguments: str, code: str = TWE, path: str = "") -> subprocess.CompletedProcess[str]:
    """Runs in the empty folders with nothing else in the environment; they are read-only, and must stay empty."""
    env = {"HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp"), "PYTHONDONTWRITEBYTECODE": "1"}
    empty = [folder / name for name in ("cwd", "home", "tmp")]
    for each in empty:
        each.chmod(0o555)
    done = subprocess.run(
        [sys.executable, "-c", code, "precheck", *arguments],
        cwd=folder / "cwd",
        env=env | ({"PYTHONPATH": path} if path else {}),
        capture_output=True,
        text=True,
    )
    assert [left for each in empty for left in each.rglob("*")] == []
    return done


def only_for_the_warehouse() -> set[str]:
    """The packages that an OCMW does not install."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {re.split(r"[=<> ]", text)[0] for text in project["optional-dependencies"]["warehouse"]}


def test_it_leaves_no_trace_and_imports_nothing_of_the_warehouse(elsewhere: Path) -> None:
    good = write(elsewhere / "files", "transmissies_2024-01-31.csv", f"{HEAD}\nX1 | {INSZ[0]} | 2024-01-02")
    before = sorted((elsewhere / "files").iterdir())
    book = elsewhere / "files" / "k.xlsx"
    done = precheck(elsewhere, str(good), "--xlsx", str(book), code=MODULES)
    assert done.returncode == 0
    known = metadata.packages_distributions()
    used = {distribution for module in done.stderr.split() for distribution in known.get(module, ())}
    assert {"duckdb", "click"} <= used and not used & only_for_the_warehouse()
    assert "1 rij gelezen: 1 rij aanvaard" in done.stdout
    assert sorted((elsewhere / "files").iterdir()) == before


@pytest.mark.slow
def test_what_would_be_refused_is_exit_code_one_and_wrong_use_two(elsewhere: Path) -> None:
    bad = write(elsewhere / "files", "transmissies_2024-01-31.csv", f"{HEAD}\nX1 | {INSZ[0][:-1]}9 | 2024-01-02")
    done = precheck(elsewhere, str(bad))
    assert (done.returncode, done.stderr) == (1, "")
    assert "GEWEIGERD invalid_klant_id, 1 rij: rij 2" in done.stdout and INSZ[0][2:9] not in done.stdout
    wrong = [
        precheck(elsewhere, *arguments)
        for arguments in ([], ["nergens.csv"], ["/dev/zero"], [str(bad), "--source", "iets"])
    ]
    assert [(one.returncode, one.stdout) for one in wrong] == [(2, "")] * 4
    dutch = (
        "twe: geef een of meer bestanden op",
        "twe: nergens.csv bestaat niet",
        "twe: /dev/zero is geen",
        "twe: er is geen bron 'iets'",
    )
    assert all(one.stderr.startswith(said) for one, said in zip(wrong, dutch, strict=True))


def test_what_is_not_installed_is_one_line_and_a_fault_of_ours_is_not() -> None:
    @click.command()
    @click.argument("name")
    def using(name: str) -> None:
        raise ModuleNotFoundError(name=name)

    group = CommandsByPerson(commands=[using])
    done = CliRunner().invoke(group, ["using", "dagster.core"])
    assert done.exit_code == 2 and done.stderr.startswith("twe: dagster.core is not installed; `twe precheck` and")
    assert isinstance(CliRunner().invoke(group, ["using", "orchestration.gone"]).exception, ModuleNotFoundError)


@pytest.mark.slow
def test_an_installed_wheel_carries_the_contract(elsewhere: Path) -> None:
    source = elsewhere / "source"
    for name in ("orchestration", "expectations", "exports", "dbt_project/seeds"):
        shutil.copytree(PROJECT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(PROJECT / name, source)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-cache-dir"]
    flags = ["--no-deps", "--no-index", "--no-build-isolation"]
    installed = elsewhere / "installed"
    subprocess.run([*pip, "install", *flags, "--target", str(installed), str(source)], check=True)
    shutil.rmtree(source)
    rows = f"{HEAD}\nX1 | {INSZ[0]} | 2024-01-02\nX2 | {INSZ[1]} | 2024-13-02"
    path = write(elsewhere / "files", "transmissies_2024-01-31.csv", rows)
    done = precheck(elsewhere, str(path), path=str(installed))
    assert (done.returncode, done.stderr) == (1, "")
    assert "GEWEIGERD invalid_transmissiedatum, 1 rij: rij 3" in done.stdout
    code = "import orchestration, expectations; print(orchestration.__file__, expectations.__file__)"
    env = {"PYTHONPATH": str(installed)}
    told = subprocess.run([sys.executable, "-c", code], env=env, cwd=elsewhere, capture_output=True, text=True).stdout
    assert told.count(str(installed)) == 2
