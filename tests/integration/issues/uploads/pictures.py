"""Pictures to send."""

from io import BytesIO

from PIL import Image


def a_picture(colour: str = "red", size: int = 400, *, taken: str | None = None) -> bytes:
    """A square PNG of one colour; `taken`: what the camera says of the time, in the words of EXIF."""
    out, labels = BytesIO(), Image.Exif()
    if taken is not None:
        labels.get_ifd(0x8769)[0x9003] = taken
    Image.new("RGB", (size, size), colour).save(out, "PNG", exif=labels.tobytes())
    return out.getvalue()
