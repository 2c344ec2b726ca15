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
is_sqlite = engine.dialect.name == "sqlite"


def use_foreign_keys(connection, *, are_on):
    """Turn SQLite's foreign keys off while tables are rebuilt, and on again once all of them hold.

    A rebuilt table is dropped under those that point at it. The setting is taken only outside a
    transaction, so it goes to the driver itself.
    """
    driver = connection.connection.dbapi_connection
    if are_on and (broken := driver.execute("pragma foreign_key_check").fetchall()):
        raise RuntimeError(f"the migration left rows that point nowhere: {broken[:5]}")
    driver.execute(f"pragma foreign_keys={'on' if are_on else 'off'}")


with engine.connect() as connection:
    if is_sqlite:
        use_foreign_keys(connection, are_on=False)
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
    if is_sqlite:
        use_foreign_keys(connection, are_on=True)
