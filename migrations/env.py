"""Runs migrations on the connection that it is handed; there is no other way to run them."""

from alembic import context

from app.models import Base
from app.models.searches import is_index

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    include_name=lambda name, *_: not is_index(name),
)
with context.begin_transaction():
    context.run_migrations()
