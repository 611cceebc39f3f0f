"""Writing a sheet people get back: every cell as text, so that no number loses a digit."""

import io
from collections.abc import Iterable
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from registry.imports.cells import text_of


def workbook(titles: Iterable[Any], rows: Iterable[Iterable[Any]], *, sheet: str = "Data") -> bytes:
    """Return an XLSX of one sheet. A cell that begins like a formula stays what it says."""
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.freeze_panes = "A2"
    for line in (titles, *rows):
        page.append([as_text(page, cell) for cell in line])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_text(sheet: Any, value: Any) -> Any:
    """Return a cell of the sheet that is text, whatever it looks like."""
    cell = WriteOnlyCell(sheet, value="")
    cell.value = text_of(value if isinstance(value, (int, float)) else str(value))
    cell.data_type = "s"
    cell.number_format = "@"
    return cell
