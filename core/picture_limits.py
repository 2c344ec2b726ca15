"""How large pictures and archives of pictures may be, in one place for the server and the reading process.

The figures are for portraits as photographers and offices hand them over; a whole list of a city's
officers fits into one archive.
"""

MEBIBYTE = 1024 * 1024

MAX_PICTURE_BYTES = 5 * MEBIBYTE
MAX_PIXELS = 25_000_000
# One inch (25 by 35 millimetres) at 300 dots an inch, and as large as the largest place of a photo needs.
LEAST_WIDTH, LEAST_HEIGHT = 295, 413
LARGEST = (620, 868)
# Width to height: a passport picture has 5 : 7, a camera 3 : 4, the picture of an identity card 358 : 441.
NARROWEST, WIDEST = 0.65, 0.85
# Below this spread of brightness (0 to 127) there is nothing to be seen on a picture.
LEAST_SPREAD = 6.0
QUALITY = 90

MAX_ARCHIVE_BYTES = 100 * MEBIBYTE
MAX_ENTRIES = 3_000
MAX_NAME = 200
# Pictures are packed already; what grows this much was made to harm.
MAX_RATIO = 50
MAX_UNPACKED_BYTES = 1536 * MEBIBYTE

READER_MEMORY_BYTES = 1024 * MEBIBYTE
PICTURE_CPU_SECONDS = 10
PICTURE_WAIT_SECONDS = 30.0
ARCHIVE_WAIT_SECONDS = 60.0
