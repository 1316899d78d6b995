from odoo.tools import SQL

PREFIX = "sale_dashboard"


def uninstall_hook(env):
    """Take away what Odoo does not know to be ours: rows without an external id."""
    env["ir.config_parameter"].search([("key", "=like", rf"{PREFIX}.%")]).unlink()
    env["ir.attachment"].search(
        [("url", "=like", rf"/web/assets/%/{PREFIX}.%")]
    ).unlink()
    # What our models inherit of mail and the like is known by names of these modules.
    env["ir.model.data"].search(
        [
            ("module", "!=", PREFIX),
            "|",
            ("name", "=like", r"selection\_\_sale\_dashboard\_%"),
            ("name", "=like", r"model\_inherit\_\_sale\_dashboard\_%"),
        ]
    ).unlink()
    # Not through the ORM: the bus has no index for it, and no meaning of its rows.
    env.execute_query(
        SQL(
            "DELETE FROM bus_bus WHERE message LIKE %s OR message LIKE %s RETURNING id",
            f'{{"type":"{PREFIX}/%',
            '%"sale.dashboard.%',  # what Odoo says of messages on our records
        )
    )
