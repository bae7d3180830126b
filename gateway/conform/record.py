"""A run that passed is written on the service, with its entry in the operation log."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version

from gateway.audit.model import HOST, Entry, LogKind
from gateway.audit.model import Outcome as EntryOutcome
from gateway.conform.model import Outcome, Result
from gateway.conform.plan import PLAN
from gateway.oidc.provider import Provider
from gateway.tenants.conformance import Conformance, metadata_digest, record_conformance
from gateway.tenants.model import Client


async def record_pass(
    provider: Provider, client: Client, results: Sequence[Result], now: datetime
) -> None:
    """Of the registration as it was when the run began."""
    counted = Counter(result.outcome for result in results)
    conformance = Conformance(
        plan=PLAN,
        genkan=version("genkan"),
        passed=counted[Outcome.PASSED],
        warnings=counted[Outcome.WARNING],
        not_applicable=counted[Outcome.NOT_APPLICABLE],
        metadata_digest=metadata_digest(client.metadata),
    )
    entry = Entry(
        now,
        LogKind.OPERATION,
        "service.conformed",
        EntryOutcome.DONE,
        HOST,
        tenant_id=client.tenant_id,
        client_id=client.client_id,
        detail={"version": str(PLAN)},
    )
    async with provider.records.writing() as connection:
        await record_conformance(connection, client.client_id, conformance, now)
        await provider.audit.write(connection, entry)
