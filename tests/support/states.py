"""An operator changes a resident's state; nothing else is changed along with it."""

from gateway.residents import administration
from gateway.residents.administration import find_resident_record
from gateway.residents.destruction import destroy_resident
from gateway.residents.model import ResidentState
from tests.support.gateway import Gateway

NOT_ACTIVE = (ResidentState.SUSPENDED, ResidentState.DECEASED, ResidentState.DELETED)
_CHANGES = {
    ResidentState.SUSPENDED: administration.suspend,
    ResidentState.DECEASED: administration.mark_deceased,
    ResidentState.ACTIVE: administration.resume,
}


async def become(gateway: Gateway, resident_id: str, state: ResidentState) -> None:
    """A second later than whatever was done before."""
    gateway.clock.forward(seconds=1)
    now = gateway.clock()
    async with gateway.provider.records.writing() as connection:
        if state is ResidentState.DELETED:
            await destroy_resident(connection, resident_id, now)
            return
        record = await find_resident_record(connection, resident_id)
        assert record is not None
        change = _CHANGES[state]
        await change(connection, resident_id, expected_version=record.version, now=now)
