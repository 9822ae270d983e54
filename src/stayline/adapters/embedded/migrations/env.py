"""Run the migrations of one database on the connection that `open_database` hands over."""

from alembic import context

if hasattr(context, "config"):  # absent when a doctest collector imports this outside a migration
    context.configure(connection=context.config.attributes["connection"])
    context.run_migrations()
