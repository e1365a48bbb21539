"""Files and pastes -> Papers, as a stream.

One module a format. To add a format, write a module with a class like `SavedPage` (it fits the
`Format` protocol) and put an instance of it into the tuple `FORMATS` of `detect`. Formats that are
no text, `pdf` and `parquet`, are told by their first bytes in `reader`.
"""

from assistant.reading.archives import UPLOAD_LIMITS, Limits
from assistant.reading.detect import FORMATS, detect
from assistant.reading.format import Failure, Format, OnFailure
from assistant.reading.reader import READABLE, OnFormat, read_bytes, read_file, read_stream

__all__ = [
    "FORMATS",
    "READABLE",
    "UPLOAD_LIMITS",
    "Failure",
    "Format",
    "Limits",
    "OnFailure",
    "OnFormat",
    "detect",
    "read_bytes",
    "read_file",
    "read_stream",
]
