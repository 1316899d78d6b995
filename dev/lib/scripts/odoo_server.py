"""Odoo's command line as a file: with worker processes it starts itself once more, by
the name it was started with, which `python -m odoo` does not give it.
"""

import odoo.cli

odoo.cli.main()
