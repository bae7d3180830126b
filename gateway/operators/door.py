"""All of signing in as an operator, put together."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from gateway.audit.log import AuditLog
from gateway.keys.hashing import KeyedHash
from gateway.keys.master import MasterKey
from gateway.operators.enrolment import Enrolment
from gateway.operators.half_session import HalfSessions
from gateway.operators.lockout import Lockout
from gateway.operators.passkey_ceremonies import Ceremonies
from gateway.operators.passkey_model import Party
from gateway.operators.passwords import PasswordHashing
from gateway.operators.proofs import Proofs
from gateway.operators.reauthentication import Reauthentication
from gateway.operators.sessions import OperatorSessions
from gateway.operators.sign_in import OperatorSignIn
from gateway.operators.sign_in_log import SignInLog
from gateway.settings import Settings
from gateway.store.api import Moments, Records
from gateway.web.cookies import Cookies


@dataclass(frozen=True, slots=True)
class OperatorDoor:
    sessions: OperatorSessions
    half_sessions: HalfSessions
    sign_in: OperatorSignIn
    enrolment: Enrolment
    reauthentication: Reauthentication
    ceremonies: Ceremonies
    passwords: PasswordHashing


def make_door(
    settings: Settings,
    records: Records,
    moments: Moments,
    audit: AuditLog,
    keyed_hash: KeyedHash,
    master: MasterKey,
) -> OperatorDoor:
    cookies = Cookies(settings.secure_cookies)
    sessions = OperatorSessions(moments, cookies, settings.admin)
    name = f"Genkan ({urlsplit(settings.server.issuer).hostname})"
    ceremonies = Ceremonies(moments, Party(settings.server.issuer, name))
    passwords = PasswordHashing()
    proofs = Proofs(passwords, ceremonies, master)
    lockout = Lockout(moments, keyed_hash)
    log = SignInLog(audit, keyed_hash)
    return OperatorDoor(
        sessions=sessions,
        half_sessions=HalfSessions(moments, cookies),
        sign_in=OperatorSignIn(records, proofs, lockout, log),
        enrolment=Enrolment(records, moments, keyed_hash, proofs, log, sessions),
        reauthentication=Reauthentication(records, proofs, lockout, log),
        ceremonies=ceremonies,
        passwords=passwords,
    )
