"""PDFs with everything in them that a PDF should not bring along."""

import zlib
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import Image

SECRET = "SECRET 38.07N"


def a_pdf(pages: int = 1, **saving: object) -> bytes:
    """Pages of words and a photo with EXIF; scripts, actions, a form field, an embedded file, metadata."""
    pdf = Pdf.new()
    photo = _photo(pdf)
    for _ in range(pages):
        page = pdf.add_blank_page(page_size=(200, 200))
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        page.obj.Resources = Dictionary(XObject=Dictionary(A=photo), Font=Dictionary(F=font))
        page.obj.Contents = Stream(pdf, b"q 90 0 0 90 0 0 cm /A Do Q BT /F 12 Tf 10 150 Td (Broken lamp) Tj ET")
        page.obj.AA = Dictionary(O=_script())
        page.obj.Annots = Array([_link(pdf), _field(pdf)])
        page.obj.PieceInfo = Dictionary(Program=Dictionary(Private=String(SECRET)))
    pdf.Root.OpenAction = _script()
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=String(SECRET))
    pdf.attachments["evil.exe"] = b"MZ" + SECRET.encode()
    pdf.docinfo["/Author"] = SECRET
    with pdf.open_metadata() as metadata:
        metadata["dc:creator"] = [SECRET]
    out = BytesIO()
    pdf.save(out, **saving)  # type: ignore[arg-type]
    return out.getvalue()


def a_paper_of_pictures() -> bytes:
    """A page of a JPEG and a JPEG 2000 picture, each with labels inside and behind; on a layer that names its maker."""
    pdf = Pdf.new()
    layer = Dictionary(Type=Name.OCG, Name=String("Plan"), Usage=Dictionary(CreatorInfo=Dictionary(Creator=SECRET)))
    pdf.Root.OCProperties = Dictionary(OCGs=[pdf.make_indirect(layer)], D=Dictionary(Creator=String(SECRET)))
    jpeg, wavelets = BytesIO(), BytesIO()
    for out, kind, options in ((jpeg, "JPEG", {"progressive": True, "comment": SECRET}), (wavelets, "JPEG2000", {})):
        Image.new("RGB", (64, 64), "red").save(out, kind, **options)
    pixels = wavelets.getvalue().index(b"jp2c") - 4
    boxes = b"".join((8 + len(SECRET)).to_bytes(4) + name + SECRET.encode() for name in (b"xml ", b"uuid"))
    labelled = wavelets.getvalue()[:pixels] + boxes + wavelets.getvalue()[pixels:]
    page = pdf.add_blank_page(page_size=(200, 200))
    pictures = [
        Stream(pdf, data, Type=Name.XObject, Subtype=Name.Image, Width=64, Height=64, Filter=packing, **more)
        for data, packing, more in (
            (jpeg.getvalue() * 2, Name.DCTDecode, {"ColorSpace": Name.DeviceRGB, "BitsPerComponent": 8}),
            (labelled, Name.JPXDecode, {}),
        )
    ]
    page.obj.Resources = Dictionary(XObject=Dictionary(A=pictures[0], B=pictures[1]))
    page.obj.Contents = Stream(pdf, b"q 90 0 0 90 0 0 cm /A Do /B Do Q")
    out = BytesIO()
    pdf.save(out)
    return out.getvalue()


def plain(data: bytes) -> bytes:
    """The PDF with everything unpacked, so that what is in it can be seen."""
    out = BytesIO()
    with Pdf.open(BytesIO(data)) as pdf:
        if "/ID" in pdf.trailer:
            del pdf.trailer["/ID"]
        pdf.save(
            out,
            qdf=True,
            static_id=True,
            compress_streams=False,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        )
    return out.getvalue()


def a_bomb(megabytes: int) -> bytes:
    """A PDF of kilobytes whose page content is in an object stream that unfolds to `megabytes`."""
    packing = zlib.compressobj(9)
    packed = packing.compress(b"5 0     <<>>") + b"".join(
        packing.compress(bytes(1024 * 1024)) for _ in range(megabytes)
    )
    packed += packing.flush()
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources 5 0 R>>",
        4: b"<</Type/ObjStm/N 1/First 8/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed),
    }
    body, rows = b"%PDF-1.5\n", b"\0" + bytes(6)
    for number, content in objects.items():
        rows += b"\1" + len(body).to_bytes(4) + bytes(2)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    rows += b"\2" + (4).to_bytes(4) + bytes(2) + b"\1" + len(body).to_bytes(4) + bytes(2)
    index = b"<</Type/XRef/Size 7/W[1 4 2]/Root 1 0 R/Length %d>>stream\n%s\nendstream" % (len(rows), rows)
    return body + b"6 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF" % (index, len(body))


def _script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{SECRET}')"))


def _link(pdf: Pdf) -> pikepdf.Object:
    launch = Dictionary(S=Name.Launch, F=String("cmd.exe"))
    return pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=launch))


def _field(pdf: Pdf) -> pikepdf.Object:
    look = Stream(pdf, b"BT /F 9 Tf (drawn into the page) Tj ET", Type=Name.XObject, Subtype=Name.Form)
    look.BBox = Array([0, 0, 90, 9])
    note = Dictionary(Type=Name.Annot, Subtype=Name.FreeText, Rect=[0, 0, 90, 9], T=String(SECRET))
    note.AP, note.AA = Dictionary(N=pdf.make_indirect(look)), Dictionary(E=_script())
    return pdf.make_indirect(note)


def _photo(pdf: Pdf) -> pikepdf.Object:
    out, exif = BytesIO(), Image.Exif()
    exif[0x010E] = SECRET
    Image.new("RGB", (50, 50), "red").save(out, "JPEG", exif=exif, comment=SECRET)
    photo = Stream(pdf, out.getvalue(), Type=Name.XObject, Subtype=Name.Image, Width=50, Height=50)
    photo.ColorSpace, photo.BitsPerComponent, photo.Filter = Name.DeviceRGB, 8, Name.DCTDecode
    photo.Metadata = Stream(pdf, SECRET.encode())
    return pdf.make_indirect(photo)
