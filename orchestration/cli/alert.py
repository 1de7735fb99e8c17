"""`twe alert`: an alert of your own, to try the settings and for a service manager."""

from __future__ import annotations

import sys

import click

from orchestration.store.settings import SettingsError, load_settings


@click.command()
@click.argument("text")
def alert(text: str) -> None:
    """Send TEXT by every way that is set for alerts; exit code 1 when one of them failed."""
    from orchestration.services import alerts

    settings = load_settings()
    if not settings.alerts_are_on:
        raise SettingsError("no alert was sent: neither TWE_ALERT_WEBHOOK nor TWE_ALERT_MAIL is set")
    sys.exit(1 if alerts.send(settings, alerts.Alert(f"twe: {text}")) else 0)
