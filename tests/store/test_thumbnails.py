"""Small pictures: how large a picture may be that is decoded, by its format."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from coterie.store import thumbnails


def picture(folder: Path, file_format: str, width: int, height: int, **options: object) -> Path:
    path = folder / file_format
    Image.new("RGB", (width, height), (200, 10, 10)).save(path, file_format, **options)
    return path


@pytest.mark.parametrize("file_format", ["PNG", "GIF", "WEBP", "JPEG"])
def test_a_picture_of_more_pixels_than_its_format_may_have_is_not_decoded(
    tmp_path: Path, file_format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(thumbnails.PIXELS_MAX, file_format, 400)
    assert thumbnails.thumbnail(tmp_path, "a" * 64, picture(tmp_path, file_format, 21, 20), 96) is None
    made = thumbnails.thumbnail(tmp_path, "b" * 64, picture(tmp_path, file_format, 20, 20), 96)
    assert made is not None and Image.open(BytesIO(made)).size == (96, 96)


def test_a_photo_with_a_second_picture_in_its_file_has_a_thumbnail_and_the_limit_of_a_jpeg(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = picture(tmp_path, "MPO", 21, 20, save_all=True, append_images=[Image.new("RGB", (21, 20))])
    assert thumbnails.thumbnail(tmp_path, "d" * 64, source, 96) is not None
    monkeypatch.setitem(thumbnails.PIXELS_MAX, "JPEG", 400)
    assert thumbnails.thumbnail(tmp_path, "e" * 64, source, 96) is None


def test_a_photo_that_lies_on_its_side_is_turned(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the top is at the right
    source = tmp_path / "photo"
    lying = Image.new("RGB", (200, 200), "red")
    lying.paste("blue", (0, 0, 200, 100))
    lying.save(source, "JPEG", exif=exif)
    made = thumbnails.thumbnail(tmp_path, "c" * 64, source, 96)
    assert made is not None
    upright = Image.open(BytesIO(made)).convert("RGB")
    left, right = upright.getpixel((10, 48)), upright.getpixel((85, 48))
    assert isinstance(left, tuple) and isinstance(right, tuple)
    assert left[0] > 200 > left[2] and right[2] > 200 > right[0]
