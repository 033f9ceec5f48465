"""Alembic's entry: runs on the connection that server/store/migrate.py hands in, and commits
nothing itself."""

from alembic import context

from server.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
