"""Whether every package has a licence that the project may be built on and handed out with."""

import re
from collections.abc import Iterable

from tests.supply.packages import LockedPackage

# Licences that ask for no more than their text; those that keep changes of their own files open (MPL, LGPL) bind
# nobody who only uses the package.
SPDX = {
    *("0BSD", "MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "ISC", "Zlib", "CC0-1.0", "PSF-2.0"),
    *("CNRI-Python", "MPL-2.0"),
}
ALLOWED = SPDX | {"LGPL"}
WORDS = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "BSD License": "BSD-3-Clause",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
# Package -> what it says, and why that is all right.
CHOSEN = {
    "text-unidecode": (
        "Artistic License; GNU General Public License (GPL); GNU General Public License v2 or later (GPLv2+)",
        "it lets the user choose; taken under the Artistic License",
    )
}


def is_allowed(licence: str) -> bool:
    """Whether a licence may be used: one side of each OR, all sides of an AND or of several classifiers."""
    alternatives = re.split(r"\s+OR\s+", licence) if "(" not in licence or " AND " not in licence else [licence]
    return any(all(map(_is_known, re.split(r"\s+AND\s+|;\s*", one))) for one in alternatives)


def _is_known(one: str) -> bool:
    one = one.strip()
    if one.startswith("(") and one.endswith(")") and " OR " in one:
        return is_allowed(one[1:-1])
    return WORDS.get(one, one) in ALLOWED


def refused(packages: Iterable[LockedPackage]) -> list[str]:
    """A line for every package whose licence is not allowed, or is not said."""
    return [
        f"{package.name} {package.version}: {package.licence or 'says no licence'}"
        for package in packages
        if not is_allowed(package.licence) and CHOSEN.get(package.name, (None,))[0] != package.licence
    ]
