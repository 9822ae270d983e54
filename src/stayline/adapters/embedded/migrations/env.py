"""Run the migrations of one database on the connection that `open_database` hands over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
