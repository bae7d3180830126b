"""How a wrong OCSP response is made: of the card's own CA and certificate but for one thing."""

from collections.abc import Callable
from dataclasses import replace

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.virtual.keys import PrivateKey
from gateway.virtual.ledger import Issuer
from gateway.virtual.template import CertificateTemplate
from tests.card.batch.desk import Line, base64, card_line
from tests.card.forge import Change as ForgedPart
from tests.card.forge import Node, der, forge, parse, tlv
from tests.card.negatives.town import (
    REFUSED,
    UNDETERMINED,
    Base,
    Change,
    Members,
    Row,
    Town,
    accepted,
)
from tests.card.world import NOW
from tests.plugins import ocsp_forge
from tests.plugins.ocsp_forge import CertificateId, ResponseTemplate, Single, by_name, wrap
from tests.plugins.ocsp_world import OcspWorld

Response = Callable[[OcspWorld], ResponseTemplate | bytes]


def given(*responses: ResponseTemplate | bytes) -> Members:
    ders = (each if isinstance(each, bytes) else each.encode() for each in responses)
    return {"ocsp": [base64(each) for each in ders]}


def _line(town: Town) -> Line:
    good = given(town.ocsp.response())
    return {**card_line(town.world, town.leaf, town.kind, crls=[]), **good}


OCSP = Base("an authentication certificate and an OCSP response", "auth", _line)


def unusable(name: str, response: Response) -> Row:
    return Row(f"OCSP: {name}", told(response), UNDETERMINED, "status_unknown", OCSP)


def usable(name: str, response: Response) -> Row:
    return accepted(f"OCSP: {name}", told(response), OCSP)


def stale(name: str, response: Response) -> Row:
    return Row(f"OCSP, stale: {name}", told(response), UNDETERMINED, "status_stale", OCSP)


def revoked(name: str, *responses: Response) -> Row:
    return Row(f"OCSP, revoked: {name}", told(*responses), REFUSED, "revoked", OCSP)


def told(*responses: Response) -> Change:
    return lambda town: given(*(each(town.ocsp) for each in responses))


def good(ocsp: OcspWorld) -> ResponseTemplate:
    return ocsp.response()


def changed(**fields: object) -> Response:
    return lambda ocsp: replace(ocsp.response(), **fields)  # type: ignore[arg-type]


def single(**fields: object) -> Response:
    return lambda ocsp: ocsp.response().with_single(**fields)


def singles(make: Callable[[Single], tuple[Single, ...]]) -> Response:
    return lambda ocsp: replace(ocsp.response(), singles=make(ocsp.single()))


def named(change: Callable[[OcspWorld, CertificateId], CertificateId]) -> Response:
    """The answer is about what this CertID names."""
    return lambda ocsp: ocsp.response().with_single(
        certificate_id=change(ocsp, ocsp.single().certificate_id)
    )


def revoking(reason: int | None = None) -> Response:
    return single(status=ocsp_forge.revoked(NOW, reason))


def unsuccessful(status: int) -> Response:
    return lambda _: tlv(0x30, tlv(0x0A, bytes((status,))))


def delegate(change: Callable[[CertificateTemplate], CertificateTemplate]) -> Response:
    """By a delegate with one thing wrong in its certificate."""
    return lambda ocsp: ocsp.delegated_by(change(ocsp.delegate_template()))


def delegate_of(issuer: Callable[[OcspWorld], Issuer]) -> Response:
    return lambda ocsp: ocsp.delegated_by(ocsp.delegate_template(authority=issuer(ocsp)))


def delegate_key(make: Callable[[], PrivateKey]) -> Response:
    def response(ocsp: OcspWorld) -> ResponseTemplate:
        key = make()
        return ocsp.response(ocsp.delegate_template(key=key).sign(), key)

    return response


def sibling(ocsp: OcspWorld) -> Issuer:
    return ocsp.world.authority.issuer("jpki-sign", 2)


def other_generation(ocsp: OcspWorld) -> Issuer:
    return ocsp.world.authority.issuer("jpki-auth", 1)


def p521() -> PrivateKey:
    return ec.generate_private_key(ec.SECP521R1())


def basic(ocsp: OcspWorld) -> Node:
    """The good answer's BasicOCSPResponse, taken apart."""
    return parse(parse(ocsp.response().encode()).children[1].children[0].children[1].content)


def signed(change: Callable[[Node], None]) -> Response:
    """`change` is made to what is signed, before it is signed."""

    def response(ocsp: OcspWorld) -> ResponseTemplate:
        tbs = parse(ocsp.response().tbs())
        change(tbs)
        return replace(ocsp.response(), other_tbs=tbs.encode())

    return response


def unsigned(change: Callable[[Node], None]) -> Response:
    """`change` is made to what stands around it."""

    def response(ocsp: OcspWorld) -> bytes:
        node = basic(ocsp)
        change(node)
        return wrap(node.encode())

    return response


def spoilt(change: Callable[[bytes], bytes]) -> Response:
    return lambda ocsp: change(ocsp.response().encode())


def forged_delegate(change: ForgedPart) -> Response:
    """By a delegate whose certificate is of a wrong form."""

    def response(ocsp: OcspWorld) -> bytes:
        forged = forge(der(ocsp.delegate), ocsp.authority.private_key, change)
        by_its_name = replace(ocsp.response(), responder_id=by_name(ocsp.delegate))
        node = parse(parse(by_its_name.encode()).children[1].children[0].children[1].content)
        node.children[3].children[0].children[0].replacement = forged
        return wrap(node.encode())

    return response


def self_appointed(ocsp: OcspWorld) -> ResponseTemplate:
    """A responder that has signed its own certificate, under the CA's name."""
    template = replace(ocsp.delegate_template(), issuer_key=ocsp.delegate_key)
    return ocsp.delegated_by(template)


def by_the_holder(ocsp: OcspWorld) -> ResponseTemplate:
    """The person answers for his own certificate."""
    return ocsp.response(ocsp.leaf, ocsp.world.keys.card)


def ca_named(name: Callable[[x509.Certificate], bytes]) -> Response:
    return lambda ocsp: replace(ocsp.response(), responder_id=name(ocsp.issuer))
