"""XML signatures with any one thing wrong, made of text alone.

Everything is written in its canonical form from the beginning, so that what is digested and signed
are slices of the text itself: no parser and no canonicalisation but the reader's own takes part.
"""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from gateway.card.documents.model import DocumentFormat, UnverifiedDocument, UnverifiedSignature
from gateway.card.documents.xml import read_xml
from gateway.card.signature import verify_signature
from gateway.virtual.keys import PrivateKey, hash_for
from tests.card.forge import sign_bytes

DSIG = "http://www.w3.org/2000/09/xmldsig#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
C14N_1_1 = "http://www.w3.org/2006/12/xml-c14n11"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = DSIG + "enveloped-signature"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
RSA_SHA256 = MORE + "rsa-sha256"

APPLICATION = (
    '<ApplData Id="ApplData">\n  <氏名>花咲　太郎</氏名>\n  <金額>1000</金額>\n</ApplData>'
)
STRUCTURE = '<構成情報 ID="構成情報"><管理情報>様式一</管理情報></構成情報>'


@dataclass(frozen=True)
class Signer:
    key: PrivateKey = field(repr=False)
    certificate: bytes

    def sign(self, octets: bytes) -> bytes:
        made = sign_bytes(self.key, octets)
        if not isinstance(self.key, ec.EllipticCurvePrivateKey):
            return made
        size = (self.key.key_size + 7) // 8
        return b"".join(number.to_bytes(size) for number in decode_dss_signature(made))


def text_of(octets: bytes) -> str:
    return b64encode(octets).decode("ascii")


def digest_of(covered: str) -> str:
    return text_of(hashlib.sha256(covered.encode()).digest())


def transform(algorithm: str, inside: str = "") -> str:
    return f'<Transform Algorithm="{algorithm}">{inside}</Transform>'


def reference(
    uri: str | None,
    covered: str,
    *transforms: str,
    digest_method: str = SHA256,
    digest: str | None = None,
) -> str:
    """`transforms`: whole Transform elements; Canonical XML 1.0 where none is given."""
    where = "" if uri is None else f' URI="{uri}"'
    return (
        f"<Reference{where}><Transforms>{''.join(transforms or (transform(C14N),))}</Transforms>"
        f'<DigestMethod Algorithm="{digest_method}"></DigestMethod>'
        f"<DigestValue>{digest_of(covered) if digest is None else digest}</DigestValue></Reference>"
    )


def signed_info(*references: str, method: str = RSA_SHA256, c14n: str = C14N) -> str:
    return (
        f'<SignedInfo xmlns="{DSIG}">'
        f'<CanonicalizationMethod Algorithm="{c14n}"></CanonicalizationMethod>'
        f'<SignatureMethod Algorithm="{method}"></SignatureMethod>'
        f"{''.join(references)}</SignedInfo>"
    )


def x509_data(certificates: Iterable[bytes]) -> str:
    each = "".join(f"<X509Certificate>{text_of(der)}</X509Certificate>" for der in certificates)
    return f"<X509Data>{each}</X509Data>"


def signature(
    signer: Signer,
    info: str,
    *,
    key_info: str | None = None,
    value: bytes | None = None,
    objects: str = "",
) -> str:
    value = signer.sign(info.encode()) if value is None else value
    key_info = x509_data([signer.certificate]) if key_info is None else key_info
    return (
        f'<Signature xmlns="{DSIG}">{info}<SignatureValue>{text_of(value)}</SignatureValue>'
        f"<KeyInfo>{key_info}</KeyInfo>{objects}</Signature>"
    )


def application(*signatures: str) -> bytes:
    """As e-Gov's are: the application, how it is made up, and who signed both."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<?xml-stylesheet href="a.xsl"?>\n<DataRoot>'
        f"{APPLICATION}{STRUCTURE}<署名情報>{''.join(signatures)}</署名情報></DataRoot>\n"
    ).encode()


def references() -> tuple[str, str]:
    return reference("#ApplData", APPLICATION), reference("#構成情報", STRUCTURE)


def good(signer: Signer) -> bytes:
    return application(signature(signer, signed_info(*references())))


def enveloped(signer: Signer, *transforms: str, before: str = "", within: str = "") -> bytes:
    """Over all of the document but the signature itself."""
    start, end = f"<申請>\n<氏名>花咲　太郎</氏名>{within}", "\n</申請>"
    transforms = transforms or (transform(ENVELOPED), transform(C14N))
    info = signed_info(reference("", before + start + end, *transforms))
    return f"{before}{start}{signature(signer, info)}{end}".encode()


def read(document: bytes) -> tuple[object, ...]:
    return read_xml(UnverifiedDocument(DocumentFormat.XML, document))


def stands(found: object, signer: Signer) -> bool:
    """Whether it was read, and its key signed the very digest that was returned."""
    if not isinstance(found, UnverifiedSignature):
        return False
    assert found.unverified_certificate == signer.certificate
    verify_signature(signer.key.public_key(), found.encoding, found.signature, found.digest)
    return True


def hash_name(key: PrivateKey) -> str:
    return "sha384" if isinstance(hash_for(key), hashes.SHA384) else "sha256"


Make = Callable[[Signer], bytes]
