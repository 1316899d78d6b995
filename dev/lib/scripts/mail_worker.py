"""Read by `odoo shell`: waits for its signal, then sends the mails that are due."""

import os
import time
from pathlib import Path

signal = Path(os.environ["SIGNAL"])
signal.with_suffix(".ready").touch()
while not signal.exists():
    time.sleep(0.02)
env.cr.rollback()  # noqa: F821 - odoo shell provides it
env.registry.check_signaling()  # noqa: F821
env["sale.dashboard.subscription"]._cron_send_due()  # noqa: F821
env.cr.commit()  # noqa: F821
