"""Reads uploaded tables: workbooks, CSV files, and text copied from a sheet."""

import csv
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any
from zipfile import BadZipFile

from python_calamine import CalamineError, CalamineWorkbook

ENCODINGS = ("utf-8-sig", "gb18030")
"""How Chinese CSV files are written; the second can read any file, so it is tried last."""

Table = list[list[str]]
"""The cells of each row, as text without spaces around it."""


class Unreadable(ValueError):
    """A file is no table that can be read."""


def of_file(content: bytes) -> Table:
    """The first sheet of a workbook (xlsx, xls, ods), or a CSV file; raises Unreadable."""
    if content[:2] == b"PK" or content[:4] == b"\xd0\xcf\x11\xe0":
        try:
            sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0)
            return _whole([[_text(cell) for cell in row] for row in sheet.to_python()])
        except (CalamineError, BadZipFile, IndexError, OSError, ValueError) as error:
            raise Unreadable(str(error)) from error
    if b"\0" in content:
        raise Unreadable
    for encoding in ENCODINGS:
        try:
            return of_text(content.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise Unreadable


def of_text(text: str) -> Table:
    """What was copied from a sheet, with tabs between the cells, or the text of a CSV file."""
    first = text.lstrip("\r\n").partition("\n")[0]
    mark = "\t" if "\t" in first else ","
    try:
        rows = csv.reader(StringIO(text), delimiter=mark)
        return _whole([[cell.strip() for cell in row] for row in rows])
    except csv.Error as error:
        raise Unreadable(str(error)) from error


def as_text(table: Table) -> str:
    """The table with tabs between the cells, as ``of_text`` reads it."""
    file = StringIO()
    csv.writer(file, delimiter="\t", lineterminator="\n").writerows(table)
    return file.getvalue()


def _whole(rows: Table) -> Table:
    """Without the empty rows at the end; those in between keep the numbers of rows true."""
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _text(cell: Any) -> str:
    """A cell as people read it: a number without ``.0``, a day without its hour."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()
