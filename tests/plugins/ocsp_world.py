"""One certificate, its CA and a responder that the CA has delegated, and what a response proves."""

from dataclasses import replace
from datetime import timedelta

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateway.card.api import CertificatePath, CertificateStatus, StatusValue
from gateway.card.certificate import parse_leaf
from gateway.card.path import resolve_path
from gateway.virtual.keys import PrivateKey, hash_for
from gateway.virtual.ledger import Issuer
from gateway.virtual.template import CertificateTemplate
from plugins.ocsp import Rules, check_response
from tests.card.forge import der, key_usage
from tests.card.world import NOW, World
from tests.plugins.ocsp_forge import (
    CertificateId,
    ResponseTemplate,
    Single,
    algorithm_for,
    by_key,
)

MINUTE = timedelta(minutes=1)
PRODUCED = NOW - MINUTE
NEXT_UPDATE = NOW + timedelta(minutes=14)
RULES = Rules()


class OcspWorld:
    def __init__(self, world: World) -> None:
        self.world = world
        self.authority = world.authority.issuer("jpki-auth", 2)
        self.leaf = world.issue("auth").certificate
        self.delegate_key: PrivateKey = world.keys.other
        self.delegate = self.delegate_template().sign()

    @property
    def issuer(self) -> x509.Certificate:
        return self.authority.certificate

    def path(self) -> CertificatePath:
        return resolve_path(parse_leaf(der(self.leaf)), self.world.anchors(), NOW)[0]

    def delegate_template(
        self, authority: Issuer | None = None, key: PrivateKey | None = None
    ) -> CertificateTemplate:
        """As it should be, but for another CA or another key."""
        authority = authority or self.authority
        name = x509.NameAttribute(NameOID.COMMON_NAME, "OCSP responder 1")
        return CertificateTemplate(
            issuer=authority.certificate.subject,
            subject=x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"), name]),
            public_key=(key or self.delegate_key).public_key(),
            serial_number=900_001,
            not_before=NOW - timedelta(days=10),
            not_after=NOW + timedelta(days=80),
            extensions=(
                (key_usage("digital_signature"), True),
                (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]), False),
                (x509.OCSPNoCheck(), False),
            ),
            issuer_key=authority.private_key,
            hash_algorithm=hash_for(authority.private_key),
        )

    def single(self) -> Single:
        return Single(CertificateId.of(self.leaf, self.issuer), PRODUCED, NEXT_UPDATE)

    def response(
        self, delegate: x509.Certificate | None = None, key: PrivateKey | None = None
    ) -> ResponseTemplate:
        """A good answer, by its delegate: everything as it should be."""
        delegate = delegate or self.delegate
        key = key or self.delegate_key
        algorithm, hash_algorithm = algorithm_for(key)
        return ResponseTemplate(
            responder_id=by_key(delegate),
            produced_at=PRODUCED,
            singles=(self.single(),),
            certificates=(delegate,),
            key=key,
            algorithm=algorithm,
            hash_algorithm=hash_algorithm,
        )

    def by_the_ca(self) -> ResponseTemplate:
        """A good answer that the CA itself has signed."""
        response = self.response(key=self.authority.private_key)
        return replace(response, responder_id=by_key(self.issuer), certificates=())

    def delegated_by(self, template: CertificateTemplate) -> ResponseTemplate:
        return self.response(template.sign())

    def check(
        self,
        response: ResponseTemplate | bytes,
        *,
        nonce: bytes | None = None,
        rules: Rules = RULES,
        later: timedelta = timedelta(),
    ) -> CertificateStatus:
        unverified_response = response if isinstance(response, bytes) else response.encode()
        return check_response(
            unverified_response,
            self.leaf,
            self.issuer,
            nonce=nonce,
            at=NOW + later,
            rules=rules,
        )

    def is_good(self, response: ResponseTemplate | bytes, rules: Rules = RULES) -> bool:
        status = self.check(response, rules=rules)
        assert (status.detail is None) == (status.value is not StatusValue.UNKNOWN)
        return status.value is StatusValue.GOOD

    def problem(self, response: ResponseTemplate | bytes, rules: Rules = RULES) -> str | None:
        """Why it proves nothing."""
        status = self.check(response, rules=rules)
        assert status.value is StatusValue.UNKNOWN
        assert status.revoked_at is None
        assert status.revocation_reason is None
        return status.detail
