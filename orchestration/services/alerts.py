"""Alerts somebody elsewhere that something failed: by webhook, by mail, or both. Off until a setting names where to.

A message names jobs, steps, checks and files. It never repeats what an error said, since a database quotes values in
its messages, and what leaves this machine must not hold a person's.
"""

from __future__ import annotations

import http.client
import json
import os
import smtplib
import socket
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from orchestration.store.settings import Settings

TIMEOUT = 10.0
"""Seconds; an alert that does not get away must not hold up a run."""
MOST = 20
"""Lines of an alert; the rest is counted."""


@dataclass(frozen=True)
class Alert:
    """One line that says it all, and lines that say where to look."""

    headline: str
    lines: tuple[str, ...] = ()

    def at(self, settings: Settings) -> Alert:
        """The alert as it is sent: cut, and with machine and data folder, since one mailbox may serve several."""
        shown = list(self.lines[:MOST])
        if len(self.lines) > MOST:
            shown.append(f"and {len(self.lines) - MOST} more")
        return Alert(self.headline, (*shown, f"on {socket.gethostname()}, data folder {settings.folder.root}"))

    @property
    def text(self) -> str:
        return "\n".join([self.headline, *(f"- {line}" for line in self.lines)])


def send(settings: Settings, alert: Alert) -> list[str]:
    """Sends the alert by every way that is set; returns the ways by which it did not get away. Never raises."""
    alert = alert.at(settings)
    failed = []
    for name, is_set, way in (("webhook", settings.alert_webhook, _post), ("mail", settings.alert_mail, _mail)):
        try:
            if is_set:
                way(settings, alert)
        except Exception as error:  # whatever is wrong with the alert, the run is not to blame
            failed.append(name)
            sys.stderr.write(f"twe: the alert by {name} was not sent ({_cause(error)})\n")
    return failed


def _cause(error: Exception) -> str:
    """The words of an error that are not taken from a setting: an address of a webhook is a secret, and errors of the
    web and of mail repeat addresses and passwords."""
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answered {error.code} {http.client.responses.get(error.code, '')}".rstrip()
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server answered {error.smtp_code}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "the mail server rejected the recipients"
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, socket.gaierror):
        return "the name of the server is not known"
    if isinstance(reason, TimeoutError):
        return f"no answer in {TIMEOUT:.0f} seconds"
    if isinstance(reason, ssl.SSLCertVerificationError):
        return "the certificate of the server is not trusted"
    if isinstance(reason, OSError) and reason.errno:
        return os.strerror(reason.errno)
    return type(error).__name__


def _post(settings: Settings, alert: Alert) -> None:
    assert settings.alert_webhook
    body = {"text": alert.text, "headline": alert.headline, "lines": list(alert.lines)}
    request = urllib.request.Request(
        settings.alert_webhook.get_secret_value(),
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "User-Agent": "twe"},
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT):
        pass


def _mail(settings: Settings, alert: Alert) -> None:
    server = urlsplit(settings.alert_smtp.get_secret_value())
    message = EmailMessage()
    message["Subject"] = f"[twe] {alert.headline}"
    message["From"] = settings.alert_from or settings.alert_recipients[0]
    message["To"] = ", ".join(settings.alert_recipients)
    message.set_content(alert.text)
    kind = smtplib.SMTP_SSL if server.scheme == "smtps" else smtplib.SMTP
    with kind(server.hostname or "localhost", server.port or 0, timeout=TIMEOUT) as smtp:
        if server.scheme != "smtps" and "starttls" in smtp.esmtp_features:
            smtp.starttls()
        if server.username:
            smtp.login(unquote(server.username), unquote(server.password or ""))
        smtp.send_message(message)


def of_run(
    run_id: str, job: str, steps: Sequence[str], checks: Sequence[str], rejected: Sequence[str], follows: str = ""
) -> Alert:
    """What is to be known of a run of Dagster. `rejected` are names of files; `follows` says what happens next."""
    lines = [follows] if follows else []
    lines += [f"step {step} failed" for step in steps]
    lines += [f"check {check} blocked" for check in checks]
    lines += [f"delivery rejected: {name}" for name in rejected]
    return Alert(f"{job}: {_counts(len(steps) + len(checks), len(rejected))} (run {run_id[:8]})", tuple(lines))


def of_report(blocked: Sequence[str], rejected: Sequence[str]) -> Alert:
    """What is to be known of a `twe run`: the steps and checks that blocked something, and files by their names."""
    lines = [f"blocked: {where}" for where in blocked]
    lines += [f"delivery rejected: {name}" for name in rejected]
    return Alert(f"twe run: {_counts(len(blocked), len(rejected))}", tuple(lines))


def of_error(error: BaseException) -> Alert:
    """A run that did not take place at all, such as one without a key, or beside another run."""
    return Alert(f"twe run did not take place ({type(error).__name__})", ("its terminal or its log says why",))


def _counts(blocked: int, rejected: int) -> str:
    parts = [f"{blocked} blocked" if blocked else "", f"{rejected} rejected" if rejected else ""]
    return ", ".join(part for part in parts if part) or "failed"
