"""What a cell means, as formulas that Excel and LibreOffice both know: its text, and its value when it has one.

A formula is given a name, which is relative to the row, so that others are built from it: `twe_tekst_startdatum` is the
text of the row's startdatum without blanks around it, `twe_waarde_startdatum` its value, or an error when it has none.
They read what a person types as ingest reads the file; a test holds both together. LibreOffice puts the formula in the
place of its name, and takes 8,192 parts in all: a formula that uses another one many times can't be used many times.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from expectations.contract import MAX_TEXT
from expectations.model import Column, SourceContract
from exports.xlsx.cells import column_letters

LISTS = "lijsten"
"""Name of the hidden sheet."""
YES, NO = ("J", "JA", "TRUE", "WAAR", "1"), ("N", "NEE", "FALSE", "ONWAAR", "0")
_BLANKS = "\u00a0\u200b\ufeff"
"""Blanks that TRIM leaves: those that are pasted most."""
DATES = ("date", "month")
NUMBERS = ("integer", "amount")
LARGEST = {"integer": 2_147_483_647, "amount": 9_999_999_999.99}


@dataclass(frozen=True)
class Place:
    """Where the columns of a source stand on its sheet."""

    sheet: str
    letters: dict[str, str]

    def cell(self, column: str) -> str:
        """The cell of a column in the row of whoever asks: names are written as seen from row 1."""
        return f"{self.sheet}!${self.letters[column]}1"

    def cells(self, column: str, last_row: int) -> str:
        """All cells of a column."""
        letters = self.letters[column]
        return f"{self.sheet}!${letters}$2:${letters}${last_row}"

    def cells_to_here(self, column: str) -> str:
        """The cells of a column down to the row of whoever asks."""
        letters = self.letters[column]
        return f"{self.sheet}!${letters}$1:${letters}1"


def place_of(contract: SourceContract) -> Place:
    """The columns in the order of the contract, from A on."""
    return Place(f"'{contract.source}'", {c.name: column_letters(i) for i, c in enumerate(contract.columns)})


def text(name: str) -> str:
    return f"twe_tekst_{name}"


def value(name: str) -> str:
    return f"twe_waarde_{name}"


def list_name(column: Column) -> str:
    """The name of the list that a column chooses from; "" when there is none."""
    match column.type:
        case "code":
            return f"twe_lijst_{column.code_list}"
        case "yesno":
            return "twe_lijst_janee"
        case "nis":
            return "twe_lijst_nis"
    return ""


def digits(part: str) -> str:
    """True when the text is nothing but digits; an error for most others."""
    return f'TEXT({part}+0,REPT("0",LEN({part})))={part}'


def among(part: str, options: str) -> str:
    """True when the text is one of the list, whatever its case; nothing in it is taken for a pattern."""
    return f"SUMPRODUCT(--({options}={part}))>0"


def literals(values: Iterator[object]) -> str:
    """An array of values in a formula."""
    return "{" + ",".join(quoted(v) for v in values) + "}"


def quoted(item: object) -> str:
    """A value in a formula."""
    if isinstance(item, str):
        return '"' + item.replace('"', '""') + '"'
    return str(item)


def names_of(column: Column, place: Place) -> Iterator[tuple[str, str]]:
    """(name, formula) of everything that is said of one cell of the column."""
    cell = place.cell(column.name)
    plain = f'{cell}&""'
    for blank in _BLANKS:
        plain = f'SUBSTITUTE({plain},"{blank}"," ")'
    yield text(column.name), f'IF(ISERROR({cell}),"#",TRIM(CLEAN({plain})))'
    yield from _READERS[column.type](column, cell, text(column.name))


Named = Iterator[tuple[str, str]]


def _text(column: Column, cell: str, given: str) -> Named:
    yield value(column.name), f'IF(OR({given}="",LEN({given})>{MAX_TEXT},ISERROR({cell})),NA(),{given})'


def _from_list(column: Column, cell: str, given: str) -> Named:
    yield value(column.name), f"IF({among(given, list_name(column))},UPPER({given}),NA())"


def _yesno(column: Column, cell: str, given: str) -> Named:
    yes, no = (among(given, literals(iter(words))) for words in (YES, NO))
    yield value(column.name), f'IF({yes},"J",IF({no},"N",NA()))'


def _insz(column: Column, cell: str, given: str) -> Named:
    """Eleven digits and a checksum; a number lost its zeros."""
    part = f"twe_cijfers_{column.name}"
    stripped = given
    for between in (" ", ".", "-", "/"):
        stripped = f'SUBSTITUTE({stripped},"{between}","")'
    yield part, f'IF(ISNUMBER({cell}),TEXT({cell},"00000000000"),{stripped})'
    first, check = f"LEFT({part},9)", f"RIGHT({part},2)+0"
    sound = f"OR(97-MOD({first},97)={check},97-MOD(2000000000+{first},97)={check})"
    ends = f"ISNUMBER(LEFT({given})+RIGHT({given}))"
    form = f'TEXT({part}+0,"00000000000")={part}'
    yield value(column.name), f"IF(AND({form},{ends}),IF({sound},{part},NA()),NA())"


def _integer(column: Column, cell: str, given: str) -> Named:
    typed = f"IF(AND({cell}>=0,{cell}=INT({cell}),{cell}<={LARGEST['integer']}),{cell},NA())"
    read = f"IF({digits(given)},IF({given}+0<={LARGEST['integer']},{given}+0,NA()),NA())"
    yield value(column.name), f"IF(ISNUMBER({cell}),{typed},{read})"


def _amount(column: Column, cell: str, given: str) -> Named:
    plain, whole, count, part = (f"twe_{name}_{column.name}" for name in ("bedrag", "cijfers", "decimalen", "getal"))
    yield plain, f'IF(OR(LEFT({given})="+",LEFT({given})="-"),MID({given},2,40),{given})'
    yield whole, f'SUBSTITUTE(SUBSTITUTE({plain},",",""),".","")'
    yield count, f'LEN({plain})-IFERROR(FIND(".",SUBSTITUTE({plain},",",".")),LEN({plain}))'
    sound = f"AND({digits(whole)},{count}<3,{count}<LEN({plain})-1,LEN({plain})-LEN({whole})=IF({count}>0,1,0))"
    single = f"OR({sound},AND(LEN({plain})=1,{digits(whole)}))"
    read = f'IF({single},IF(LEFT({given})="-",-1,1)*{whole}/10^{count},NA())'
    yield part, f"IF(ISNUMBER({cell}),IF(ROUND({cell},2)={cell},{cell},NA()),{read})"
    yield value(column.name), f"IF(ABS({part})<={LARGEST['amount']},{part},NA())"


def _date(column: Column, cell: str, given: str) -> Named:
    day = f"twe_dag_{column.name}"
    yield day, f'SUBSTITUTE(SUBSTITUTE({given}," 00:00:00",""),"T00:00:00","")'
    iso = f'DATEVALUE({day})/(TEXT(SUBSTITUTE({day},"-","")+0,"0000-00-00")={day})'
    yield value(column.name), f"IF(ISNUMBER({cell}),{_number(cell)},IFERROR({iso},{_slashed(day)}))"


def _month(column: Column, cell: str, given: str) -> Named:
    iso = f'DATEVALUE({given}&"-01")/(TEXT(SUBSTITUTE({given},"-","")+0,"0000-00")={given})'
    full = f"twe_dag_{column.name}"
    yield full, f'"1/"&{given}'
    typed = f"{_number(cell)}/(DAY({cell})=1)"
    yield value(column.name), f"IF(ISNUMBER({cell}),{typed},IFERROR({iso},{_slashed(full)}))"


def _number(cell: str) -> str:
    """The day of a date cell; one with a time is none."""
    return f"{cell}/AND({cell}=INT({cell}),{cell}>=1)"


def _slashed(part: str) -> str:
    """The day of a text such as 1/02/2023. Wide blanks in the place of the slashes part the three numbers."""
    wide = f'SUBSTITUTE({part},"/",REPT(" ",20))'
    day, month, year = f"TRIM(LEFT({wide},20))", f"TRIM(MID({wide},11,30))", f"TRIM(RIGHT({wide},20))"
    written = f'TEXT({year}*10000+{month}*100+{day},"0000-00-00")'
    slashes = f'LEN({part})-LEN(SUBSTITUTE({part},"/",""))=2'
    return f'DATEVALUE({written})/AND(FIND("/",{part})<4,{month}+0<13,{year}+0>999,{slashes})'


_READERS = {
    "text": _text,
    "code": _from_list,
    "nis": _from_list,
    "yesno": _yesno,
    "insz": _insz,
    "integer": _integer,
    "amount": _amount,
    "date": _date,
    "month": _month,
}
