"""Run migrations against the engine that was handed in."""

from importlib import import_module
from pkgutil import iter_modules

from alembic import context

from core.db import Base

for package in ("core", "people", "training", "questions", "exam", "certificates"):
    models = import_module(f"{package}.models")
    for module in iter_modules(getattr(models, "__path__", [])):
        import_module(f"{models.__name__}.{module.name}")

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
