"""A file becomes text in DuckDB: one row of table `raw` per row of the file, one column per contract column.

`raw` holds `_delivery`, `_row` (as a spreadsheet numbers it), `_malformed`, `_fields` (the fields of a malformed row)
and the contract's columns as trimmed text, null when empty. Blank rows are no rows. Nothing is parsed here, but for
what only the file knows of a value: that an INSZ was a number, or a month a date.
"""

from duckdb import DuckDBPyConnection

from expectations.contract import SourceContract
from orchestration.ingest.inbox import Delivery, DeliveryError, Remark
from orchestration.ingest.readers import delimited, parquet, recognise, workbook
from orchestration.ingest.readers.table import UNREADABLE, HandOver, create_raw
from orchestration.ingest.readers.workbook import workbook_rows

__all__ = ["UNREADABLE", "HandOver", "create_raw", "read", "workbook_rows"]

FORMATS = {"csv": delimited.read, "xlsx": workbook.read, "parquet": parquet.read}


def read(
    con: DuckDBPyConnection, contract: SourceContract, delivery: Delivery, number: int, parts: HandOver | None = None
) -> list[Remark]:
    """Appends the rows of a delivery to `raw` as delivery `number`; returns remarks for its ledger entry. With `parts`,
    only the last rows are in `raw` in the end; the others were handed over, in the order of the file.

    Raises `DeliveryError` when the file is unreadable, lacks a required column or holds no row. Rows that were
    appended before the error stay behind under `number`, so the caller must drop them.
    """
    if not delivery.bytes:
        raise DeliveryError(
            "is empty (0 bytes), perhaps half copied; copy it whole",
            "is leeg (0 bytes), misschien half gekopieerd; kopieer het volledig",
        )
    try:
        recognise.refuse_other_content(delivery.path, delivery.format)
        remarks = FORMATS[delivery.format](con, contract, delivery.path, number, parts)
    except OSError as error:
        raise DeliveryError(
            f"cannot be read ({error.strerror}); give the pipeline read access",
            f"kan niet gelezen worden ({error.strerror}); geef de pipeline leesrechten",
        ) from None
    if not (parts and parts.given) and not con.execute("from raw where _delivery = ? limit 1", [number]).fetchall():
        raise DeliveryError(
            "holds no rows under its header; deliver it with rows, or not at all",
            "heeft geen rijen onder de kolomnamen; lever het met rijen, of niet",
        )
    return remarks
