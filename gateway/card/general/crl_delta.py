"""A delta CRL on its complete CRL (RFC 5280 §5.2.4, §6.3.3 (c))."""

from gateway.card.general.crl_entries import EntryReason
from gateway.card.general.crl_form import RevocationList


def completes(delta: RevocationList, complete: RevocationList) -> bool:
    """Whether `delta` brings `complete` up to date. Both have one issuer's name and one key's
    signature; that the two are the same is for the caller to see."""
    return (
        delta.base_number is not None
        and complete.base_number is None
        # The same scope: what they say of it is compared as it stands.
        and delta.scope == complete.scope
        and delta.base_number <= complete.number < delta.number
    )


def combine(
    in_complete: EntryReason | None, in_deltas: list[EntryReason]
) -> EntryReason | None:
    """What stands of one certificate; None: it is not revoked. `in_deltas`: one for each delta
    that lists it, the newest first.

    Only a hold is taken back (§5.3.1); what was revoked for good stays so, whatever a delta says.
    """
    for reason in in_deltas:
        if reason is not EntryReason.REMOVE_FROM_CRL:
            return reason
        if in_complete is EntryReason.CERTIFICATE_HOLD:
            return None
    return in_complete
