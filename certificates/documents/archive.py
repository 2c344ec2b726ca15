"""Makes a drawn PDF one that will still be readable in fifty years: PDF/A-3a and PDF/UA-1.

One pass adds what the drawing library cannot: the tags in reading order, the description, the colours'
meaning, the data as a file inside, and an empty field for the signature. Clock and chance stay out of it.
"""

import zlib
from functools import cache
from io import BytesIO
from struct import pack
from typing import Any
from xml.sax.saxutils import escape

from pikepdf import Array, Dictionary, Name, Object, ObjectStreamMode, Pdf, Stream, open as open_pdf
from PIL import ImageCms

from certificates.documents.attachment import NAME
from certificates.documents.reading import Part

# Whoever signs fills this field and adds none; it is tagged, which a field added later would not be.
SIGNATURE_FIELD = "Signature1"
SIGNATURE_MEANING = "发证机关电子签名"
ATTACHMENT_MEANING = "证件信息（JSON）"

# ISO 32000-1, 12.5.3: printed, and locked against being moved or deleted.
_PRINTED_AND_LOCKED = 4 | 128
# Nothing in a page's operators, in a table of characters, or behind the last table of a typeface.
_BLANKS = b"\0\0\0\n"
# Where ISO 15076-1 puts the day on which a profile was made; ours is made anew in each process.
_PROFILE_DATE = slice(24, 36)


def archived(pdf: bytes, title: str, reading: Part, data: bytes) -> bytes:
    """Return the same pages as PDF/A-3a with their tags, their data inside and a place to sign."""
    with open_pdf(BytesIO(pdf)) as file:
        _describe(file, title)
        _attach(file, data)
        _tag(file, reading, _place_to_sign(file))
        _end_streams_clearly(file)
        written = BytesIO()
        file.save(
            written,
            min_version="1.7",
            deterministic_id=True,
            compress_streams=False,
            object_stream_mode=ObjectStreamMode.disable,
        )
    return written.getvalue()


def _end_streams_clearly(file: Pdf) -> None:
    """Let no stream end with a carriage return: with the line feed after it, it would count as one line's end.

    The archive's standard wants each length to be right, and one stream in 256 would be a byte too long. The
    last byte of packed data is a sum of what was packed, so blanks behind it make another.
    """
    for stream in file.objects:
        if isinstance(stream, Stream) and stream.read_raw_bytes().endswith(b"\r"):
            content = stream.read_bytes() + _BLANKS
            stream.write(zlib.compress(content), filter=Name.FlateDecode)
            if Name.Length1 in stream:
                stream.Length1 = len(content)


def _describe(file: Pdf, title: str) -> None:
    """Say what the file is and what its colours mean; the older table of properties would say it twice."""
    del file.docinfo
    root = file.Root
    root.Metadata = Stream(file, _METADATA.format(title=escape(title)).encode())
    root.Metadata.Type, root.Metadata.Subtype = Name.Metadata, Name.XML
    profile = Stream(file, _srgb())
    profile.N = 3
    intent = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier="sRGB",
        Info="sRGB IEC61966-2.1",
        DestOutputProfile=file.make_indirect(profile),
    )
    root.OutputIntents = Array([intent])
    if Name.Outlines in root:
        del root.Outlines


@cache
def _srgb() -> bytes:
    """Return the colour profile of screens, without the moment at which this process made it."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_PROFILE_DATE] = pack(">6H", 2000, 1, 1, 0, 0, 0)
    return bytes(profile)


def _attach(file: Pdf, data: bytes) -> None:
    """Put the data into the file, as what the pages were made from."""
    content = Stream(file, data)
    content.Type, content.Subtype = Name.EmbeddedFile, Name("/application/json")
    content.Params = Dictionary(Size=len(data))
    stored = file.make_indirect(content)
    entry = file.make_indirect(
        Dictionary(
            Type=Name.Filespec,
            F=NAME,
            UF=NAME,
            Desc=ATTACHMENT_MEANING,
            AFRelationship=Name.Data,
            EF=Dictionary(F=stored, UF=stored),
        )
    )
    file.Root.AF = Array([entry])
    file.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([NAME, entry])))


def _place_to_sign(file: Pdf) -> Object:
    """Add the empty signature field to the first page; it has no size, because a seal is not ours to draw."""
    page = file.pages[0].obj
    field = file.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=SIGNATURE_FIELD,
            TU=SIGNATURE_MEANING,
            F=_PRINTED_AND_LOCKED,
            Rect=Array([0, 0, 0, 0]),
            P=page,
            StructParent=len(file.pages),
        )
    )
    page.Annots = Array([field])
    page.Tabs = Name.S
    file.Root.AcroForm = Dictionary(Fields=Array([field]))
    return field


def _tag(file: Pdf, reading: Part, field: Object) -> None:
    """Write the tree of what is read out, and which marked piece of which page belongs where in it."""
    root = file.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    pages: list[Object] = [page.obj for page in file.pages]
    owners: list[Object] = [Array([]) for _page in pages]
    document = _element(file, reading, root, pages, owners)
    form = file.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Form, P=document, Pg=pages[0]))
    form.K = Dictionary(Type=Name.OBJR, Obj=field, Pg=pages[0])
    document.K.append(form)
    numbers: Any = Array([])
    for number, page in enumerate(pages):
        page.StructParents = number
        numbers.extend([number, file.make_indirect(owners[number])])
    numbers.extend([len(pages), form])
    root.K = document
    root.ParentTree = file.make_indirect(Dictionary(Nums=numbers))
    root.ParentTreeNextKey = len(pages) + 1
    file.Root.StructTreeRoot = root
    file.Root.MarkInfo = Dictionary(Marked=True)


def _element(file: Pdf, part: Part, parent: Object, pages: list[Object], owners: list[Object]) -> Object:
    made = file.make_indirect(Dictionary(Type=Name.StructElem, S=Name(f"/{part.role}"), P=parent))
    if part.alt:
        made.Alt = part.alt
    if part.lang:
        made.Lang = part.lang
    if part.bounds:
        bounds = Array([round(edge, 2) for edge in part.bounds])
        made.A = Dictionary(O=Name.Layout, BBox=bounds, Placement=Name.Block)
    if part.content is None:
        made.K = Array([_element(file, child, made, pages, owners) for child in part.parts])
    else:
        page, number = part.content
        made.Pg, made.K = pages[page], number
        owners[page].append(made)
    return made


_METADATA = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaid:part>3</pdfaid:part>
<pdfaid:conformance>A</pdfaid:conformance>
<pdfuaid:part>1</pdfuaid:part>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>zh-CN</rdf:li></rdf:Bag></dc:language>
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the file follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""
