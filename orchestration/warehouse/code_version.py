"""The version of the code that made a publication, and digests of the code by what it can change.

There are four digests, so that a change makes nothing out of date that it cannot change:

`figures_digest`: what decides a figure of a publication.
    - the dbt project: SQL of models and macros, seeds and their column types, the settings of the project;
    - `expectations`: reads the contracts and turns row rules into SQL, and so decides which rows are loaded;
    - `orchestration/store/sql.py`: quotes the values in that SQL;
    - `orchestration/ingest`: reads, parses, pseudonymises and stores rows. Not in it: what is reported to the user, and
      the workspace that connects the parts;
    - of `orchestration/quality` what counts rows per OCMW: which OCMW a row goes back to and what became of it;
    - `orchestration/warehouse`: runs dbt, resolves the dates of a run and publishes. Not in it: this module, the
      documentation of tables, and the sums of cell keys.
`control_digest`: what decides which figures are hidden, apart from figures, policy and questions: the control itself,
    everything in `exports` that decides which figures a document shows, and which municipality a code stands for, and
    the sums of cell keys. Not in it: what only writes or compares files.
`documents_digest`: what decides the bytes of annexes, answers and the figure book: all of `exports` but the data
    dictionary; the change attribution of `orchestration/releases`; and `orchestration/answers`, without the modules
    that list, choose or plan documents.

`counts_digest`: what decides how rows of the quarantine are counted: everything in `orchestration/quality`, what it
    takes from `orchestration/ingest`, and which municipality a code stands for. Nothing is out of date by it: what is
    kept of counts is counted anew.

Left out of all: the row rules, the questions, the disclosure policy and the definition of the figure book, which have
digests of their own wherever they matter; tests and descriptions in the YAML of models; everything else (command line,
Dagster, quality, services).

All of them take the reader of YAML files, since rules, questions and the policy are what it makes of them. Of Python
code they take the syntax tree without docstrings: a comment must make nothing stale, or figures would be said to come
from other code, and a release to have been made under another control.
"""

import ast
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from orchestration.store.files import replaced
from orchestration.store.paths import PROJECT

MOST_KNOWN = 12
"""Digests that are kept: the newest ones, of the present code and of some before it."""


@dataclass(frozen=True)
class CodeSelection:
    """Files of the project, as globs relative to its root: those of `files` that are not in `without`."""

    files: tuple[str, ...]
    without: tuple[str, ...] = ()

    def paths(self) -> list[Path]:
        """The files in the order of their names."""
        left_out = {path for pattern in self.without for path in PROJECT.glob(pattern)}
        return sorted({path for pattern in self.files for path in PROJECT.glob(pattern)} - left_out)


FIGURES = CodeSelection(
    (
        "dbt_project/dbt_project.yml",
        "dbt_project/models/**/*.sql",
        "dbt_project/macros/**/*.sql",
        "dbt_project/seeds/*.csv",
        "dbt_project/seeds/*.yml",
        "expectations/*.py",
        "orchestration/ingest/**/*.py",
        "orchestration/quality/case_rows.py",
        "orchestration/quality/cases.py",
        "orchestration/quality/kept_counts.py",
        "orchestration/quality/recipients.py",
        "orchestration/quality/senders/rows_by_ocmw.py",
        "orchestration/store/municipalities.py",
        "orchestration/store/sql.py",
        "orchestration/store/yaml_*.py",
        "orchestration/warehouse/*.py",
    ),
    (
        "orchestration/ingest/reported.py",
        "orchestration/ingest/workspace.py",
        "orchestration/warehouse/code_version.py",
        "orchestration/warehouse/documentation.py",
        "orchestration/warehouse/key_sums.py",
    ),
)
CONTROL = CodeSelection(
    (
        "exports/**/*.py",
        "orchestration/answers/disclosure.py",
        "orchestration/answers/refusal.py",
        "orchestration/answers/shown.py",
        "orchestration/store/municipalities.py",
        "orchestration/store/sql.py",
        "orchestration/store/yaml_*.py",
        "orchestration/warehouse/key_sums.py",
    ),
    (
        "exports/xlsx/*.py",
        "exports/comparison/*.py",
        "exports/template/*.py",
        "exports/dictionary.py",
        "exports/package.py",
    ),
)
DOCUMENTS = CodeSelection(
    (
        "exports/**/*.py",
        "orchestration/answers/*.py",
        "orchestration/releases/attribution.py",
        "orchestration/releases/figures.py",
        "orchestration/store/municipalities.py",
        "orchestration/store/sql.py",
        "orchestration/store/yaml_*.py",
    ),
    (
        "exports/dictionary.py",
        "exports/template/*.py",
        "orchestration/answers/disclosure.py",
        "orchestration/answers/documents.py",
        "orchestration/answers/question_status.py",
        "orchestration/answers/questions.py",
        "orchestration/answers/refusal.py",
        "orchestration/answers/scaffold.py",
        "orchestration/answers/shown.py",
        "orchestration/answers/withdrawal.py",
    ),
)

COUNTS = CodeSelection(
    (
        "expectations/*.py",
        "orchestration/ingest/**/*.py",
        "orchestration/quality/**/*.py",
        "orchestration/store/municipalities.py",
        "orchestration/store/sql.py",
        "orchestration/store/yaml_*.py",
    )
)


@dataclass
class _Known:
    """Digests of earlier processes, by the bytes of the code that they are of: to read its syntax takes half a second,
    to compare its bytes a hundredth of that."""

    path: Path | None = None
    """The file that they are kept in; it may go at any time. None keeps nothing."""
    digests: dict[str, str] = field(default_factory=dict)

    def read(self) -> None:
        self.digests = {}
        with suppress(OSError, ValueError, AttributeError):
            known = json.loads(self.path.read_text(encoding="ascii")) if self.path else {}
            self.digests = {of: digest for of, digest in known.items() if isinstance(digest, str)}

    def add(self, of: str, digest: str) -> None:
        self.digests = dict([*self.digests.items(), (of, digest)][-MOST_KNOWN:])
        if self.path:
            with suppress(OSError), replaced(self.path) as temporary:  # another process may be doing the same
                temporary.write_text(json.dumps(self.digests, indent=1), encoding="ascii")


_known = _Known()


def keep_in(path: Path) -> None:
    """From now on the digests are taken from the file at `path` while the code is what it was, and kept there."""
    _known.path = path
    _known.read()


@lru_cache
def code_version() -> str:
    """The version of the package and the figures digest, such as `0.1.0+3f2a9c1d`: what documents print. It is the same
    on every machine that has the same code."""
    from importlib import metadata  # it is slow to import, and only what is made new asks for it

    try:
        version = metadata.version("twe-warehouse")
    except metadata.PackageNotFoundError:
        version = "0"
    return f"{version}+{figures_digest()[:8]}"


@lru_cache
def figures_digest() -> str:
    """SHA-256 of the code that decides figures (see the module), in hexadecimal."""
    return _digest(FIGURES)


@lru_cache
def control_digest() -> str:
    """SHA-256 of the code that decides which figures public editions hide, in hexadecimal."""
    return _digest(CONTROL)


@lru_cache
def documents_digest() -> str:
    """SHA-256 of the code that decides the bytes of documents, in hexadecimal."""
    return _digest(DOCUMENTS)


@lru_cache
def counts_digest() -> str:
    """SHA-256 of the code that counts the rows of the quarantine and what became of them, in hexadecimal."""
    return _digest(COUNTS)


def _digest(code: CodeSelection) -> str:
    files = {path.relative_to(PROJECT).as_posix(): path.read_bytes() for path in code.paths()}
    # How digests are taken is part of what a known one is of.
    of = _of_all({"": f"{sys.version_info[:2]}".encode(), **files, __name__: Path(__file__).read_bytes()})
    if of not in _known.digests:
        syntax = {name: _syntax(content) if name.endswith(".py") else content for name, content in files.items()}
        _known.add(of, _of_all(syntax))
    return _known.digests[of]


def _of_all(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()


@lru_cache(maxsize=512)
def _syntax(content: bytes) -> bytes:
    """What a Python file does, whatever its comments and docstrings. Kept, since digests share most files."""
    return "\n".join(_lines(ast.parse(content))).encode()


def _lines(node: ast.AST) -> Iterator[str]:
    """The tree below a node as lines of text, without docstrings. `ast.dump` would differ between Python versions:
    empty fields, which newer versions add, are left out here."""
    yield type(node).__name__
    for name, value in ast.iter_fields(node):
        items = value if isinstance(value, list) else [value]
        match items:
            case [ast.Expr(value=ast.Constant(value=str())), *rest] if name == "body":
                items = rest
        for item in items:
            if isinstance(item, ast.AST):
                yield from (f"{name}(", *_lines(item), ")")
            elif item is not None or isinstance(node, ast.Constant):
                yield f"{name}={item!r}"
