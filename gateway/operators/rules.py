"""What an operator's entry has to look like, and which operator may change whom. Pure."""

import re
import unicodedata
from dataclasses import dataclass, replace

from gateway.errors import Conflict, InvalidField, NoSuchThing
from gateway.operators.model import Operator, OperatorState, Permission, Role, may

LONGEST_NAME = 200

_LOGIN_NAME = re.compile(r"[a-z0-9][a-z0-9._+@-]{0,253}\Z")
_LOGIN_NAME_RULE = (
    "1 to 254 of a-z, 0-9, dot, underscore, plus, hyphen and @, beginning with a letter or digit"
)
# Between a family name and a given name; `isprintable` knows the ASCII space only.
_IDEOGRAPHIC_SPACE = "\u3000"


@dataclass(frozen=True, slots=True)
class NewOperator:
    """Somebody who is to be invited, unchecked."""

    login_name: str
    name: str
    department: str
    role: Role
    tenant_id: str | None
    """None: of the platform."""


@dataclass(frozen=True, slots=True)
class OperatorChange:
    """None: stays as it is."""

    name: str | None = None
    department: str | None = None
    role: Role | None = None


def normalise_login_name(text: str) -> str:
    """A staff number or an e-mail address, however its keyboard was set: full-width letters and
    capitals are the same name. No two login names look alike. Raises InvalidField."""
    login_name = unicodedata.normalize("NFKC", text).lower()
    if not _LOGIN_NAME.match(login_name):
        raise InvalidField("login_name", _LOGIN_NAME_RULE)
    return login_name


def check_new(new: NewOperator) -> NewOperator:
    """Returns it with the login name as it is kept. Raises InvalidField."""
    login_name = normalise_login_name(new.login_name)
    check_text("name", new.name, LONGEST_NAME)
    check_text("department", new.department, LONGEST_NAME)
    return replace(new, login_name=login_name)


def check_change(change: OperatorChange) -> None:
    """Raises InvalidField."""
    for field, text in (("name", change.name), ("department", change.department)):
        if text is not None:
            check_text(field, text, LONGEST_NAME)


def check_text(field: str, text: str, longest: int) -> None:
    """One line of what can be seen: control characters and overrides of the writing direction
    would show a reader something else than what is there. Raises InvalidField."""
    visible = text.replace(_IDEOGRAPHIC_SPACE, " ")
    if not 1 <= len(text) <= longest or not visible.isprintable() or visible.isspace():
        raise InvalidField(field, f"1 to {longest} printable characters")


def check_may_invite(actor: Operator, tenant_id: str | None) -> None:
    """Whether the actor may invite somebody to the tenant (None: to the platform). Raises
    NoSuchThing."""
    if not may(actor, Permission.MANAGE_OPERATORS, tenant_id):
        raise NoSuchThing


def check_may_change(actor: Operator, subject: Operator, change: OperatorChange) -> None:
    """One's own name and department, whatever the role; never one's own role. Raises NoSuchThing
    or Conflict."""
    if actor.operator_id != subject.operator_id:
        check_may_invite(actor, subject.tenant_id)
    elif change.role is not None and change.role is not subject.role:
        raise Conflict("nobody changes their own role")


def check_may_decide_on(actor: Operator, subject: Operator) -> None:
    """Whether the actor may suspend, resume, delete or invite again. Raises NoSuchThing or
    Conflict."""
    if actor.operator_id == subject.operator_id:
        raise Conflict("another administrator has to do this")
    check_may_invite(actor, subject.tenant_id)


def is_active_administrator(operator: Operator) -> bool:
    return operator.role is Role.ADMINISTRATOR and operator.state is OperatorState.ACTIVE


def check_one_remains(others: int) -> None:
    """`others`: how many more active administrators the tenant, or the platform, has. Raises
    Conflict."""
    if others < 1:
        raise Conflict("the last active administrator stays")
