"""One wrong thing each, and the reason; beside it stands the document that is accepted."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.card.api import CertificateError, Reason
from tests.card.documents import xml_forge as forge
from tests.card.documents.xml_forge import (
    APPLICATION,
    C14N,
    ENVELOPED,
    Signer,
    application,
    reference,
    signature,
    signed_info,
    transform,
)
from tests.card.forge import der
from tests.card.world import Keys, World

CHANGED, MALFORMED = Reason.DOCUMENT_CHANGED, Reason.MALFORMED_DOCUMENT
UNSUPPORTED, TOO_COMPLEX = Reason.UNSUPPORTED_SIGNATURE, Reason.DOCUMENT_TOO_COMPLEX
NOBODY = "http://example.com/nobody"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
BASE64 = forge.DSIG + "base64"
NO_CERTIFICATE = "<X509Certificate>!</X509Certificate>"
NINE_CERTIFICATES = "<X509Certificate>AAAA</X509Certificate>" * 9

Case = tuple[str, Callable[[Signer], bytes], Reason]


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Signer:
    issued = World(tmp_path_factory.mktemp("xml"), keys).issue("sign")
    return Signer(issued.private_key, der(issued.certificate))


def over(*references: str, method: str = forge.RSA_SHA256, c14n: str = C14N) -> forge.Make:
    """The application with other References or algorithms; the signature over them is good."""
    return lambda signer: application(
        signature(signer, signed_info(*references, method=method, c14n=c14n))
    )


def replaced(old: str, new: str) -> forge.Make:
    """The good application, where something stands once, with something else in its place."""

    def make(signer: Signer) -> bytes:
        text = forge.good(signer).decode()
        assert text.count(old) == 1, old
        return text.replace(old, new).encode()

    return make


def with_key_info(key_info: str) -> forge.Make:
    return lambda signer: application(
        signature(signer, signed_info(*forge.references()), key_info=key_info)
    )


def appl(*transforms: str, **others: str) -> str:
    return reference("#ApplData", APPLICATION, *transforms, **others)


def moved_aside(signer: Signer) -> bytes:
    """Signature wrapping: the signed element aside, another with its identifier in its place."""
    text = forge.good(signer).decode()
    other = APPLICATION.replace("1000", "9999")
    return text.replace(APPLICATION, f"{other}<Aside>{APPLICATION}</Aside>").encode()


def moved_under_another_name(signer: Signer) -> bytes:
    """The same, hidden behind another attribute of identity."""
    text = forge.good(signer).decode()
    other = APPLICATION.replace("1000", "9999").replace(" Id=", " id=")
    return text.replace(APPLICATION, f"{other}<Aside>{APPLICATION}</Aside>").encode()


def hmac_by_the_public_key(signer: Signer) -> bytes:
    """What everybody knows is the secret."""
    info = signed_info(appl(), method=forge.MORE + "hmac-sha256")
    public = signer.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    code = hmac.HMAC(public, hashes.SHA256())
    code.update(info.encode())
    return application(signature(signer, info, value=code.finalize()))


def encoded_twin(signer: Signer) -> bytes:
    """One identifier as the Reference writes it, another as it reads without percent-encoding."""
    uri = quote("構成情報")
    info = signed_info(reference("#" + uri, forge.STRUCTURE))
    made = application(signature(signer, info)).decode()
    return made.replace("<管理情報>", f'<管理情報 ID="{uri}">').encode()


def without_key_info(signer: Signer) -> bytes:
    made = signature(signer, signed_info(*forge.references()))
    return application(made[: made.index("<KeyInfo>")] + "</Signature>")


def length_of_hmac(signer: Signer) -> bytes:
    """A parameter of another algorithm."""
    info = signed_info(appl()).replace(
        "</SignatureMethod>", "<HMACOutputLength>0</HMACOutputLength></SignatureMethod>"
    )
    return application(signature(signer, info))


def two_leaves(signer: Signer) -> bytes:
    """Two different certificates of persons: the last octet, its signature's, differs."""
    another = signer.certificate[:-1] + bytes([signer.certificate[-1] ^ 1])
    return with_key_info(forge.x509_data([signer.certificate, another]))(signer)


def enveloped_by(*transforms: str) -> forge.Make:
    return lambda signer: forge.enveloped(signer, *transforms)


def covers_nothing(signer: Signer) -> bytes:
    """An enveloping signature that leaves out itself: everything."""
    return signature(signer, signed_info(reference("", "", transform(ENVELOPED)))).encode()


def over_itself(signer: Signer) -> bytes:
    made = signature(signer, signed_info(reference("#me", "", transform(C14N))))
    return application(made.replace("<Signature ", '<Signature Id="me" ', 1))


def over_what_holds_it(signer: Signer) -> bytes:
    made = signature(signer, signed_info(reference("#around", "")))
    return application(f'<a Id="around">{made}</a>')


def over_a_part_of_itself_without_itself(signer: Signer) -> bytes:
    content = f'<Object xmlns="{forge.DSIG}" Id="it">a</Object>'
    info = signed_info(reference("#it", content, transform(ENVELOPED), transform(C14N)))
    return signature(signer, info, objects=content).encode()


CASES: list[Case] = [
    ("content changed", replaced("1000", "9000"), CHANGED),
    ("whitespace in content", replaced("1000<", "1000 <"), CHANGED),
    ("whitespace between elements", replaced("\n</ApplData>", "</ApplData>"), CHANGED),
    ("attribute added", replaced("<金額>", '<金額 a="b">'), CHANGED),
    ("namespace in scope added", replaced("<DataRoot>", '<DataRoot xmlns:p="urn:p">'), CHANGED),
    ("language in scope added", replaced("<DataRoot>", '<DataRoot xml:lang="en">'), CHANGED),
    ("instruction added", replaced("<金額>", "<?a b?><金額>"), CHANGED),
    ("other element changed", replaced("様式一", "様式二"), CHANGED),
    ("element gone", replaced(APPLICATION, ""), CHANGED),
    ("identifier changed", replaced('Id="ApplData"', 'Id="ApplDatum"'), CHANGED),
    ("identifier in another namespace", replaced(' Id="', ' xmlns:w="urn:w" w:Id="'), MALFORMED),
    ("moved aside", moved_aside, MALFORMED),
    ("moved aside under another attribute", moved_under_another_name, MALFORMED),
    ("identifier twice", replaced("<管理情報>", '<管理情報 ID="ApplData">'), MALFORMED),
    ("identifier nested twice", replaced("<管理情報>", '<管理情報 ID="構成情報">'), MALFORMED),
    ("percent-encoded twin", encoded_twin, MALFORMED),
    ("signed digest of something else", over(reference("#ApplData", "other")), CHANGED),
    ("digest too short", over(appl(digest="AAAA")), MALFORMED),
    ("digest not base64", over(appl(digest="!")), MALFORMED),
    ("digest empty", over(appl(digest="")), MALFORMED),
    ("SHA-1 digest", over(appl(digest_method=forge.DSIG + "sha1")), UNSUPPORTED),
    ("unknown digest", over(appl(digest_method=NOBODY)), UNSUPPORTED),
    ("SHA-1 signature", over(appl(), method=forge.DSIG + "rsa-sha1"), UNSUPPORTED),
    ("DSA", over(appl(), method="http://www.w3.org/2009/xmldsig11#dsa-sha256"), UNSUPPORTED),
    (
        "RSASSA-PSS",
        over(appl(), method="http://www.w3.org/2007/05/xmldsig-more#rsa-pss"),
        UNSUPPORTED,
    ),
    ("ECDSA with SHA-512", over(appl(), method=forge.MORE + "ecdsa-sha512"), UNSUPPORTED),
    ("unknown signature", over(appl(), method=NOBODY), UNSUPPORTED),
    ("length of an HMAC", length_of_hmac, UNSUPPORTED),
    ("HMAC", hmac_by_the_public_key, UNSUPPORTED),
    ("unknown canonicalisation of SignedInfo", over(appl(), c14n=NOBODY), UNSUPPORTED),
    ("unknown transform", over(appl(transform(NOBODY))), UNSUPPORTED),
    ("XPath", over(appl(transform(XPATH, "<XPath>true()</XPath>"))), UNSUPPORTED),
    ("XSLT", over(appl(transform(XSLT))), UNSUPPORTED),
    ("base64", over(appl(transform(BASE64))), UNSUPPORTED),
    ("canonical twice", over(appl(transform(C14N), transform(C14N))), UNSUPPORTED),
    ("enveloped last", enveloped_by(transform(C14N), transform(ENVELOPED)), UNSUPPORTED),
    ("enveloped twice", enveloped_by(transform(ENVELOPED), transform(ENVELOPED)), UNSUPPORTED),
    ("parameter of enveloped", enveloped_by(transform(ENVELOPED, "<a></a>")), UNSUPPORTED),
    ("three transforms", over(appl(*[transform(C14N)] * 3)), TOO_COMPLEX),
    ("many references", over(*[appl()] * 33), TOO_COMPLEX),
    ("no reference", over(), MALFORMED),
    ("reference without URI", over(reference(None, APPLICATION)), UNSUPPORTED),
    ("file beside it", over(reference("T1.xml", "")), UNSUPPORTED),
    ("external URI", over(reference("http://127.0.0.1:9/a", "")), UNSUPPORTED),
    ("file URI", over(reference("file:///etc/hostname", "")), UNSUPPORTED),
    ("empty fragment", over(reference("#", "")), UNSUPPORTED),
    ("XPointer", over(reference("#xpointer(id('ApplData'))", APPLICATION)), UNSUPPORTED),
    ("XPointer of the root", over(reference("#xpointer(/)", APPLICATION)), UNSUPPORTED),
    ("over itself", over_itself, MALFORMED),
    ("over what holds it", over_what_holds_it, MALFORMED),
    ("over the document with itself", enveloped_by(transform(C14N)), MALFORMED),
    ("over nothing", covers_nothing, MALFORMED),
    ("over a part of itself", over_a_part_of_itself_without_itself, MALFORMED),
    ("no certificate but a key", with_key_info("<KeyValue><RSAKeyValue/></KeyValue>"), UNSUPPORTED),
    ("a name of a key", with_key_info("<KeyName>hanasaki</KeyName>"), UNSUPPORTED),
    ("no KeyInfo", without_key_info, UNSUPPORTED),
    ("two persons' certificates", two_leaves, MALFORMED),
    ("certificate not base64", with_key_info(f"<X509Data>{NO_CERTIFICATE}</X509Data>"), MALFORMED),
    ("many certificates", with_key_info(f"<X509Data>{NINE_CERTIFICATES}</X509Data>"), TOO_COMPLEX),
    ("SignatureValue not base64", replaced("<SignatureValue>", "<SignatureValue>!"), MALFORMED),
    (
        "comment in SignatureValue",
        replaced("<SignatureValue>", "<SignatureValue><!-- -->"),
        MALFORMED,
    ),
    ("something between", replaced("<KeyInfo>", "<Object/><KeyInfo>"), UNSUPPORTED),
    ("something behind", replaced("</KeyInfo>", "</KeyInfo><Other/>"), MALFORMED),
    ("two SignedInfo", replaced("<SignatureValue>", "<SignedInfo/><SignatureValue>"), MALFORMED),
]


@pytest.mark.parametrize(("name", "make", "reason"), CASES, ids=[case[0] for case in CASES])
def test_one_wrong_thing_is_refused(
    name: str, make: forge.Make, reason: Reason, signer: Signer
) -> None:
    (found,) = forge.read(make(signer))

    assert isinstance(found, CertificateError), name
    assert found.reason is reason, found


@pytest.mark.parametrize(
    "make",
    [
        forge.good,
        forge.enveloped,
        over(appl()),
        over(*[appl()] * 32),
        over(appl(transform(forge.EXCLUSIVE))),
        over(appl(), c14n=forge.EXCLUSIVE),
        replaced("<署名情報>", "<署名情報><!-- beside what is covered -->"),
        replaced("<金額>", "<金額><!-- not covered -->"),
        replaced("<金額>", "<金額 >"),
        replaced("1000", "<![CDATA[1000]]>"),
        replaced("<署名情報>", '<署名情報 ID="other">'),
        replaced("<KeyInfo>", "<!-- --><KeyInfo>"),
        replaced("</KeyInfo>", "</KeyInfo><Object/>"),
    ],
)
def test_beside_them_what_is_accepted(make: forge.Make, signer: Signer) -> None:
    (found,) = forge.read(make(signer))

    assert forge.stands(found, signer), found
