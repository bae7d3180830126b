"""Who is let near the operators' door, decided from allow-lists that were read before. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from gateway.web.networks import Address, IpNetwork, Networks


@dataclass(frozen=True, slots=True)
class Admission:
    """The allow-lists in force. A list that is empty, or not here at all, admits nobody."""

    lists: Mapping[str | None, Networks]
    """By tenant; None: the platform's own."""
    all_lists: Networks

    @classmethod
    def by(cls, networks: Mapping[str | None, Iterable[IpNetwork]]) -> "Admission":
        lists = {tenant_id: Networks(entries) for tenant_id, entries in networks.items()}
        return cls(lists, Networks(chain.from_iterable(networks.values())))

    def anyone(self, address: Address) -> bool:
        """Whether anybody's operators may come from there: the platform's or some tenant's."""
        return address in self.all_lists

    def of(self, tenant_id: str | None, address: Address) -> bool:
        """Whether this tenant's operators may (None: the platform's)."""
        networks = self.lists.get(tenant_id)
        return networks is not None and address in networks
