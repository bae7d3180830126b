"""A delta CRL on its complete CRL (RFC 5280 §5.2.4, §6.3.3 (c))."""

from collections.abc import Iterable

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
    in_complete: EntryReason | None, in_deltas: Iterable[tuple[int, EntryReason]]
) -> EntryReason | None:
    """What stands of one certificate; None: it is not revoked. `in_deltas`: number and reason of
    each delta that lists it.

    Only a hold is taken back (§5.3.1): what is revoked for good stays so, whatever a delta says.
    """
    standing = in_complete
    for _, reason in sorted(in_deltas, key=_in_order):
        if reason is not EntryReason.REMOVE_FROM_CRL:
            standing = reason if standing in (None, EntryReason.CERTIFICATE_HOLD) else standing
        elif standing is EntryReason.CERTIFICATE_HOLD:
            standing = None
    return standing


def _in_order(entry: tuple[int, EntryReason]) -> tuple[int, bool]:
    """As they were issued; of two of one number, the one that revokes has the last word."""
    number, reason = entry
    return number, reason is not EntryReason.REMOVE_FROM_CRL
