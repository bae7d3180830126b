"""Signed PDFs of pyHanko's own writer and signer, and what may be done to them afterwards."""

# mypy: allow-untyped-calls
# pyHanko's writer has no types of its own: it is wrapped here.

import asyncio
import re
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    StreamObject,
    pdf_name,
    pdf_string,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter, copy_into_new_writer
from pyhanko.sign import signers
from pyhanko.sign.fields import (
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
)
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore

from gateway.virtual.authority import Issued
from gateway.virtual.keys import dump_private_key
from tests.card.forge import der

Range = tuple[int, int, int, int]
Update = Callable[[IncrementalPdfFileWriter], None]


_BYTE_RANGE = re.compile(rb"/ByteRange \[[^\]]*\] *")
_CONTENTS = re.compile(rb"/Contents (<[0-9a-fA-F]+>)")


def blank(*, stream_xrefs: bool = False) -> bytes:
    """One page, one text, one form field to be filled in."""
    made = PdfFileWriter(stream_xrefs=stream_xrefs)
    text = made.add_object(StreamObject(stream_data=b"BT /F1 12 Tf (100 yen) Tj ET"))
    made.insert_page(PageObject(contents=text, media_box=(0, 0, 595, 842)))
    field = DictionaryObject(
        {
            pdf_name("/FT"): pdf_name("/Tx"),
            pdf_name("/T"): pdf_string("Town"),
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Widget"),
            pdf_name("/Rect"): ArrayObject(),
        }
    )
    reference = made.add_object(field)
    made.root["/AcroForm"] = DictionaryObject({pdf_name("/Fields"): ArrayObject([reference])})
    made.root["/Pages"]["/Kids"][0]["/Annots"] = ArrayObject([reference])
    return written(made)


def written(made: PdfFileWriter | IncrementalPdfFileWriter) -> bytes:
    out = BytesIO()
    made.write(out)
    return out.getvalue()


def signer(issued: Issued) -> signers.SimpleSigner:
    """Signs as the card does whose key and certificate these are."""
    return signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(der(issued.certificate)),
        signing_key=asn1_keys.PrivateKeyInfo.load(dump_private_key(issued.private_key)),
        cert_registry=SimpleCertificateStore(),
    )


def sign(
    pdf: bytes,
    issued: Issued,
    name: str = "First",
    *,
    sub_filter: SigSeedSubFilter = SigSeedSubFilter.PADES,
    certify: MDPPerm | None = None,
    lock: FieldMDPSpec | None = None,
) -> bytes:
    """One signature more, in a field and a revision of its own."""
    signed: BytesIO = signers.sign_pdf(
        IncrementalPdfFileWriter(BytesIO(pdf)),
        signers.PdfSignatureMetadata(
            field_name=name,
            md_algorithm="sha256",
            subfilter=sub_filter,
            certify=certify is not None,
            docmdp_permissions=certify or MDPPerm.FILL_FORMS,
        ),
        signer(issued),
        new_field_spec=SigFieldSpec(name, field_mdp_spec=lock),
    )
    return signed.getvalue()


def timestamped(pdf: bytes, issued: Issued) -> bytes:
    stamper = DummyTimeStamper(
        asn1_x509.Certificate.load(der(issued.certificate)),
        asn1_keys.PrivateKeyInfo.load(dump_private_key(issued.private_key)),
    )
    pen = signers.PdfTimeStamper(stamper)
    stamped: BytesIO = pen.timestamp_pdf(IncrementalPdfFileWriter(BytesIO(pdf)), "sha256")
    return stamped.getvalue()


def updated(pdf: bytes, update: Update) -> bytes:
    """One revision more, which nobody signed."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    update(writer)
    return written(writer)


def change_page(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(StreamObject(stream_data=b"BT (900 yen) Tj ET"))
    writer.update_container(page)


def overwrite_text(writer: IncrementalPdfFileWriter) -> None:
    text = writer.root["/Pages"]["/Kids"][0]["/Contents"]
    text._data = b"BT (900 yen) Tj ET"
    text._encoded_data = None
    writer.update_container(text)


def annotate_page(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    note = DictionaryObject({pdf_name("/Type"): pdf_name("/Annot")})
    note["/Subtype"] = NameObject("/FreeText")
    page["/Annots"].append(writer.add_object(note))
    writer.update_container(page)


def fill_town(writer: IncrementalPdfFileWriter) -> None:
    field = writer.root["/AcroForm"]["/Fields"][0]
    field["/V"] = pdf_string("Hanazono")
    writer.update_container(field)


def encrypted(pdf: bytes) -> bytes:
    writer = copy_into_new_writer(PdfFileReader(BytesIO(pdf)))
    writer.encrypt("owner", "user")
    return written(writer)


def refer_to(number: int, key: str) -> Update:
    """The page names an object that is not there."""

    def update(writer: IncrementalPdfFileWriter) -> None:
        page = writer.root["/Pages"]["/Kids"][0]
        page[key] = IndirectObject(number, 0, writer)
        writer.update_container(page)

    return update


def add_page(writer: IncrementalPdfFileWriter) -> None:
    text = writer.add_object(StreamObject(stream_data=b"BT (and my house) Tj ET"))
    writer.insert_page(PageObject(contents=text, media_box=(0, 0, 595, 842)))


def with_dss(pdf: bytes, issued: Issued) -> bytes:
    """What is added for the long term: certificates (ETSI EN 319 142-1 §5.4)."""
    out = BytesIO(pdf)
    certificate = asn1_x509.Certificate.load(der(issued.certificate))
    DocumentSecurityStore.add_dss(out, None, certs=[certificate])
    return out.getvalue()


def instead_of_last(pdf: bytes, moved: dict[int, int]) -> bytes:
    """A revision that says all that the last one says, but of some objects that they stand
    elsewhere, and knows nothing of it."""
    xrefs = PdfFileReader(BytesIO(pdf)).xrefs
    last = xrefs.total_revisions - 1
    entries = xrefs.get_xref_data(last).standard_xrefs
    places = {number: place for number, (_, place) in entries.items()} | moved
    before = xrefs.get_startxref_for_revision(last - 1)
    return raw_revision(pdf, {}, places=places, previous=before)


def contents_of(pdf: bytes) -> list[range]:
    """Where /Contents of each signature stands, with its angle brackets."""
    return [range(*found.span(1)) for found in _CONTENTS.finditer(pdf)]


def with_contents(pdf: bytes, gap: range, signed_data: bytes) -> bytes:
    """`signed_data` in that place, filled up with zeros."""
    written_hex = signed_data.hex().encode().ljust(len(gap) - 2, b"0")
    return pdf[: gap.start + 1] + written_hex + pdf[gap.stop - 1 :]


def over(pdf: bytes, *numbers: object) -> bytes:
    """The last signature says that it is over other bytes."""
    found = list(_BYTE_RANGE.finditer(pdf))[-1]
    array = b"/ByteRange [" + " ".join(map(str, numbers)).encode() + b"]"
    return pdf[: found.start()] + array.ljust(len(found[0])) + pdf[found.end() :]


def signed_over(pdf: bytes, issued: Issued, *numbers: int) -> bytes:
    """As `over`, and the key has truly signed those bytes: only what it leaves out is wrong."""
    changed = over(pdf, *numbers)
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    digest = sha256(b"".join(changed[at : at + size] for at, size in pairs)).digest()
    signed_data = asyncio.run(signer(issued).async_sign(digest, "sha256")).dump()
    return with_contents(changed, contents_of(changed)[-1], signed_data)


def byte_ranges(pdf: bytes) -> list[Range]:
    """Of every signature, in their order."""
    return [_range(found) for found in _BYTE_RANGE.findall(pdf)]


def _range(array: bytes) -> Range:
    first, second, third, fourth = (int(found) for found in re.findall(rb"-?\d+", array))
    return first, second, third, fourth


def raw_revision(
    pdf: bytes,
    objects: dict[int, bytes],
    *,
    root: int = 1,
    places: dict[int, int] | None = None,
    previous: int | None = None,
) -> bytes:
    """One revision more, by hand: an attacker is bound to no library's care. `places`: objects that
    it says stand elsewhere; `previous`: not the last cross-references, but these."""
    if previous is None:
        previous = int(pdf.rsplit(b"startxref", 1)[1].split()[0])
    size = max(int(found) for found in re.findall(rb"/Size (\d+)", pdf))
    out, table = pdf, b"xref\n0 0\n"
    for number, body in objects.items():
        table += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    for number, place in (places or {}).items():
        table += b"%d 1\n%010d 00000 n \n" % (number, place)
    size = max([size, *(number + 1 for number in objects)])
    trailer = b"trailer\n<< /Root %d 0 R /Size %d /Prev %d >>\n" % (root, size, previous)
    return out + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(out)
