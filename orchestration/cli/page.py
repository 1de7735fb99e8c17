"""`twe ui`: the Dagster page of a data folder."""

from __future__ import annotations

import sys

import click

from orchestration.store.settings import load_settings


@click.command()
@click.option("--port", default=3000, show_default=True, help="Port on this machine alone.")
@click.option("--only", type=click.Choice(["page", "daemon"]), help="One of the two, for a service manager.")
def ui(port: int, only: str | None) -> None:
    """Serve the Dagster page of this data folder on loopback, and run its sensors and schedules."""
    from orchestration.services import webserver

    sys.exit(webserver.serve(load_settings(), port, (only,) if only else ("page", "daemon")))
