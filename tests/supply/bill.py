"""The software bill of materials in CycloneDX: every pinned package with hashes, licence and what it is wanted by."""

import json
import re
import tomllib
from collections.abc import Iterable

from tests.supply.licences import SPDX, WORDS
from tests.supply.packages import PROJECT, LockedPackage


def bill(packages: Iterable[LockedPackage]) -> str:
    """The bill as JSON; the same lock gives the same bytes."""
    packages = list(packages)
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    root = f"pkg:pypi/{project['name']}@{project['version']}"
    wanted: dict[str, list[str]] = {root: []} | {package.url: [] for package in packages}
    urls: dict[str, list[str]] = {}
    for package in packages:
        urls.setdefault(package.name, []).append(package.url)
    for package in packages:
        for wanting in package.wanted_by:
            for url in urls.get(wanting.partition("[")[0].strip(), [root] if "pyproject.toml" in wanting else []):
                wanted[url].append(package.url)
    made = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": project["name"],
                "version": project["version"],
                "licenses": [{"expression": project["license"]}],
            }
        },
        "components": [_component(package) for package in packages],
        "dependencies": [{"ref": url, "dependsOn": sorted(set(needs))} for url, needs in wanted.items()],
    }
    return json.dumps(made, indent=1) + "\n"


def _component(package: LockedPackage) -> dict[str, object]:
    licence = WORDS.get(package.licence, package.licence)
    names = set(re.split(r" AND | OR |[()]", licence)) - {""}
    said = {"expression": licence} if names <= SPDX else {"license": {"name": licence}}
    component: dict[str, object] = {
        "type": "library",
        "bom-ref": package.url,
        "name": package.name,
        "version": package.version,
        "purl": package.url,
        "hashes": [{"alg": "SHA-256", "content": sha256} for sha256 in package.hashes],
    }
    if licence:
        component["licenses"] = [said]
    if package.marker:
        component["properties"] = [{"name": "python:marker", "value": package.marker}]
    return component
