"""The quality report: the counts of the ledger, whatever the names, on one page that needs nothing else."""

import datetime as dt
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from expectations import contract
from orchestration.ingest import ledger
from orchestration.ingest.ledger import Check, Entry, Reason
from orchestration.ingest.workspace import Workspace
from orchestration.quality import report as quality
from orchestration.quality import report_page
from orchestration.quality.counts import NumberChanges, RowCounts
from orchestration.quality.recipients import Recipient
from orchestration.quality.report import QualityReport
from orchestration.quality.senders.prediction import Usual
from orchestration.quality.senders.trend import OcmwCounts, YearRate
from orchestration.quality.senders.unusual import Finding, Silence
from orchestration.store.settings import Settings

CONTRACTS = {name: contract.load(name) for name in contract.sources()}
TEXTS = contract.warehouse_texts()
TODAY = dt.date(2024, 6, 1)


def entry(name: str, run: str, read: int, refused: int = 0, warned: int = 0, **changes: object) -> Entry:
    reasons = [Reason("invalid_startdatum", "reject", refused)] if refused else []
    reasons += [Reason("over_24_months", "warn", warned)] if warned else []
    facts = {
        "delivery_id": name,
        "file_name": f"{name}.csv",
        "source": name.split("_")[0],
        "status": "accepted",
        "delivered_on": dt.date.fromisoformat(name.split("_")[1]),
        "message": "",
        "sha256": name,
        "suite_version": "v",
        "run_id": run,
        "loaded_at": dt.datetime(2024, 5, int(run[-1]), 6, 30),
        "rows_read": read,
        "rows_accepted": read - refused,
        "rows_quarantined": refused,
        "rows_warned": warned,
        "reasons": tuple(reasons),
    }
    return Entry(**(facts | changes))  # type: ignore[arg-type]


LEDGER = [
    entry("trajecten_2024-01-31", "run-1", 1000, refused=10),
    entry("trajecten_2024-02-29", "run-2", 2000, refused=50, warned=20),
    entry("leefloners_2024-02-29", "run-1", 300),
    entry("screenings_2024-02-28", "run-2", 0, status="rejected", message="lacks <b>besluit</b> & more"),
]
FOUND = {("trajecten", "overlapping_trajectory", "warn"): 7}


def made(entries: list[Entry] = LEDGER, **more: bool) -> QualityReport:
    report = quality.make(entries, TODAY, CONTRACTS, FOUND, TEXTS, **more)
    assert report
    return report


def test_a_run_is_told_beside_the_runs_before_it() -> None:
    report = made()
    assert (report.run_id, report.now.deliveries, report.now.rejected) == ("run-2", 2, 1)
    assert (report.now.read, report.now.quarantined, report.now.share) == (2000, 50, 2.5)
    source = next(s for s in report.sources if s.source == "trajecten")
    assert [(r.rule, r.now, r.before, r.is_new) for r in source.rules] == [
        ("invalid_startdatum", 50, 10, False),
        ("over_24_months", 20, 0, True),
    ]
    assert len(source.never_broken) == len({r.name for r in CONTRACTS["trajecten"].rules}) - 2
    assert [(r.rule, r.now) for r in source.warehouse] == [("overlapping_trajectory", 7)]
    assert [(e.file_name, new) for e, new in source.deliveries] == [
        ("trajecten_2024-02-29.csv", True),
        ("trajecten_2024-01-31.csv", False),
    ]


def test_how_the_rows_stand_is_told_per_source_and_together() -> None:
    row_counts = {
        "trajecten": RowCounts(
            quarantined=2, warned=3, found=7, reviewed=1, closed=5, resolved=4, since=dt.date(2024, 1, 31)
        ),
        "leefloners": RowCounts(quarantined=1, since=dt.date(2023, 1, 31)),
    }
    report = quality.make(LEDGER, TODAY, CONTRACTS, FOUND, TEXTS, row_counts)
    assert report
    assert report.row_counts == RowCounts(3, 3, 7, 1, 5, 4, dt.date(2023, 1, 31))
    text = words(report_page.page(report))
    assert "Deze leveringen verbeterden 4 rijen van vroeger. Nu open: 3 geweigerde rijen, 3 rijen met een" in text
    assert "trajecten 2 3 7 31/01/2024 1 5 4" in text and "screenings 0 0 0 \N{EN DASH} 0 0 0" in text


def test_a_first_run_has_nothing_to_compare_with() -> None:
    text = report_page.page(made(LEDGER[:1] + LEDGER[2:3]))
    assert "Dit is de eerste run met leveringen." in text
    comparing = (">Nieuw<", "Nieuw sinds", "Voordien", "voordien", "verbeterden", 'href="#nieuw"')
    assert not [word for word in comparing if word in text]
    later = report_page.page(made())
    assert all(word in later for word in comparing)


def test_a_rule_whose_severity_changed_is_one_line_and_not_new() -> None:
    former = entry("trajecten_2024-01-31", "run-1", 100, reasons=(Reason("over_24_months", "reject", 3),))
    report = made([former, entry("trajecten_2024-02-29", "run-2", 100, warned=2)])
    source = next(s for s in report.sources if s.source == "trajecten")
    assert [(r.rule, r.on_fail, r.was, r.now, r.before, r.is_new) for r in source.rules] == [
        ("over_24_months", "warn", "reject", 2, 3, False)
    ]
    text = words(report_page.page(report))
    assert "Voor het eerst gebroken" not in text and "waarschuwing vroeger: rij geweigerd 2 3" in text


def test_a_file_that_was_refused_and_tried_again_counts_once() -> None:
    refused = LEDGER[3]
    report = made([refused, replace(refused, run_id="run-3", loaded_at=refused.loaded_at + dt.timedelta(1))])
    assert (report.total.deliveries, report.total.rejected, report.now.rejected) == (1, 1, 1)
    assert "Vorige run met leveringen" in words(report_page.page(report))
    taken = entry("screenings_2024-02-28", "run-4", 7)
    assert (made([refused, taken]).total.deliveries, made([refused, taken]).total.rejected) == (1, 0)


def test_a_tiny_delivery_does_not_set_the_scale_of_the_bars() -> None:
    entries = [entry(f"trajecten_2024-0{n}-01", f"run-{n}", 1000, refused=10 * n) for n in (1, 2)]
    tiny = entry("trajecten_2024-03-01", "run-3", 1, refused=1)
    chart = report_page.bars([(e, False) for e in (tiny, *entries)])
    assert chart and (chart["top"], chart["left_out"]) == (2.0, 1)
    assert "Niet getekend: 1 levering van minder dan 50 rijen" in words(report_page.page(made([*entries, tiny])))
    assert report_page.bars([(tiny, False), (tiny, False)])  # with nothing else, the tiny ones are drawn


def course(name: str, *rates: tuple[int, int], opened: int = 3) -> OcmwCounts:
    """An OCMW with (read, rejected) of 2023 and on."""
    per_year = {2023 + n: YearRate(*rate) for n, rate in enumerate(rates)}
    return OcmwCounts(name, "", opened, 2, 1, dt.date(2023, 1, 31), per_year)


def test_the_open_rows_and_the_course_of_every_ocmw_are_told() -> None:
    worse, same = course("Gent", (1000, 10), (500, 50)), course("Aalst", (400, 4), (0, 0), opened=9)
    report = quality.make(LEDGER, TODAY, CONTRACTS, FOUND, TEXTS, ocmws=[worse, *[same] * 25])
    assert report
    text = words(report_page.page(report))
    opened, course_ = text.split("Verloop per OCMW Het aandeel")
    assert opened.count("Aalst 9 2 31/01/2023 1") == 25 and "Gent 3 2" not in opened  # most open rows first
    assert "OCMW 2023 2024 (tot en met juni) Verandering Gent 1,00" in course_  # who gets worse first
    assert "10,00 % 50 van 500 +9,00 pp Slechter Aalst" in course_
    assert "4 van 400 \N{EN DASH} \N{EN DASH} Aalst" in course_ and "de eerste 25 van 26" in opened


def test_a_year_that_is_over_is_not_marked() -> None:
    report = quality.make(LEDGER, dt.date(2025, 2, 1), CONTRACTS, FOUND, TEXTS, ocmws=[course("Gent", (9, 1), (9, 1))])
    assert report and "OCMW 2023 2024 Verandering" in words(report_page.page(report))


def test_what_is_unusual_is_told_with_the_figures_of_both() -> None:
    gent = Recipient("44021_gent", "Gent")
    findings = [
        Finding(LEDGER[1], "size", "", "", 2000, Usual(900.4, 1000, 1100.2), gent, 24),
        Finding(LEDGER[1], "missing", "einddatum", "", 1.0, Usual(0.1, 0.2, 0.305), None, 7),
    ]
    silent = [
        Silence("leefloners", Recipient("levering_vdab", "Levering met label vdab"), dt.date(2024, 2, 29), 93, 40)
    ]
    report = quality.make(LEDGER, TODAY, CONTRACTS, FOUND, TEXTS, unusual=findings, silent=silent)
    assert report
    text = words(report_page.page(report)).replace("\N{NO-BREAK SPACE}", " ")
    assert "trajecten_2024-02-29.csv aantal rijen 2 000 900 tot 1 100 24 leveringen van Gent" in text
    assert "einddatum niet ingevuld 100,0 % 10,0 % tot 30,5 % 7 leveringen van andere afzenders" in text
    assert "leefloners met label vdab 29/02/2024 93 40" in text
    assert "Niets: de nieuwe leveringen lijken op de vorige" in words(report_page.page(made()))


def test_a_rejected_file_tells_why_in_dutch() -> None:
    in_dutch = replace(LEDGER[3], message_nl="de kolom besluit ontbreekt")
    assert "<td>de kolom besluit ontbreekt</td>" in report_page.page(made([*LEDGER[:3], in_dutch]))
    assert '<td lang="en">lacks' in report_page.page(made())  # of before the Dutch one was kept


def test_what_is_to_say_of_an_accepted_file_is_told_in_dutch() -> None:
    odd = replace(entry("trajecten_2024-04-20", "run-1", 10), message="is UTF-8 but", message_nl="is UTF-8 behalve")
    assert "<td>is UTF-8 behalve</td>" in report_page.page(made([odd]))
    assert "met een opmerking" not in report_page.page(made([replace(odd, message="", message_nl="")]))


def test_what_only_shows_across_sources_stands_apart_and_is_explained() -> None:
    text = report_page.page(made())
    rules, across = text.split('<h2 id="trajecten">')[1].split("<h3>Over bronnen heen</h3>")
    assert "overlapping_trajectory" not in rules and "over_24_months" in rules
    assert "Geen enkel bestand is op zich fout" in across and "overlapping_trajectory" in across
    assert text.count("<h3>Over bronnen heen</h3>") == 1


def test_a_source_is_late_by_the_rhythm_in_its_yaml_and_by_today() -> None:
    """Every month and ten days: 31 + 10. Every quarter and fifteen: 92 + 15."""
    report = made(
        [
            entry("trajecten_2024-04-20", "run-1", 10),
            entry("klantprofielen_2024-04-21", "run-1", 10),
            entry("leefloners_2024-02-15", "run-1", 10),
            entry("arbeidsmarktposities_2024-02-14", "run-1", 10),
            entry("transmissies_2024-05-01", "run-1", 1),
        ]
    )
    late = {s.source: (s.days_ago, s.every, s.is_late) for s in report.sources if s.newest}
    assert late == {
        "trajecten": (42, "maand", True),
        "klantprofielen": (41, "maand", False),
        "leefloners": (107, "kwartaal", False),
        "arbeidsmarktposities": (108, "kwartaal", True),
        "transmissies": (31, "maand", False),
    }
    assert "20/04/2024 Laat 42 dagen geleden; verwacht elke maand" in words(report_page.page(report))


def test_demo_data_is_late_by_its_newest_delivery_and_the_page_says_so() -> None:
    synthetic = [replace(e, file_name=e.file_name.replace(".csv", "_synthetisch.csv")) for e in LEDGER]
    text = words(report_page.page(made(synthetic)))
    assert "gemeten op de dag van de nieuwste levering (01/06/2024) en niet op vandaag" in text


def words(text: str) -> str:
    """What a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", text.split("<body>")[1]).split())


class Page(HTMLParser):
    """What a browser and a screen reader need of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_the_page_needs_nothing_else_and_can_be_read_by_all() -> None:
    text = report_page.page(made())
    page = Page(text)
    assert page.all("html") == [{"lang": "nl-BE"}]
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in page.tags}
    assert "http" not in text and "@import" not in text and "url(#" in text
    assert all(each.get("scope") for each in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table")) > 4
    assert len(page.all("title")) > 1 and all(each.get("aria-labelledby") for each in page.all("svg"))
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and all(b <= a + 1 for a, b in pairwise(levels))
    ids = [a["id"] for _, a in page.tags if a.get("id")]
    assert len(ids) == len(set(ids))
    assert {a["href"] for a in page.all("a")} <= {f"#{each}" for each in ids}


def test_the_page_tells_counts_rules_and_remedies_and_escapes_what_came_from_outside() -> None:
    text = report_page.page(made(blocked=True))
    assert "lacks &lt;b&gt;besluit&lt;/b&gt; &amp; more" in text
    assert "2,50\N{NO-BREAK SPACE}%" in text and "2\N{NO-BREAK SPACE}000" in text
    assert "De einddatum van" not in text and "Kijk start- en einddatum van beide trajecten na" in text
    assert "Niet gepubliceerd" in text
    assert "Niet gepubliceerd" not in report_page.page(made())


def test_the_same_state_gives_the_same_page() -> None:
    assert report_page.page(made()) == report_page.page(made(list(reversed(LEDGER))))


def test_reports_are_kept_and_the_link_leads_to_the_newest(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_page, "KEPT", 2)
    workspace = Workspace(settings)
    assert report_page.write(workspace) is None and report_page.latest(settings.folder) is None
    for number, each in enumerate(LEDGER[:1] + [entry(f"transmissies_2024-03-0{n}", f"run-{n}", 5) for n in (3, 4)]):
        ledger.append(settings.folder.ledger, [each])
        written = report_page.write(workspace)
        assert written and written[0] == report_page.latest(settings.folder)
        assert not written[0].stat().st_mode & 0o007, "it holds small counts"
        assert "<h1>VERTROUWELIJK" in written[0].read_text(encoding="utf-8")
        assert len(list(settings.folder.reports.glob("kwaliteitsrapport_*"))) == min(2, number + 1)


def test_a_blocked_run_gets_its_report_and_a_told_one_keeps_its_own(settings: Settings) -> None:
    ledger.append(settings.folder.ledger, LEDGER)
    workspace = Workspace(settings)
    report_page.ensure(workspace)
    path = report_page.latest(settings.folder)
    assert path and "Niet gepubliceerd" in path.read_text(encoding="utf-8")
    report_page.write(workspace)
    report_page.ensure(workspace)
    assert "Niet gepubliceerd" not in path.read_text(encoding="utf-8")


def test_a_run_that_was_killed_after_it_published_was_not_blocked(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run after it writes the report, and has nothing to publish any more."""
    ledger.append(settings.folder.ledger, LEDGER)
    monkeypatch.setattr(report_page.publication, "of_dates", lambda *_: object())
    report_page.ensure(Workspace(settings))
    path = report_page.latest(settings.folder)
    assert path and "Niet gepubliceerd" not in path.read_text(encoding="utf-8")


def test_a_run_that_was_killed_before_the_link_moved_gets_its_report_shown(settings: Settings) -> None:
    workspace = Workspace(settings)
    ledger.append(settings.folder.ledger, LEDGER[:1])
    former = report_page.write(workspace)
    ledger.append(settings.folder.ledger, [entry("transmissies_2024-03-04", "run-4", 5)])
    newest = report_page.write(workspace)
    assert former and newest
    settings.folder.quality_report.unlink()
    settings.folder.quality_report.symlink_to(former[0].name)
    report_page.ensure(workspace)
    assert report_page.latest(settings.folder) == newest[0]


def test_a_ledger_of_before_the_checks_were_kept_can_be_read_and_grows_the_column(settings: Settings) -> None:
    import duckdb

    path = settings.folder.ledger
    ledger.append(path, LEDGER[:1])
    with duckdb.connect() as con:
        con.execute(f"copy (select * exclude (checks) from '{path}') to '{path}.old' (format parquet)")
    path.with_name(f"{path.name}.old").replace(path)
    assert not ledger.is_current(path)
    assert [e.checks for e in ledger.read(path)] == [None]
    checks = (Check("over_24_months", "warn", 8, 0),)
    ledger.append(path, [entry("trajecten_2024-03-31", "run-3", 8, checks=checks)])
    assert ledger.is_current(path)
    assert [e.checks for e in ledger.read(path)] == [None, checks]


def test_changed_numbers_are_told_per_delivery_and_in_all() -> None:
    changes = [
        NumberChanges("insz_wijzigingen_2024-01-31.csv", dt.date(2024, 1, 31), 1200, 0, 300),
        NumberChanges("insz_wijzigingen_2024-02-29.csv", dt.date(2024, 2, 29), 34, 2, 5),
    ]
    delivered = [*LEDGER, entry("changes_2024-02-29", "run-2", 34, source="insz_wijzigingen")]
    report = quality.make(delivered, TODAY, CONTRACTS, FOUND, TEXTS, number_changes=changes)
    assert report
    text = words(report_page.page(report))
    assert "1 234 veranderde nummers, waarvan 2 in een kring" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert 'in plaats van "onbekend": 305.' in text
    assert text.index("insz_wijzigingen_2024-02-29.csv 2024-02-29 34 2 5") < text.index(
        "insz_wijzigingen_2024-01-31.csv"
    )
    assert "Wat de wijzigingen doen" not in report_page.page(made(delivered))
