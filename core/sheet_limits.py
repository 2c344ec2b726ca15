"""How large a spreadsheet may be, in one place for the server and for the process that reads workbooks.

The figures are for a roll of officers or a bank of items; whoever needs more splits the file.
"""

MEBIBYTE = 1024 * 1024

MAX_UPLOAD_BYTES = 10 * MEBIBYTE
MAX_ROWS = 20_000  # rows that hold something, the header not counted
MAX_COLUMNS = 100
MAX_LINES = 100_000  # rows counted with the empty ones between and below
MAX_CHARACTERS = 16_000_000  # a shared text may stand in many cells, so the cells are counted, not the file

MAX_UNPACKED_BYTES = 64 * MEBIBYTE
MAX_RATIO = 100  # unpacked to packed, for parts of more than one mebibyte
MAX_PARTS = 200

READER_MEMORY_BYTES = 1024 * MEBIBYTE
READER_CPU_SECONDS = 20
READER_WAIT_SECONDS = 30.0
READERS_AT_ONCE = 2
