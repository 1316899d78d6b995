import threading

from odoo import api, models

from ..indexes import BUILDER, build_missing, list_missing


class SaleDashboardIndex(models.AbstractModel):
    """The job that builds the addon's indexes on large tables after the install."""

    _name = "sale.dashboard.index"
    _description = "Sales Dashboard Index Builder"

    @api.model
    def _cron_build(self):
        """See to it that all indexes are there; once they are, never run again.

        They are built by a thread: PostgreSQL waits for all older transactions, and
        the one in which Odoo keeps this very job ends only after this method. Killed,
        it leaves an INVALID index behind, which the next run replaces.
        """
        if not list_missing(self.env.cr, self.pool):
            self.env["ir.cron"]._commit_progress(1, remaining=0, deactivate=True)
            return
        threading.Thread(
            target=build_missing,
            args=(self.pool,),
            name=BUILDER,
            daemon=True,
        ).start()
