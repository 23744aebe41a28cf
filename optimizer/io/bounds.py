"""Name the largest files and tables that are read; what is larger is refused, with its size and the limit."""

MAX_BYTES = 1_000_000_000  # of any file
MAX_JSON_BYTES = 100_000_000  # its parsed form takes ten times as much memory
MAX_COLUMNS = 2_000
MAX_ROWS = 500_000
MAX_CELLS = 5_000_000
MAX_TEXT = 100_000_000  # characters in one column
MAX_UNPACKED = 60_000_000  # bytes of XML in a workbook, or of pages in a Parquet file, whatever its own size
MAX_RATIO = 40  # and above that, how many times its size a file may unpack to


def too_large(what: str, size: int, limit: int) -> str:
    """Say that something is larger than what is read."""
    return f"holds {size:,} {what}; the limit is {limit:,}"
