"""The limits of a request's body. A route may set its own body_bytes_max; uploads have that of the settings."""

from msgspec import Struct

BODY_BYTES_MAX = 1_048_576
# A body that is too large is read and discarded up to here, so that the client receives the response
DISCARDED_BYTES_MAX = 67_108_864
SECONDS_BETWEEN_CHUNKS_MAX = 30.0
# a body may take so long, and longer for each byte that has arrived
BODY_SECONDS_MIN = 30.0
BODY_BYTES_PER_SECOND_MIN = 10_240


class FormLimits(Struct, frozen=True):
    """The limits of a form. The depth is Rack's; a key's length is in characters, other sizes are in bytes."""

    pairs: int = 4096
    key_length: int = 1024
    depth: int = 32
    parts: int = 1000
    files: int = 4
    header_count: int = 16
    header_bytes: int = 8192
    field_bytes: int = 1_048_576
    file_bytes: int = 10_485_760
    total_bytes: int = 20_971_520


FORM_LIMITS = FormLimits()
FILENAME_LENGTH_MAX = 255
