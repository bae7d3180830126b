"""The logs that are kept with what they describe, and the seals over them."""

import sqlalchemy as sa

from gateway.store.tables import Time, metadata

# SQLite counts up by itself in an INTEGER key only.
_Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")

log_entries = sa.Table(
    "log_entries",
    metadata,
    sa.Column("entry_id", _Number, primary_key=True),
    sa.Column("at", Time, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),  # LogKind
    sa.Column("deed", sa.String(64), nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),  # Outcome
    sa.Column("actor", sa.String(80), nullable=False),
    sa.Column("tenant_id", sa.String(64)),
    sa.Column("client_id", sa.String(64)),
    sa.Column("resident", sa.String(64)),  # a pseudonym
    sa.Column("address", sa.String(45)),
    sa.Column("request_id", sa.String(32)),
    sa.Column("detail", sa.JSON, nullable=False),
    # An entry's number is never given out again, not even after the last one is gone.
    sqlite_autoincrement=True,
)
for _name in ("actor", "tenant_id", "client_id", "resident", "address"):
    sa.Index(f"ix_log_entries_{_name}_at", log_entries.c[_name], log_entries.c.at)
sa.Index("ix_log_entries_at", log_entries.c.at)
sa.Index("ix_log_entries_request_id", log_entries.c.request_id)

seals = sa.Table(
    "seals",
    metadata,
    sa.Column("seal_id", _Number, primary_key=True),
    sa.Column("first_entry", _Number, nullable=False),
    sa.Column("last_entry", _Number, nullable=False),
    sa.Column("root_hash", sa.String(64), nullable=False),
    sa.Column("sealed_at", Time, nullable=False),
    sa.Column("signed_head", sa.Text, nullable=False),
)
