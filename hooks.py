from odoo.tools import SQL

PREFIX = "sale_dashboard"


def uninstall_hook(env):
    """Take away what Odoo does not know to be ours: rows without an external id."""
    env["ir.config_parameter"].search([("key", "=like", rf"{PREFIX}.%")]).unlink()
    env["ir.attachment"].search(
        [("url", "=like", rf"/web/assets/%/{PREFIX}.%")]
    ).unlink()
    # Names that other addons gave to parts of our models (the chatter, activities):
    # Odoo takes the parts away with the models, not their names.
    names = (
        r"selection\_\_sale\_dashboard\_%",
        r"model\_inherit\_\_sale\_dashboard\_%",
    )
    for name in names:
        env["ir.model.data"].search(
            [("module", "!=", PREFIX), ("name", "=like", name)]
        ).unlink()
    # Not through the ORM: the bus has no index for it, and no meaning of its rows.
    env.execute_query(
        SQL(
            "DELETE FROM bus_bus WHERE message LIKE %s OR message LIKE %s RETURNING id",
            f'{{"type":"{PREFIX}/%',
            '%"sale.dashboard.%',  # what Odoo says of messages on our records
        )
    )
