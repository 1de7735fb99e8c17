"""The words of precheck: Dutch, per rule and row, and without a value of a row."""

from expectations import contract
from orchestration.quality.precheck.text import text
from orchestration.quality.precheck.verdict import FileVerdict, RuleVerdict


def test_it_says_per_rule_which_rows_what_it_means_and_what_to_do() -> None:
    broken = (
        RuleVerdict("invalid_startdatum", "reject", (2, 3, 4, 9, 11, 12)),
        RuleVerdict("over_24_months", "warn", (5,)),
    )
    made = FileVerdict("trajecten_2024-01-31.csv", "trajecten", "", ("let hierop",), 1200, 6, 1, broken)
    assert text([made]).splitlines()[:11] == [
        "trajecten_2024-01-31.csv: TWE-OCMW-trajecten",
        "  Let op: let hierop",
        "  1.200 rijen gelezen: 1.194 rijen aanvaard, waarvan 1 rij met een waarschuwing; 6 rijen geweigerd",
        "",
        "  GEWEIGERD invalid_startdatum, 6 rijen: rij 2-4, 9, 11-12",
        f"    {contract.load('trajecten').text_of('invalid_startdatum')[0]}",
        "    Verbeter de waarde en lever de rij opnieuw.",
        "",
        "  WAARSCHUWING over_24_months, 1 rij: rij 5",
        "    Het traject duurde langer dan 24 volle maanden.",
        "    Kijk start- en einddatum na; de rij is geladen.",
    ]


def test_very_many_rows_are_counted_and_files_are_added_up() -> None:
    broken = (RuleVerdict("invalid_startdatum", "reject", tuple(range(2, 402, 2))),)
    files = [
        FileVerdict("trajecten_2024-01-31.csv", "trajecten", rows_read=400, rows_quarantined=200, broken=broken),
        FileVerdict("iets.csv", None, "de naam is niet die van een levering"),
        FileVerdict("trajecten_2024-02-28.csv", "trajecten", rows_read=1),
    ]
    said = text(files)
    assert ", 78, 80 en nog 160 rijen\n" in said
    assert "iets.csv\n  GEWEIGERD, het hele bestand: de naam is niet die van een levering\n" in said
    assert "3 bestanden gecontroleerd: 1 in orde, 1 met geweigerde rijen, 1 geweigerd." in said
