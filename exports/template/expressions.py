"""What a cell means, as formulas that Excel and LibreOffice both know: its text, and its value when it has one.

A formula is given a name, which is relative to the row, so that others are built from it: `twe_tekst_startdatum` is the
text of the row's startdatum without blanks around it, `twe_waarde_startdatum` its value, or "" when it has none. A date
is the number 20240131, since Excel knows no days before 1900. They read what a person types as ingest reads the file;
a test holds both together.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from expectations.model import Column, SourceContract
from exports.xlsx.cells import column_letters

LISTS = "lijsten"
"""Name of the hidden sheet."""
YES, NO = ("J", "JA", "TRUE", "WAAR", "1"), ("N", "NEE", "FALSE", "ONWAAR", "0")
_BLANKS = "\u00a0\u200b\u202f\u2060\ufeff"
"""Blanks that TRIM leaves; a few of many, as people paste them."""
_CONTROLS = (9, 10, 13)
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
    return Place(contract.source, {c.name: column_letters(i) for i, c in enumerate(contract.columns)})


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
    """True when the text is nothing but digits."""
    same = f'IFERROR(TEXT(--{part},REPT("0",LEN({part})))={part},FALSE)'
    return f'IF({part}="",FALSE,IF(LEN({part})>15,FALSE,{same}))'


def among(part: str, options: str) -> str:
    """True when the text is one of the list, whatever its case; nothing in it is taken for a pattern."""
    return f"SUMPRODUCT(--({options}={part}))>0"


def serial(day: str) -> str:
    """A day such as 20240131 as Excel counts days."""
    return f"DATE(INT({day}/10000),MOD(INT({day}/100),100),MOD({day},100))"


def day_of(number: str) -> str:
    """A day as Excel counts them, as 20240131."""
    return f"YEAR({number})*10000+MONTH({number})*100+DAY({number})"


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
    for blank in (*map(quoted, _BLANKS), *(f"CHAR({code})" for code in _CONTROLS)):
        plain = f'SUBSTITUTE({plain},{blank}," ")'
    yield text(column.name), f'IF(ISERROR({cell}),"#",TRIM({plain}))'
    yield from _READERS[column.type](column, cell, text(column.name))


def _text(column: Column, cell: str, given: str) -> Iterator[tuple[str, str]]:
    yield value(column.name), f'IF(ISERROR({cell}),"",{given})'


def _from_list(column: Column, cell: str, given: str) -> Iterator[tuple[str, str]]:
    yield value(column.name), f'IF({among(given, list_name(column))},UPPER({given}),"")'


def _yesno(column: Column, cell: str, given: str) -> Iterator[tuple[str, str]]:
    yes, no = (among(given, literals(iter(words))) for words in (YES, NO))
    yield value(column.name), f'IF({yes},"J",IF({no},"N",""))'


def _insz(column: Column, cell: str, given: str) -> Iterator[tuple[str, str]]:
    """Eleven digits and a checksum; a number lost its zeros."""
    part = f"twe_cijfers_{column.name}"
    stripped = given
    for between in ('" "', '"."', '"-"', '"/"'):
        stripped = f'SUBSTITUTE({stripped},{between},"")'
    ends = f"AND(ISNUMBER(--LEFT({given})),ISNUMBER(--RIGHT({given})))"
    number = f'IF({cell}=INT({cell}),TEXT({cell},"00000000000"),"")'
    yield part, f'IFERROR(IF(ISNUMBER({cell}),{number},IF({ends},{stripped},"")),"")'
    first, check = f"--LEFT({part},9)", f"--RIGHT({part},2)"
    sound = f"OR(97-MOD({first},97)={check},97-MOD(2000000000+{first},97)={check})"
    yield value(column.name), f'IF(LEN({part})<>11,"",IF({digits(part)},IF({sound},{part},""),""))'


def _integer(column: Column, cell: str, given: str) -> Iterator[tuple[str, str]]:
    typed = f'IF(AND({cell}>=0,{cell}=INT({cell})),{cell},"")'
    part = f"twe_getal_{column.name}"
    yield part, f'IF(ISNUMBER({cell}),{typed},IF({digits(given)},--{given},""))'
    yield value(column.name), f'IF({part}="","",IF({part}>{LARGEST["integer"]},"",{part}))'


def _amount(column: Column, cell: str, given: str) -> Iterator[tuple[str, str]]:
    plain, point, whole, cents, part = (
        f"twe_{name}_{column.name}" for name in ("bedrag", "punt", "euro", "cent", "getal")
    )
    yield plain, f'SUBSTITUTE(IF(OR(LEFT({given})="+",LEFT({given})="-"),MID({given},2,40),{given}),",",".")'
    yield point, f'IFERROR(FIND(".",{plain}),0)'
    yield whole, f"IF({point}=0,{plain},LEFT({plain},{point}-1))"
    yield cents, f'IF({point}=0,"0",MID({plain},{point}+1,40))'
    typed = f'IF(ROUND({cell},2)={cell},{cell},"")'
    sound = f"AND({digits(whole)},{digits(cents)},LEN({cents})<3)"
    read = f'IF(LEFT({given})="-",-1,1)*(--{whole}+{cents}/10^LEN({cents}))'
    yield part, f'IF(ISNUMBER({cell}),{typed},IF({sound},{read},""))'
    yield value(column.name), f'IF({part}="","",IF(ABS({part})>{LARGEST["amount"]},"",{part}))'


def _date(column: Column, cell: str, given: str) -> Iterator[tuple[str, str]]:
    day, first, second, iso = (f"twe_{name}_{column.name}" for name in ("dag", "streep", "streep2", "iso"))
    midnight = f'OR(EXACT(RIGHT({given},9)," 00:00:00"),EXACT(RIGHT({given},9),"T00:00:00"))'
    yield day, f"IF({midnight},LEFT({given},LEN({given})-9),{given})"
    yield first, f'IFERROR(FIND("/",{day}),0)'
    yield second, f'IFERROR(FIND("/",{day},{first}+1),0)'
    month, start = f"MID({day},{first}+1,{second}-{first}-1)", f"LEFT({day},{first}-1)"
    turned = f'MID({day},{second}+1,9)&"-"&{_two(month)}&"-"&{_two(start)}'
    yield iso, f"IF({second}=0,{day},{turned})"
    year, number, last = (f"--MID({iso},{at},{n})" for at, n in ((1, 4), (6, 2), (9, 2)))
    exists = f"DAY(DATE(MOD({year},400)+2000,{number},{last}))={last}"
    sound = f"AND({year}>0,{number}>0,{number}<13,{last}>0,{exists})"
    form = f'AND(LEN({iso})=10,MID({iso},5,1)="-",MID({iso},8,1)="-")'
    yield from _read_day(column, cell, iso, form, sound, f'--SUBSTITUTE({iso},"-","")', "")


def _month(column: Column, cell: str, given: str) -> Iterator[tuple[str, str]]:
    first, iso = (f"twe_{name}_{column.name}" for name in ("streep", "iso"))
    yield first, f'IFERROR(FIND("/",{given}),0)'
    turned = f'MID({given},{first}+1,9)&"-"&{_two(f"LEFT({given},{first}-1)")}'
    yield iso, f"IF({first}=0,{given},{turned})"
    year, number = f"--LEFT({iso},4)", f"--MID({iso},6,2)"
    form, sound = f'AND(LEN({iso})=7,MID({iso},5,1)="-")', f"AND({year}>0,{number}>0,{number}<13)"
    yield from _read_day(column, cell, iso, form, sound, f'100*SUBSTITUTE({iso},"-","")+1', f"DAY({cell})=1")


def _read_day(
    column: Column, cell: str, iso: str, form: str, sound: str, read: str, only: str
) -> Iterator[tuple[str, str]]:
    """The value of a date cell (`only` of some), or of a text of the `form` whose parts are `sound`."""
    plain = f'SUBSTITUTE({iso},"-","")'
    real = f"AND({cell}>=1,{cell}=INT({cell}),{cell}<2958466)"
    typed = f'IF({real},{f"IF({only},{day_of(cell)},{_NONE})" if only else day_of(cell)},"")'
    as_text = f'IF({form},IF({digits(plain)},IF({sound},{read},""),""),"")'
    yield value(column.name), f"IF(ISNUMBER({cell}),{typed},{as_text})"


_NONE = '""'


def _two(part: str) -> str:
    """One digit with a zero before it."""
    return f'IF(LEN({part})=1,"0","")&{part}'


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
