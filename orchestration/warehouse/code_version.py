"""The version of the code that made a publication: the package's version and a digest of what shapes the figures."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import metadata

from orchestration.store.paths import PROJECT

SHAPING = (
    ("orchestration", ("*.py",)),
    ("expectations", ("*.py",)),
    ("exports", ("*.py",)),
    ("dbt_project", ("dbt_project.yml", "models/**/*.sql", "macros/**/*.sql", "seeds/*.csv")),
)
"""Rules and questions are left out: they have versions of their own (suite version, question digest)."""


@lru_cache
def code_version() -> str:
    """Such as `0.1.0+3f2a9c1d`; the same on every machine that has the same code."""
    digest = hashlib.sha256()
    for folder, patterns in SHAPING:
        for pattern in patterns:
            for path in sorted(
                (PROJECT / folder).rglob(pattern) if "/" not in pattern else (PROJECT / folder).glob(pattern)
            ):
                digest.update(path.relative_to(PROJECT).as_posix().encode() + b"\0" + path.read_bytes())
    try:
        version = metadata.version("twe-warehouse")
    except metadata.PackageNotFoundError:
        version = "0"
    return f"{version}+{digest.hexdigest()[:8]}"
