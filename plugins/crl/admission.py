"""Taking a list into the directory: verified and indexed first, then put where workers look."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gateway.card.api import Anchor
from plugins.crl.atomic import move_into_place
from plugins.crl.errors import UnusableError
from plugins.crl.files import scopes_of
from plugins.crl.index import RevocationList
from plugins.crl.index_folder import IndexFolder
from plugins.crl.memory import Memory, recall, remember
from plugins.crl.revocation_list import ListFacts


@dataclass(frozen=True, slots=True)
class Admission:
    directory: Path
    indices: IndexFolder
    anchors: Mapping[str, Anchor]
    """By fingerprint."""

    def add(self, file: Path, now: datetime) -> tuple[str, RevocationList]:
        """A copy of this file, as `take` takes it."""
        with self.partial() as partial:
            shutil.copyfile(file, partial)
            return self.take(partial, now)

    def take(self, unverified: Path, now: datetime) -> tuple[str, RevocationList]:
        """Moves a file of the directory to its name there: one for each CA and distribution
        point, so that a list takes the place of the one before it. Raises UnusableError."""
        issuers = [anchor.certificate for anchor in self.anchors.values()]
        found = self.indices.read(unverified, issuers)
        if found.facts.this_update > now:
            raise UnusableError("it begins in the future")
        scopes = scopes_of(found, self.anchors)
        name = f"{hashlib.sha256(scopes[0].encode()).hexdigest()[:32]}.crl"
        with self.indices.locked():
            self._check_not_older(found.facts, scopes)
            move_into_place(unverified, self.directory / name)
        order = found.facts.age_order
        remember(self.indices, Memory({name: found.digest}, dict.fromkeys(scopes, order)))
        return name, found

    @contextmanager
    def partial(self) -> Iterator[Path]:
        """A hidden file in the directory, for what is not verified yet."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            prefix=".partial-", dir=self.directory, delete=False
        ) as file:
            partial = Path(file.name)
        try:
            yield partial
        finally:
            partial.unlink(missing_ok=True)

    def _check_not_older(self, facts: ListFacts, scopes: tuple[str, ...]) -> None:
        newest = recall(self.indices).newest
        for scope in scopes:
            if scope in newest and facts.age_order < newest[scope]:
                raise UnusableError("it is older than one that was here before")
