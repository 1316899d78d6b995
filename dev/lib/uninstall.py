"""Whether uninstalling the addon leaves anything behind.

What a database holds is told by names: of its tables, columns, indexes, constraints,
functions, and of the records by which Odoo knows what is installed and scheduled.
"""

from __future__ import annotations

from . import paths, postgres, process
from .database import Databases
from .report import Result

SCRIPT = paths.DEV / "lib" / "scripts" / "use_addon.py"
LOG = "test-uninstall"

#: Each answers one text per thing.
CATALOGUES = (
    """
    SELECT relkind::text || ' ' || relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace
    """,
    """
    SELECT 'column ' || table_name || '.' || column_name
    FROM information_schema.columns WHERE table_schema = 'public'
    """,
    """
    SELECT 'constraint ' || conrelid::regclass || '.' || conname FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    """,
    """
    SELECT 'function ' || proname FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace
    """,
    "SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT 'module ' || name || ' ' || state FROM ir_module_module",
    "SELECT 'external id ' || module || '.' || name FROM ir_model_data",
    "SELECT 'model ' || model FROM ir_model",
    "SELECT 'field ' || model || '.' || name FROM ir_model_fields",
    "SELECT 'choice ' || field_id || '.' || value FROM ir_model_fields_selection",
    "SELECT 'cron ' || cron_name FROM ir_cron",
    "SELECT 'trigger of cron ' || cron_id FROM ir_cron_trigger",
    "SELECT 'parameter ' || key FROM ir_config_parameter",
    "SELECT 'action ' || type || ' ' || id FROM ir_actions",
    "SELECT 'view ' || id || ' ' || name FROM ir_ui_view",
    "SELECT 'menu ' || id FROM ir_ui_menu",
    "SELECT 'rule ' || id || ' ' || name FROM ir_rule",
    "SELECT 'access ' || id || ' ' || name FROM ir_model_access",
    "SELECT 'favourite ' || id || ' ' || name FROM ir_filters",
    "SELECT 'bus ' || message FROM bus_bus WHERE message LIKE '%sale_dashboard%'",
    "SELECT 'asset ' || url FROM ir_attachment WHERE url LIKE '%sale_dashboard%'",
    "SELECT 'message ' || id FROM mail_message WHERE model LIKE 'sale.dashboard%'",
    "SELECT 'follower ' || id FROM mail_followers WHERE res_model LIKE 'sale.dashb%'",
    "SELECT 'activity ' || id FROM mail_activity WHERE res_model LIKE 'sale.dashb%'",
)


def snapshot(database: str) -> set[str]:
    return {
        line
        for catalogue in CATALOGUES
        for line in postgres.query(catalogue, database).splitlines()
    }


def check(databases: Databases, database: str, before: set[str]) -> Result:
    """Use the addon that is installed in a database, uninstall it, and compare.

    :param before: the snapshot from before it was installed
    """
    result = Result()
    workshop = databases.workshop
    process.run(
        workshop.odoo("shell", "-d", database, "--no-http"),
        log=LOG,
        what="using the addon",
        env=workshop.env,
        stdin=SCRIPT.read_text("utf-8"),
    )
    used = snapshot(database)
    for trace in (
        *("bus ", "asset ", "parameter sale_dashboard.of_an_administrator"),
        *("message ", "activity "),
    ):
        if not any(name.startswith(trace) for name in used - before):
            result.fail(f"using the addon left no {trace}: the test proves nothing")
    databases.odoo_job(
        "Uninstalling the addon",
        *("module", "uninstall", "-d", database, paths.ADDON),
        log=LOG,
    )
    after = snapshot(database)
    left = sorted(after - before)
    lost = sorted(before - after)
    if left:
        result.fail("uninstalling leaves behind:\n" + "\n".join(left))
    if lost:
        result.fail("uninstalling took away what was not ours:\n" + "\n".join(lost))
    if not result.failed:
        result.passed += 1
    return result
