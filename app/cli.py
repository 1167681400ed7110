"""The command line: wiring only. What it does is done by commands, queries and exchange."""

import ipaddress
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError

from app.commands.accounts import NameTaken, UnknownAccount, add_account, change_account, login_link
from app.commands.passwords import PasswordTooWeak
from app.db import is_migrated, make_engine, migrate, read_session, write_session
from app.domain.vocabulary import AccountRole
from app.exchange.backup import NotBackedUp, back_up
from app.exchange.crosswalk import WrongCrosswalk, read_crosswalk
from app.exchange.faults import PackageFaults
from app.exchange.package import (
    NotAPackage,
    UnknownNegotiation,
    check_package,
    export_package,
    import_package,
)
from app.exchange.releases import NotReleased, release
from app.exchange.restore import NotRestored, blank_again, read_known, restore, write_known
from app.files import PACKAGE
from app.queries.negotiations import all_negotiations
from app.queries.revisions import chain_ends, verify
from app.settings import Settings, WrongSetting, read_settings

DEMO = PACKAGE / "demo"
PACKAGES = ("gaza", "seed-article")

app = typer.Typer(
    help="Parley: what each side of a ceasefire negotiation is reported to want, and who says so.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console(stderr=True, soft_wrap=True, highlight=False)


def _refuse(message: str) -> typer.Exit:
    console.print(message, style="bold", markup=False)
    return typer.Exit(1)


def _settings() -> Settings:
    try:
        return read_settings()
    except WrongSetting as wrong:
        raise _refuse(f"These settings cannot be used: {wrong}") from None


@contextmanager
def _database(*, migrated: bool = True) -> Iterator[Engine]:
    """The database of the settings; one that is not there, or not migrated, is refused in words."""
    settings = _settings()
    try:
        engine = make_engine(settings.database_url.get_secret_value())
    except ArgumentError:
        raise _refuse("PARLEY_DATABASE_URL cannot be read as the address of a database.") from None
    try:
        if migrated and not is_migrated(engine):
            raise _refuse("The database has not the schema of this version yet. Run: parley migrate")
        yield engine
    except (OperationalError, ProgrammingError) as error:
        cause = str(error.orig).strip().splitlines()[0] if error.orig else "no reason given"
        raise _refuse(f"The database cannot be used: {cause}") from None
    finally:
        engine.dispose()


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar for each step of a long work; silent where nobody is looking."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        tasks = {}

        def report(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield report


@app.command("serve")
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="How many processes answer.")] = 1,
    local_editor: Annotated[
        bool, typer.Option("--local-editor", help="Print a link that signs in a local editor; loopback only.")
    ] = False,
) -> None:
    """Serve the site."""
    if local_editor and not _is_loopback(host):
        raise _refuse("--local-editor is for an address of this machine alone, such as 127.0.0.1.")
    token = ""
    if crosswalk := _settings().crosswalk:
        try:
            read_crosswalk(crosswalk)
        except WrongCrosswalk as wrong:
            raise _refuse(f"PARLEY_CROSSWALK cannot be used:\n{wrong}") from None
    with _database() as engine:
        if local_editor:
            token = _local_editor_link(engine)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    shown = f"[{host}]" if ":" in host else host
    console.print(f"Parley is at http://{shown}:{port}/", style="bold", markup=False)
    if token:
        console.print(
            f"To report demands, sign in once, within a quarter of an hour: http://{shown}:{port}/login/{token}",
            markup=False,
        )
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=15,
    )


@app.command("migrate")
def migrate_command() -> None:
    """Bring the database to the schema of this version; creates an SQLite file that is not there."""
    settings = _settings()
    file = settings.database_file()
    if file and not file.parent.is_dir():
        raise _refuse(f"There is no folder {file.parent} for the database file.")
    if file and not file.exists():
        # It will hold what is not public: its owner alone may read it.
        file.touch(mode=0o600)
    with _database(migrated=False) as engine:
        migrate(engine)


@app.command("demo")
def demo(
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="Say nothing where negotiations are recorded already.")
    ] = False,
) -> None:
    """Load the bundled negotiations into an empty database."""
    with _database() as engine:
        with read_session(engine) as session:
            recorded = all_negotiations(session)
        if recorded:
            if if_empty:
                return
            raise _refuse(
                "This database holds negotiations already; the bundled ones go into an empty one only."
            )
        with _progress() as report, write_session(engine) as session:
            for name in PACKAGES:
                import_package(session, DEMO / name, now=datetime.now(UTC), progress=report)
            session.commit()
    console.print("Loaded the bundled negotiations.", markup=False)


@app.command("import")
def import_command(
    path: Annotated[Path, typer.Argument(help="A data package: a folder, or a zip of one.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, load nothing.")] = False,
) -> None:
    """Load a data package, all of it or nothing; every fault is listed with its file, line and column."""
    with _database() as engine:
        try:
            if dry_run:
                with read_session(engine) as session:
                    plan = check_package(session, path)
                console.print(
                    f"No fault found. “{plan.negotiation}”: {plan.created} to add, {plan.changed} to change.",
                    markup=False,
                )
                if plan.is_public:
                    console.print(
                        "It is the package that readers take away; what that leaves out stays as it is here.",
                        markup=False,
                    )
                return
            with _progress() as report, write_session(engine) as session:
                imported = import_package(session, path, now=datetime.now(UTC), progress=report)
                session.commit()
        except PackageFaults as faults:
            for fault in faults.faults:
                console.print(str(fault), markup=False)
            count = faults.count
            if count > len(faults.faults):
                console.print(f"And {count - len(faults.faults):,} more.", markup=False)
            raise _refuse(f"{count} {'fault' if count == 1 else 'faults'}; nothing was loaded.") from None
    console.print(
        f"“{imported.negotiation}”: {imported.created} added, {imported.changed} changed.", markup=False
    )


@app.command("export")
def export_command(
    negotiation: Annotated[str, typer.Argument(help="The id of the negotiation.")],
    path: Annotated[Path, typer.Argument(help="Where to: a new folder, or a file that ends in .zip.")],
) -> None:
    """Write a negotiation as a data package."""
    with _database() as engine, read_session(engine) as session:
        try:
            export_package(session, negotiation, path)
        except (UnknownNegotiation, NotAPackage) as refusal:
            raise _refuse(f"Not exported: {refusal}.") from None
        except OSError as error:
            raise _refuse(f"Not exported: {path} cannot be written ({error.strerror}).") from None
    console.print(f"Wrote {path}.", markup=False)


@app.command("release")
def release_command(
    negotiation: Annotated[str, typer.Argument(help="The id of the negotiation.")],
    folder: Annotated[Path, typer.Argument(help="The folder of its releases; made if need be.")],
) -> None:
    """Write the next numbered release of what is published: package, checksum, changes since the last."""
    with _database() as engine, read_session(engine) as session:
        try:
            made = release(session, negotiation, folder)
        except (UnknownNegotiation, NotReleased) as refusal:
            raise _refuse(f"Not released: {refusal}.") from None
        except OSError as error:
            raise _refuse(f"Not released: {folder} cannot be written ({error.strerror}).") from None
    console.print(
        f"Version {made.version}: {made.added} added, {made.changed} changed, {made.retracted} retracted. "
        f"Wrote {made.package}.",
        markup=False,
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


LOCAL_EDITOR = "local-editor"


def _local_editor_link(engine: Engine) -> str:
    """A login link for the editor of a site that runs on one machine, who is added if need be."""
    now = datetime.now(UTC)
    with write_session(engine) as session:
        try:
            token = login_link(session, LOCAL_EDITOR, now=now)
        except UnknownAccount:
            add_account(session, LOCAL_EDITOR, AccountRole.EDITOR, now=now)
            token = login_link(session, LOCAL_EDITOR, now=now)
        session.commit()
    return token


users = typer.Typer(help="The people who may sign in.", no_args_is_help=True)
app.add_typer(users, name="user")


@users.command("add")
def user_add(
    name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    role: Annotated[AccountRole, typer.Option(help="What this person may do.")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input, one line.")
    ] = False,
) -> None:
    """Add a person. Without a password this person signs in by a login link only."""
    if not name.strip() or name != name.strip() or not name.isprintable() or len(name) > 100:
        raise _refuse("A name has up to 100 characters, on one line, with no space at either end.")
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with _database() as engine, write_session(engine) as session:
        try:
            add_account(session, name, role, now=datetime.now(UTC), password=password)
        except NameTaken:
            raise _refuse(f"There is an account “{name}” already.") from None
        except PasswordTooWeak as fault:
            raise _refuse(str(fault)) from None
        session.commit()
    console.print(f"Added “{name}” as {role.value}.", markup=False)


@users.command("set")
def user_set(
    name: Annotated[str, typer.Argument(help="Whose account is changed.")],
    role: Annotated[AccountRole | None, typer.Option(help="What this person may do from now on.")] = None,
    disabled: Annotated[
        bool | None, typer.Option("--disabled/--enabled", help="Shut this person out, or let them in again.")
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read a new password from standard input, one line.")
    ] = False,
) -> None:
    """Change a person's role or password, or shut them out; it counts from their next request on."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with _database() as engine, write_session(engine) as session:
        try:
            change_account(
                session, name, now=datetime.now(UTC), role=role, disabled=disabled, password=password
            )
        except UnknownAccount:
            raise _refuse(f"There is no account “{name}”.") from None
        except PasswordTooWeak as fault:
            raise _refuse(str(fault)) from None
        session.commit()
    console.print(f"Changed “{name}”.", markup=False)


@app.command("login-link")
def login_link_command(name: Annotated[str, typer.Argument(help="Who is to sign in.")]) -> None:
    """Print a link that signs a person in once, within a quarter of an hour."""
    settings = _settings()
    with _database() as engine, write_session(engine) as session:
        try:
            token = login_link(session, name, now=datetime.now(UTC))
        except UnknownAccount:
            raise _refuse(f"There is no account “{name}”, or it is disabled.") from None
        session.commit()
    if not settings.public_url:
        console.print("If the site runs at another address, put that before /login/.", markup=False)
    print(f"{settings.public_url or 'http://127.0.0.1:8000'}/login/{token}")


@app.command("verify")
def verify_command(
    negotiation: Annotated[str, typer.Argument(help="The id of one negotiation; all of them without.")] = "",
) -> None:
    """Check that nobody has changed what was recorded: every chain of revisions, link by link.

    Exits 1 where one is broken, and names its first broken link. Keep what is printed somewhere else: a chain
    whose end was cut off, with the negotiation told so, holds, but its newest hash is another.
    """
    are_whole = True
    with _database() as engine, read_session(engine) as session:
        ends = [end for end in chain_ends(session) if negotiation in ("", end.negotiation)]
        if negotiation and not ends:
            raise _refuse(f"Not verified: there is no negotiation “{negotiation}”.")
        with _progress() as report:
            for end in ends:
                broken = verify(session, end.negotiation, partial(report, end.negotiation))
                are_whole = are_whole and broken is None
                print(f"Broken: {broken}" if broken else f"“{end.negotiation}”: {end}.", flush=True)
    if not are_whole:
        raise typer.Exit(1)


@app.command("backup")
def backup_command(path: Annotated[Path, typer.Argument(help="A new file.")]) -> None:
    """Copy the whole database into one new file; people may go on writing meanwhile."""
    file = _settings().database_file()
    if file and not file.is_file():
        raise _refuse(f"There is no database file {file}.")
    # A backup comes before an upgrade, so the schema may be an older one.
    with _database(migrated=False) as engine:
        try:
            size = back_up(engine, path)
        except NotBackedUp as refusal:
            raise _refuse(f"Not backed up: {refusal}.") from None
    console.print(f"Wrote {path} ({size / 1_000_000:.1f} MB).", markup=False)


@app.command("restore")
def restore_command(
    backup: Annotated[Path, typer.Argument(help="A backup that `parley backup` has made of SQLite.")],
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Also where the database is not empty: it stays under another name."),
    ] = False,
    redactions: Annotated[
        Path | None,
        typer.Option(help="A file of `parley redactions`: what is to be blanked in the backup besides."),
    ] = None,
) -> None:
    """Put a backup in the place of the database, with what was blanked since blanked. Stop the site first."""
    file = _settings().database_file()
    if not file:
        raise _refuse("PostgreSQL is restored by pg_restore; then run: parley redact-again")
    try:
        more = read_known(redactions) if redactions else []
        done = restore(backup, file, now=datetime.now(UTC), replace=replace, more=more)
    except NotRestored as refusal:
        raise _refuse(f"Not restored: {refusal}.") from None
    again = f"; {done.blanked} {'field was' if done.blanked == 1 else 'fields were'} blanked again"
    console.print(f"Restored {file}{again if done.blanked else ''}.", markup=False)
    if done.kept_as:
        console.print(f"What was there is in {done.kept_as}.", markup=False)


@app.command("redactions")
def redactions_command(path: Annotated[Path, typer.Argument(help="A new file.")]) -> None:
    """Write down what was blanked for somebody's safety, to restore a backup with; never what it said."""
    with _database() as engine:
        try:
            count = write_known(engine, path)
        except NotRestored as refusal:
            raise _refuse(f"Not written: {refusal}.") from None
    console.print(f"Wrote {path}: {count} {'field' if count == 1 else 'fields'}.", markup=False)


@app.command("redact-again")
def redact_again_command(
    path: Annotated[Path, typer.Argument(help="A file that `parley redactions` has written.")],
) -> None:
    """Blank in this database what the file says was blanked: after PostgreSQL was restored from a backup."""
    with _database() as engine:
        try:
            count = blank_again(engine, read_known(path), datetime.now(UTC))
        except NotRestored as refusal:
            raise _refuse(f"Not blanked: {refusal}.") from None
    console.print(f"{count} {'field was' if count == 1 else 'fields were'} blanked again.", markup=False)


if __name__ == "__main__":
    sys.exit(app())
