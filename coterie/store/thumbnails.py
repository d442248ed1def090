"""Small pictures of stored files: thumbnails/ab/cdef…-96.webp in the data folder, made when they are first asked for.

They are square, and have nothing of the original but its pixels: no places, cameras or comments.
"""

import tempfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path

SIZES = (96, 384)
FOLDER = "thumbnails"
# a picture with more is not decoded: it would take several hundred megabytes of memory
PIXELS_MAX = 40_000_000
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
_QUALITY = 80


def thumbnail(folder: Path, digest: str, source: Path, size: int) -> bytes | None:
    """A WebP of size × size pixels, one of SIZES; None if the source is missing or no picture that can be read."""
    path = _path(folder, digest, size)
    with suppress(FileNotFoundError):
        return path.read_bytes()
    data = _make(source, size)
    if data is not None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix="new-", delete=False) as part:
            part.write(data)
        Path(part.name).replace(path)
    return data


def remove_thumbnails(folder: Path, digest: str) -> None:
    """Deletes the small pictures of a file, if there are any."""
    for size in SIZES:
        _path(folder, digest, size).unlink(missing_ok=True)


def _path(folder: Path, digest: str, size: int) -> Path:
    return folder / FOLDER / digest[:2] / f"{digest[2:]}-{size}.webp"


def _make(source: Path, size: int) -> bytes | None:
    from PIL import Image, ImageOps  # lazy: 10 MB of memory, and most instances show few pictures

    try:
        with Image.open(source, formats=_FORMATS) as picture:
            if picture.width * picture.height > PIXELS_MAX:
                return None
            picture.draft("RGB", (2 * size, 2 * size))  # JPEG: decoded at a fraction of its size
            upright = ImageOps.exif_transpose(picture)
            mode = "RGBA" if upright.mode in ("RGBA", "LA", "PA", "P") else "RGB"
            small = ImageOps.fit(upright.convert(mode), (size, size))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    target = BytesIO()
    small.save(target, "WEBP", quality=_QUALITY)
    return target.getvalue()
