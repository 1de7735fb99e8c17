"""Odd CSV files."""

from ..world import World
from .kinds import ODD_VALUES, Kind, Verdict, joined, odd_values, quoted, refill, spoiled, texts, with_extra

ORACLE, REFUSED, EITHER, SAFE = Verdict.ORACLE, Verdict.REFUSED, Verdict.EITHER, Verdict.SAFE
WORDS = ("café", "Liège", "naïef", "5 €", "Škoda", "ÿ", "gewoon")
SIGNS = ";,\t|:'\"\n\r=\\"


def accented(world: World, source: str) -> str:
    rows = texts(world, source)
    return joined(with_extra(rows, "opmerkïng", lambda: world.rng.choice(WORDS), world.rng.randrange(len(rows[0]))))


def encoded(encoding: str, mark: bytes = b"") -> Kind:
    readable = encoding in ("utf-8", "utf-8-sig", "cp1252")
    name = f"in {encoding}{' with a mark' if mark else ''}"
    return Kind(
        name,
        "csv",
        ORACLE if readable else REFUSED,
        lambda world, source: mark + accented(world, source).encode(encoding, "replace"),
    )


def mixed_encodings(world: World, source: str) -> bytes:
    """Lines of one program under those of another."""
    lines = accented(world, source).splitlines(keepends=True)
    return b"".join(line.encode(world.rng.choice(("utf-8", "cp1252")), "replace") for line in lines)


def one_wrong_byte(world: World, source: str) -> bytes:
    content = accented(world, source).encode("utf-8")
    place = world.rng.randrange(len(content))
    return content[:place] + bytes([world.rng.randrange(128, 256)]) + content[place:]


def half_a_letter(world: World, source: str) -> bytes:
    return accented(world, source).encode("utf-8") + "é".encode()[:1]


def parted_by(separator: str, verdict: Verdict) -> Kind:
    return Kind(
        f"parted by {separator!r}",
        "csv",
        verdict,
        lambda world, source: joined(texts(world, source), separator).encode(),
    )


def two_separators(world: World, source: str) -> bytes:
    rows = texts(world, source)
    return (joined(rows[:1], ";") + "".join(joined([row], world.rng.choice(";,\t")) for row in rows[1:])).encode()


def named_separator(world: World, source: str) -> bytes:
    separator = world.rng.choice(";,")
    return (
        f"{world.rng.choice(('sep', 'SEP', 'Sep'))}={separator}\n" + joined(texts(world, source), separator)
    ).encode()


def oddly_named_separator(world: World, source: str) -> bytes:
    first = world.rng.choice(
        ("sep=", "sep=\t", "sep=;;", '"sep=;"', " sep=;", "sep =;", "sep=;;;;", "sep=|", "sep=\x00")
    )
    return f"{first}\r\n{joined(texts(world, source))}".encode()


def signs_between(world: World, source: str) -> bytes:
    """Quotes, separators and line breaks where nobody expects them."""
    text = world.rng.choice((joined, quoted))(texts(world, source))
    for _ in range(world.rng.choice((1, 1, 2, 3, 8))):
        place = world.rng.randrange(len(text) + 1)
        text = text[:place] + world.rng.choice(SIGNS + '"' * 8) + text[place:]
    return text.encode()


def typed_quotes(world: World, source: str) -> bytes:
    notes = ('5" pijp', 'zegt "ja"', '"', '""', "“krom”", "'", 'open "', '"x', 'x"y"z', '\\"')
    return joined(with_extra(texts(world, source), "nota", lambda: world.rng.choice(notes))).encode()


def notes_over_lines(world: World, source: str) -> bytes:
    notes = ("een\ntwee", "een\r\ntwee\rdrie", "\n", 'zegt "ja"\nen nee', "een; twee\ndrie", "\n\n\n;", "gewoon")
    rows = texts(world, source)
    return quoted(with_extra(rows, "nota", lambda: world.rng.choice(notes), world.rng.randrange(len(rows[0])))).encode()


def zero_bytes(world: World, source: str) -> bytes:
    content = bytearray(world.rng.choice((joined, quoted))(texts(world, source)).encode())
    for _ in range(world.rng.choice((1, 3, 50))):
        content.insert(world.rng.randrange(4, len(content)), 0)
    return bytes(content)


def zeros_at_the_end(world: World, source: str) -> bytes:
    """As a disk leaves a file that was not written whole."""
    return joined(texts(world, source)).encode() + bytes(world.rng.choice((1, 512, 100_000)))


def large_cell(size: int, in_quotes: bool) -> Kind:
    def make(world: World, source: str) -> bytes:
        rows = texts(world, source)
        sign = world.rng.choice(("x", "é", "1", " ", "=", '""' if in_quotes else "'"))
        text = (quoted if in_quotes else joined)(rows)
        line = text.splitlines()[-1]
        place = world.rng.randrange(len(line))
        return (text + line[:place] + sign * (size // len(sign)) + line[place:] + "\n").encode()

    return Kind(f"a cell of {size // 10**6} MB{', quoted' * in_quotes}", "csv", EITHER, make, 0.3, size > 2_000_000)


def many_columns(world: World, source: str) -> bytes:
    rows = texts(world, source, 3)
    count = world.rng.choice((1_000, 20_000))
    named = world.rng.random() < 0.5
    extra = [f"kolom{n}" if named else "" for n in range(count)]
    return joined([rows[0] + extra, *(row + [""] * count for row in rows[1:])]).encode()


def many_fields(world: World, source: str) -> bytes:
    rows = texts(world, source, 3)
    return joined([*rows, rows[-1] + ["x"] * 20_000]).encode()


def ragged(world: World, source: str) -> bytes:
    rows = texts(world, source)
    for row in rows[1:]:
        match world.rng.randrange(5):
            case 0:
                row.pop(world.rng.randrange(len(row)))
            case 1:
                row.insert(world.rng.randrange(len(row) + 1), world.rng.choice(("", "x", " ", "93.05.18-223.61")))
            case 2:
                row[:] = row[:1]
            case 3:
                row += [""] * world.rng.randrange(4)
    return joined(rows).encode()


def nothing(world: World, source: str) -> bytes:
    return world.rng.choice(
        (
            b"",
            b"\n",
            b"\r\n" * 20,
            b" ",
            b"\xef\xbb\xbf",
            b";;;;",
            b'""',
            b'"',
            b"\0",
            bytes(4096),
            b"\x1a",
            b"sep=;",
            b"sep=,\n",
        )
    )


def only_a_header(world: World, source: str) -> bytes:
    rows = texts(world, source)[:1]
    blank = [world.rng.choice(("", " ", "\u00a0", "\t")) for _ in rows[0]]
    return joined([*rows, *([blank] * world.rng.randrange(4))]).encode()


def without_header(world: World, source: str) -> bytes:
    return joined(texts(world, source)[1:]).encode()


def wide(digits: str) -> str:
    """Digits as wide as the signs of Chinese."""
    return "".join(chr(0xFEE0 + ord(digit)) for digit in digits)


def odd_header(world: World, source: str) -> bytes:
    rows = texts(world, source)
    names, rng = rows[0], world.rng
    place = rng.randrange(len(names))
    match rng.randrange(7):
        case 0:
            names[place] = f"\u200b{names[place].upper()}\u00a0"
        case 1:
            names[place] = (
                names[place].replace("k", "\u212a").replace("s", "\u017f")
            )  # of which the lower case is k, or s
        case 2:
            names[place] = f"{names[place]}\0"
        case 3:
            names[place] = f"\x1b[2J{names[place]}"
        case 4:
            rows = with_extra(rows, rng.choice(ODD_VALUES[:80]), lambda: "")
        case 5:
            rows = with_extra(rows, names[place].title(), lambda: "x", 0)
        case 6:
            rows = with_extra(
                rows, rng.choice(("93.05.18-223.61", wide("93051822361"), "jan 93051822361")), lambda: "x"
            )
    return joined(rows).encode()


def odd_line_ends(world: World, source: str) -> bytes:
    ends = ("\n", "\r", "\r\n", "\n\r", "\r\r\n", "\n\n")
    rows = texts(world, source)
    return "".join(joined([row], end=world.rng.choice(ends)) for row in rows).encode()


def ends_of_other_lands(world: World, source: str) -> bytes:
    """What some programs take for the end of a line and a CSV file does not."""
    end = world.rng.choice(("\x0b", "\x0c", "\x1c", "\x1e", "\x85", "\u2028", "\u2029"))
    return joined(with_extra(texts(world, source), "nota", lambda: f"een{end}twee")).encode()


def odd_cells(world: World, source: str) -> bytes:
    rows = refill(world, source, texts(world, source), odd_values(world, source))
    return world.rng.choice((quoted, quoted, joined))(rows).encode("utf-8", "surrogatepass")


def all_joiners(world: World, source: str) -> bytes:
    rows = with_extra(texts(world, source), "nota", lambda: '\x1f\ue000\ue001\ue002"')
    return world.rng.choice((joined, quoted))(rows).encode()


def changed(world: World, source: str) -> bytes:
    return spoiled(world.rng, world.rng.choice((joined, quoted))(texts(world, source)).encode())


def noise(world: World, source: str) -> bytes:
    return world.rng.randbytes(world.rng.choice((1, 10, 1_000, 50_000)))


def short_lines(count: int) -> Kind:
    def make(world: World, source: str) -> bytes:
        return (joined(texts(world, source)) + world.rng.choice(("x\n", ";\n", "\n", '""\n')) * count).encode()

    return Kind(f"{count:,} short lines", "csv", SAFE, make, 0.2, count > 100_000)


KINDS = [
    *(encoded(name) for name in ("utf-8", "utf-8-sig", "cp1252", "utf-16-le", "utf-16-be", "utf-32", "cp500")),
    encoded("utf-16-le", b"\xff\xfe"),
    encoded("utf-16-be", b"\xfe\xff"),
    encoded("utf-8-sig", b"\xef\xbb\xbf"),
    Kind("lines in two encodings", "csv", ORACLE, mixed_encodings, 2),
    Kind("one byte of no UTF-8", "csv", ORACLE, one_wrong_byte, 2),
    Kind("half a letter at the end", "csv", ORACLE, half_a_letter),
    *(parted_by(sign, ORACLE) for sign in (";", ",", ";;")),
    *(parted_by(sign, REFUSED) for sign in ("\t", "|", ":", "^")),
    Kind("two separators", "csv", ORACLE, two_separators),
    Kind("a named separator", "csv", ORACLE, named_separator),
    Kind("an oddly named separator", "csv", SAFE, oddly_named_separator),
    Kind("signs between", "csv", ORACLE, signs_between, 6),
    Kind("typed quotes", "csv", ORACLE, typed_quotes, 3),
    Kind("notes over lines", "csv", ORACLE, notes_over_lines, 3),
    Kind("zero bytes", "csv", ORACLE, zero_bytes, 2),
    Kind("zeros at the end", "csv", ORACLE, zeros_at_the_end),
    large_cell(1_000_000, False),
    large_cell(1_000_000, True),
    large_cell(10_000_000, False),
    large_cell(10_000_000, True),
    Kind("20,000 columns", "csv", ORACLE, many_columns, 0.3),
    Kind("a row of 20,000 fields", "csv", ORACLE, many_fields, 0.3),
    Kind("ragged", "csv", ORACLE, ragged, 2),
    Kind("nothing", "csv", REFUSED, nothing),
    Kind("only a header", "csv", REFUSED, only_a_header),
    Kind("without a header", "csv", REFUSED, without_header),
    Kind("an odd header", "csv", ORACLE, odd_header, 3),
    Kind("odd line ends", "csv", ORACLE, odd_line_ends, 2),
    Kind("ends of other lands", "csv", ORACLE, ends_of_other_lands),
    Kind("odd cells", "csv", ORACLE, odd_cells, 12),
    Kind("all joiners", "csv", SAFE, all_joiners),
    Kind("changed bytes", "csv", ORACLE, changed, 12),
    Kind("noise", "csv", REFUSED, noise),
    short_lines(50_000),
    short_lines(3_000_000),
]
