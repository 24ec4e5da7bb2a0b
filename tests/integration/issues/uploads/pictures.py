"""Pictures to send."""

from io import BytesIO

from PIL import Image


def a_picture(colour: str = "red", size: int = 400) -> bytes:
    """A square PNG of one colour."""
    out = BytesIO()
    Image.new("RGB", (size, size), colour).save(out, "PNG")
    return out.getvalue()
