"""An alert goes where a setting says, holds no value of a person, and never gets in the way of a run."""

import socket
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from orchestration.results import RunProblem
from orchestration.services import alerts
from orchestration.services.alerts import Alert
from orchestration.store.settings import Settings, SettingsError, load_settings
from tests.support.deliveries import INSZ, KEY
from tests.support.webhooks import serving, webhook

ALERT = Alert("twe run: 1 blocked", ("blocked: warehouse",))


@contextmanager
def mail_server(got: list[str]) -> Iterator[int]:
    """As much of SMTP as it takes to hand over a message, which is kept with its envelope."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            letter, inside = "", False
            for raw in self.rfile:
                line = raw.decode()
                if inside:
                    letter += line
                    if line == ".\r\n":
                        inside = False
                        got.append(letter)
                        self.wfile.write(b"250 kept\r\n")
                    continue
                verb = line[:4].upper()
                if verb in ("MAIL", "RCPT"):
                    letter += line
                inside = verb == "DATA"
                self.wfile.write({"DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n"}.get(verb, b"250 well\r\n"))
                if verb == "QUIT":
                    return

    with serving(socketserver.TCPServer(("127.0.0.1", 0), Handler)) as port:
        yield port


def settings(**given: str) -> Settings:
    return Settings(**given)  # type: ignore[arg-type]


def test_nothing_is_sent_unless_it_is_set() -> None:
    assert settings().alerts_are_on is False
    assert alerts.send(settings(), ALERT) == []


def test_a_webhook_gets_the_alert_as_json() -> None:
    got: list[Any] = []
    with webhook(got) as port:
        assert alerts.send(settings(alert_webhook=f"http://127.0.0.1:{port}/geheim"), ALERT) == []
    where = f"on {socket.gethostname()}, data folder {settings().folder.root}"
    assert got == [
        {
            "text": f"twe run: 1 blocked\n- blocked: warehouse\n- {where}",
            "headline": "twe run: 1 blocked",
            "lines": ["blocked: warehouse", where],
        }
    ]


def test_every_recipient_gets_the_alert_by_mail() -> None:
    got: list[str] = []
    with mail_server(got) as port:
        here = settings(
            alert_mail="an@ocmw.be, bo@ocmw.be", alert_from="twe@ocmw.be", alert_smtp=f"smtp://127.0.0.1:{port}"
        )
        assert alerts.send(here, ALERT) == []
    (letter,) = got
    for part in ("MAIL FROM:<twe@ocmw.be>", "RCPT TO:<an@ocmw.be>", "RCPT TO:<bo@ocmw.be>"):
        assert part.lower() in letter.lower()
    assert "Subject: [twe] twe run: 1 blocked" in letter and "- blocked: warehouse" in letter


@pytest.mark.parametrize(("status", "words"), [(403, "403 Forbidden"), (500, "500 Internal Server Error")])
def test_an_alert_that_is_not_taken_is_told_without_the_address_and_never_raises(
    status: int, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    got: list[Any] = []
    letters: list[str] = []
    with webhook(got, status) as port, mail_server(letters) as mail:
        here = settings(
            alert_webhook=f"http://127.0.0.1:{port}/geheim",
            alert_mail="an@ocmw.be",
            alert_smtp=f"smtp://127.0.0.1:{mail}",
        )
        assert alerts.send(here, ALERT) == ["webhook"]
    assert len(letters) == 1  # the other way is not held up
    said = capfd.readouterr().err
    assert said == f"twe: the alert by webhook was not sent (the server answered {words})\n"


@pytest.mark.parametrize(
    ("address", "cause"),
    [
        ("http://geheim.invalid/geheim", "the name of the server is not known"),
        ("http://127.0.0.1:1/geheim", "Connection refused"),
    ],
)
def test_why_an_alert_did_not_get_away_is_said_without_its_address(
    address: str, cause: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert alerts.send(settings(alert_webhook=address), ALERT) == ["webhook"]
    assert capfd.readouterr().err == f"twe: the alert by webhook was not sent ({cause})\n"


def test_an_alert_repeats_no_more_of_a_problem_than_its_place() -> None:
    problem = RunProblem("lake__trajecten", f"Conversion Error: could not convert {INSZ[0]} to DATE")
    places = [problem.where, RunProblem("check marts/x y failed").where]
    told = alerts.of_report(places, ["trajecten_2024-01-31.csv"]).text
    assert told == (
        "twe run: 2 blocked, 1 rejected\n- blocked: lake__trajecten\n- blocked: check marts/x y failed\n"
        "- delivery rejected: trajecten_2024-01-31.csv"
    )
    assert INSZ[0] not in alerts.of_error(ValueError(INSZ[0])).text


def test_a_long_alert_is_cut() -> None:
    assert "- 19\n- and 10 more\n- on " in Alert("veel", tuple(map(str, range(30)))).at(settings()).text


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TWE_ALERT_WEBHOOK", "ftp://geheim/x", "TWE_ALERT_WEBHOOK is no web address; write https://host/path"),
        ("TWE_ALERT_MAIL", "an", "TWE_ALERT_MAIL holds something else than mail addresses with a comma between them"),
        (
            "TWE_ALERT_SMTP",
            "host:x",
            "TWE_ALERT_SMTP is no mail server; write smtp://host:25 or smtps://name:password@host:465",
        ),
    ],
)
def test_a_wrong_setting_is_one_line(name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as error:
        load_settings()
    assert str(error.value) == said


def test_no_secret_of_an_alert_shows_when_settings_are_printed() -> None:
    here = settings(alert_webhook="https://x/geheim", alert_smtp="smtps://an:geheim@x:465", pseudonym_key=KEY.decode())
    assert "geheim" not in f"{here!r} {here} {here.model_dump()}"
