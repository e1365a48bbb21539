"""Files and pasted text -> Papers, as a stream.

To add a format, write a module with a `Format` and put it into the tuple `FORMATS` of `detect`.
Binary formats, `pdf` and `parquet`, are detected by their first bytes in `reader`.
"""

from assistant.reading.detect import FORMATS, ReadAs, detect
from assistant.reading.format import Failure, Format, OnFailure, Skip
from assistant.reading.inputs import NamedBytes, PaperInputs
from assistant.reading.reader import (
    READABLE,
    OnFormat,
    OnProbable,
    read_bytes,
    read_file,
    read_stream,
)
from assistant.reading.unpacking import UPLOAD_LIMITS, Limits

__all__ = [
    "FORMATS",
    "READABLE",
    "UPLOAD_LIMITS",
    "Failure",
    "Format",
    "Limits",
    "NamedBytes",
    "OnFailure",
    "OnFormat",
    "OnProbable",
    "PaperInputs",
    "ReadAs",
    "Skip",
    "detect",
    "read_bytes",
    "read_file",
    "read_stream",
]
