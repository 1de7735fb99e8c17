"""A sheet to type in: columns that are formatted to the bottom, lists to choose from, and colours that formulas give.

What is prepared costs no cells: a row that nobody filled in is no row, and the file stays small.
"""

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.page import PageMargins

from exports.xlsx.cells import RowWriter, SheetRows, column_letters, lines_of
from exports.xlsx.document import Sheet
from exports.xlsx.entry_form import EntryForm, FormColumn
from exports.xlsx.frame import A4, every_page, fit_width
from exports.xlsx.styles import Styles, XmlSheet

_TITLE, _MESSAGE = 32, 255  # characters that Excel takes
_LINE_HEIGHT = 15.0
_TALLEST = 409.0
_HEADER_LINES = 3
_WRONG = {"fill": PatternFill("solid", "FFC7CE", "FFC7CE"), "font": Font(color="9C0006")}
_DOUBTFUL = {"fill": PatternFill("solid", "FFD699", "FFD699"), "font": Font(color="7F4700")}


def form_rows(form: EntryForm, styles: Styles) -> SheetRows:
    """The header and the rows that are there."""
    writer = RowWriter()
    lines = max(lines_of(column.header, column.width) for column in form.columns)
    writer.row([(c.header, styles.form_header(c)) for c in form.columns], 13.5 * min(lines, _HEADER_LINES) + 5)
    notes = [(index, column.width) for index, column in enumerate(form.columns) if column.note]
    for number, row in enumerate(form.rows):
        cells = [
            (value, styles.form_cell(column, (number, column.header) in form.marked, value))
            for column, value in zip(form.columns, row, strict=True)
        ]
        height = max((lines_of(str(row[index] or ""), width) for index, width in notes), default=1)
        writer.row(cells, min(_TALLEST, _LINE_HEIGHT * height + 2) if height > 1 else None)
    whole = f"A1:{column_letters(len(form.columns) - 1)}{form.last_row}"
    remarks = f'<ignoredErrors><ignoredError sqref="{whole}" numberStoredAsText="1"/></ignoredErrors>'
    return SheetRows(writer.xml(), remarks.encode(), ())


def form_frame(xml: XmlSheet, sheet: Sheet, form: EntryForm, styles: Styles) -> None:
    """Everything around the rows: columns, messages, lists, colours, and how it is printed."""
    for index, column in enumerate(form.columns):
        letters = column_letters(index)
        xml.column_dimensions[letters].width = column.width
        styles.form_column(xml.column_dimensions[letters], column)
        cells = f"{letters}2:{letters}{form.last_row}"
        for formulas, looks in ((column.wrong, _WRONG), (column.doubtful, _DOUBTFUL)):
            for formula in formulas:
                xml.conditional_formatting.add(cells, FormulaRule([formula], stopIfTrue=True, **looks))
        if column.about:
            validation = _validation(column)
            validation.add(cells)
            xml.data_validations.append(validation)
    xml.freeze_panes = "A2"
    xml.page_setup.orientation = "landscape"
    xml.page_setup.paperSize = A4
    xml.page_margins = PageMargins(left=0.3, right=0.3, top=0.6, bottom=0.55, header=0.3, footer=0.3)
    xml.print_title_rows = "1:1"
    every_page(xml, sheet)
    fit_width(xml)
    xml._get_writer()  # view, columns and panes must be written before the rows are


def _validation(column: FormColumn) -> DataValidation:
    """Says what belongs in a cell, offers its list, and warns of what does not fit; it never stops a paste."""
    kind, formula = ("list", column.choices) if column.choices else ("custom", column.valid)
    return DataValidation(
        type=kind if formula else None,
        formula1=formula or None,
        allow_blank=True,
        errorStyle="warning",
        showErrorMessage=bool(formula),
        errorTitle=column.title[:_TITLE],
        error=column.about[:_MESSAGE],
        showInputMessage=True,
        promptTitle=column.title[:_TITLE],
        prompt=column.about[:_MESSAGE],
    )
