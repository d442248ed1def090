"""Small pictures of stored files: thumbnails/ab/cdef…-96.webp in the data folder, made when they are first asked for.

They are square, and have nothing of the original but its pixels: no places, cameras or comments.
"""

import tempfile
import threading
from contextlib import suppress
from io import BytesIO
from pathlib import Path

SIZES = (96, 384)
FOLDER = "thumbnails"
# a picture with more is not decoded. A JPEG is decoded at a fraction of its size; any other takes its pixels in memory,
# several times, however small its file is
PIXELS_MAX = {"JPEG": 40_000_000, "PNG": 16_000_000, "GIF": 16_000_000, "WEBP": 12_000_000}
# a JPEG with further pictures, as many phones write it: Pillow opens it as another format
_OF_SEVERAL = "MPO"
_QUALITY = 80
# so that the memory of one picture is that of all
_one_at_a_time = threading.Lock()


def thumbnail(folder: Path, digest: str, source: Path, size: int) -> bytes | None:
    """A WebP of size × size pixels, one of SIZES; None if the source is missing or no picture that can be read."""
    stored = find_thumbnail(folder, digest, size)
    if stored is not None:
        return stored
    path, data = _path(folder, digest, size), _make(source, size)
    if data is not None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix="new-", delete=False) as part:
            part.write(data)
        Path(part.name).replace(path)
    return data


def find_thumbnail(folder: Path, digest: str, size: int) -> bytes | None:
    """The small picture of a file, if it has been made."""
    with suppress(FileNotFoundError):
        return _path(folder, digest, size).read_bytes()
    return None


def remove_thumbnails(folder: Path, digest: str) -> None:
    """Deletes the small pictures of a file, if there are any."""
    for size in SIZES:
        _path(folder, digest, size).unlink(missing_ok=True)


def _path(folder: Path, digest: str, size: int) -> Path:
    return folder / FOLDER / digest[:2] / f"{digest[2:]}-{size}.webp"


def _make(source: Path, size: int) -> bytes | None:
    from PIL import Image, ImageOps  # lazy: 10 MB of memory, and most instances show few pictures

    try:
        with _one_at_a_time, Image.open(source, formats=tuple(PIXELS_MAX)) as picture:
            file_format = "JPEG" if picture.format == _OF_SEVERAL else picture.format or ""
            if picture.width * picture.height > PIXELS_MAX[file_format]:
                return None
            picture.draft("RGB", (2 * size, 2 * size))  # JPEG: decoded at a fraction of its size
            ImageOps.exif_transpose(picture, in_place=True)
            mode = "RGBA" if picture.mode in ("RGBA", "LA", "PA", "P") else "RGB"
            small = ImageOps.fit(picture if picture.mode == mode else picture.convert(mode), (size, size))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    target = BytesIO()
    small.save(target, "WEBP", quality=_QUALITY)
    return target.getvalue()
