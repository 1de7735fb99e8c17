"""Writes a letter as a Word document (python-docx): the same letter gives the same bytes.

Every figure stands in a run of its own with the character style "Cijfer", so that a program finds all figures of a
finished document.
"""

import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from exports.answering.typography import HYPHEN, bound
from exports.statements.lookups import Block, Grid, Paragraph, Piece, QuotedFigure, piece_text
from exports.xlsx.archive import Parts, packed
from exports.xlsx.styles import FONT

CREATOR = "Datawarehouse TWE-OCMW"
LANGUAGE = "nl-BE"
FIGURE_STYLE = "Cijfer"
NAVY, BLUE, RED, GREY = (RGBColor.from_string(code) for code in ("1F3864", "2F5597", "9C0006", "404040"))
_LOOKS: dict[str, dict[str, Any]] = {
    "title": {"size": 18, "bold": True, "color": NAVY, "after": 2},
    "subtitle": {"size": 12, "color": GREY, "after": 8},
    "banner": {"size": 12, "bold": True, "color": RED, "after": 8},
    "fact": {"size": 10, "color": GREY, "after": 1},
    "heading": {"size": 14, "bold": True, "color": BLUE, "before": 14, "after": 4, "keep": True},
    "caption": {"size": 9, "bold": True, "before": 4, "after": 2, "keep": True},
    "question": {"italic": True, "after": 4},
    "small": {"size": 9, "color": GREY, "before": 2, "after": 6},
    "bullet": {"after": 2},
    "annex": {"after": 3},
    "answer": {"after": 5},
}
_INDENT = Cm(0.9)
_OF_TEMPLATE = ("/thumbnail", "/extended-properties")
"""What python-docx's own template would tell of itself: a picture, the program, and counts of its pages and words."""
_ADDRESS = re.compile(r"(https://\S*[^\s.,;)])")
"""A web address; a full stop or bracket after it is no part of it."""


def render_bytes(title: str, subject: str, created: dt.date, banner: str, blocks: Sequence[Block]) -> bytes:
    """The .docx file. `banner`, when given, is repeated at the top of every page."""
    document = Document()
    _set_up(document, title, subject, created, banner)
    before: Block | None = None
    for block, after in zip(blocks, [*blocks[1:], None], strict=True):
        if isinstance(block, Grid):
            _grid(document, block, isinstance(after, Paragraph) and after.style == "small")
        else:
            _paragraph(document, block, isinstance(before, Grid))
        before = block
    loose = io.BytesIO()
    document.save(loose)
    return packed(loose, Parts(), created)


def _element(name: str, **values: str) -> Any:
    """An element of WordprocessingML with attributes, all of the namespace w."""
    element = OxmlElement(f"w:{name}")
    for attribute, value in values.items():
        element.set(qn(f"w:{attribute}"), value)
    return element


def _set_up(document: Any, title: str, subject: str, created: dt.date, banner: str) -> None:
    relations = document.part.package.rels
    for name in [name for name, relation in relations.items() if relation.reltype.endswith(_OF_TEMPLATE)]:
        del relations[name]
    properties = document.core_properties
    properties.title, properties.subject, properties.author = title, subject, CREATOR
    properties.last_modified_by, properties.language, properties.comments = CREATOR, LANGUAGE, ""
    properties.created = properties.modified = dt.datetime.combine(created, dt.time())
    properties.revision = 1
    _one_font(document)
    normal = document.styles["Normal"]
    normal.font.size = Pt(11)
    looks = normal.element.get_or_add_rPr()
    if (language := looks.find(qn("w:lang"))) is None:
        looks.append(language := _element("lang"))
    language.set(qn("w:val"), LANGUAGE)
    document.styles.add_style(FIGURE_STYLE, WD_STYLE_TYPE.CHARACTER)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.3)
    section.top_margin = section.bottom_margin = Cm(2)
    if banner:
        _run(section.header.paragraphs[0], banner, _LOOKS["banner"] | {"size": 9})
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    page_number, run, text = _element("fldSimple", instr="PAGE"), _element("r"), _element("t")
    text.text = "1"
    run.append(text)
    page_number.append(run)
    footer._p.append(page_number)


def _one_font(document: Any) -> None:
    """The font of the workbooks for everything: the styles of python-docx's template name fonts of a theme."""
    for fonts in document.styles.element.iter(qn("w:rFonts")):
        for attribute in list(fonts.attrib):
            del fonts.attrib[attribute]
        for script in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{script}"), FONT)


def _paragraph(document: Any, block: Paragraph, after_grid: bool) -> None:
    looks = _LOOKS[block.style]
    styles = {"title": "Title", "heading": "Heading 1", "bullet": "List Bullet"}
    paragraph = document.add_paragraph(style=styles.get(block.style, "Normal"))
    layout = paragraph.paragraph_format
    layout.space_before = Pt(looks.get("before", 6 if after_grid else 0))
    layout.space_after = Pt(looks["after"])
    # what announces something stays with it: a heading, the first words on a part, a line that ends in a colon
    layout.keep_with_next = looks.get("keep", False) or (
        block.style == "answer" and (bool(block.number) or block.text.endswith(":"))
    )
    if block.style == "title":
        for border in paragraph.style.element.iter(qn("w:pBdr")):
            border.getparent().remove(border)
            break
    if block.number or block.style in ("answer", "small"):
        layout.left_indent = _INDENT
        layout.tab_stops.add_tab_stop(_INDENT)
    if block.style == "bullet":
        layout.left_indent, layout.first_line_indent = _INDENT + Cm(0.5), Cm(-0.5)
    if block.number:
        layout.first_line_indent = -_INDENT
        _run(paragraph, f"{block.number}\t", looks | {"bold": True})
    if block.link:
        _link(paragraph, block.text, block.link)
    else:
        _pieces(paragraph, block.pieces, looks)


def _pieces(paragraph: Any, pieces: Iterable[Piece], looks: dict[str, Any]) -> None:
    after_figure = False
    for piece in pieces:
        if isinstance(piece, QuotedFigure):
            _run(paragraph, piece.text, looks).style = FIGURE_STYLE
            after_figure = True
            continue
        if after_figure:
            piece, after_figure = bound(f"0{piece}")[1:], False  # a unit belongs to the figure before it
        for number, part in enumerate(_ADDRESS.split(piece)):  # every other part is an address
            if number % 2:
                _link(paragraph, part, part)
            elif part:
                _run(paragraph, part, looks)


def _run(paragraph: Any, text: str, looks: dict[str, Any]) -> Any:
    run = _write(paragraph.add_run(), bound(text))
    font = run.font
    font.name, font.size = FONT, Pt(looks.get("size", 11))
    font.bold, font.italic = looks.get("bold", False), looks.get("italic", False)
    if color := looks.get("color"):
        font.color.rgb = color
    return run


def _write(run: Any, text: str) -> Any:
    """The text in the run, with Word's own hyphen where no line may end: not every font has that character."""
    before, *after = text.split(HYPHEN)
    run.add_text(before)
    for piece in after:
        run._r.append(_element("noBreakHyphen"))
        run.add_text(piece)
    return run


def _link(paragraph: Any, text: str, target: str) -> None:
    relation = paragraph.part.relate_to(target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = _element("hyperlink")
    link.set(qn("r:id"), relation)
    run = _write(paragraph.add_run(), text if text == target else bound(text))
    run.font.name, run.font.color.rgb = FONT, RGBColor.from_string("0563C1")
    run.font.underline = True
    link.append(run._r)
    paragraph._p.append(link)


def _tight(table: Any) -> None:
    """Cells with a millimetre beside their text: amounts of several years fit across the page."""
    margins = _element("tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(side, w="57", type="dxa"))
    table._tbl.tblPr.append(margins)


def _mark(paragraph: Any, size: int) -> None:
    """The size of the end of a paragraph, which makes the height of an empty one."""
    looks = _element("rPr")
    looks.append(_element("sz", val=str(2 * size)))
    paragraph._p.get_or_add_pPr().append(looks)


def _grid(document: Any, grid: Grid, explained: bool) -> None:
    """The table on one page, with its caption and, when it is `explained` by the next paragraph, that one."""
    caption = document.add_paragraph()
    caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(6), Pt(2)
    caption.paragraph_format.keep_with_next = True
    caption.paragraph_format.left_indent = _INDENT
    _run(caption, grid.caption, _LOOKS["caption"])
    table = document.add_table(rows=0, cols=len(grid.header), style="Light Grid Accent 1")
    table.alignment = WD_TABLE_ALIGNMENT.RIGHT
    table.autofit = False
    narrow = len(grid.header) > 7
    names = max(len(piece_text(row[0])) for row in grid.rows)
    first = max(2.5 if narrow else 3.2, min(4.2, 0.17 * names))
    rest = (16.4 - 0.9 - first) / (len(grid.header) - 1)
    longest = max(len(piece_text(piece)) for row in grid.rows for piece in row[1:])
    size = next((of for of in (9, 8, 7) if longest * of * 0.0195 <= rest - 0.2 and not (narrow and of > 8)), 7)
    _tight(table)
    for index, column in enumerate(table.columns):
        column.width = Cm(first if index == 0 else rest)
    for number, row in enumerate((grid.header, *grid.rows)):
        cells = table.add_row().cells
        for index, (cell, piece) in enumerate(zip(cells, row, strict=True)):
            cell.width = Cm(first if index == 0 else rest)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.keep_with_next = explained or number < len(grid.rows)
            paragraph.paragraph_format.space_after = Pt(0)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if index else WD_ALIGN_PARAGRAPH.LEFT
            _pieces(paragraph, (piece,), {"size": size, "bold": number == 0 or index == 0})
            _mark(paragraph, size)
    table.rows[0]._tr.get_or_add_trPr().append(_element("tblHeader", val="true"))  # repeated on every page
