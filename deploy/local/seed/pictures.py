"""Small drawn pictures that stand for photos of what was put right."""

import io
import zlib

from PIL import Image, ImageDraw

_SIZE = (160, 120)
_WALLS = ("#e9e2d3", "#dfe5e8", "#e6ebdd", "#efe3dc")


def put_right(category: str, name: str) -> bytes:
    """A PNG that is the same for the same name: a tidy corridor, lit where the light was mended."""
    seed = zlib.crc32(name.encode())
    picture = Image.new("RGB", _SIZE, _WALLS[seed % len(_WALLS)])
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 96, 160, 120), fill="#9a8f80")
    draw.rectangle((58, 34, 102, 96), fill="#7d8a94", outline="#4d565e")
    draw.line((80, 34, 80, 96), fill="#4d565e")
    glow = "#fff3b0" if category == "lighting" else "#fbf8ee"
    draw.ellipse((68, 6, 92, 24), fill=glow, outline="#c9b458")
    if category == "wall":
        for row in range(40, 96, 14):
            draw.rectangle((110, row, 150, row + 12), fill="#f4efe4", outline="#b9ae98")
    for bit in range(32):  # each picture its own, for a photo shows one thing alone
        draw.point((2 + bit, 117), fill="#ffffff" if seed >> bit & 1 else "#000000")
    draw.text((4, 104), name.encode("ascii", "ignore").decode()[:24], fill="#ffffff")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
