"""Run migrations against the engine that was handed in."""

from importlib import import_module

from alembic import context

from core.db import Base

for package in ("core", "people", "training", "questions", "exam", "certificates"):
    import_module(f"{package}.models")

engine = context.config.attributes["engine"]

with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
