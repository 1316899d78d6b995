"""From a mail to the page that shows the same."""

import re
from urllib.parse import urlencode

from odoo import http
from odoo.http import request

from ..models.sale_dashboard_address import VIEW_ROUTE

ID = re.compile(r"\d{1,10}", re.ASCII)


class SaleDashboardView(http.Controller):
    @http.route(VIEW_ROUTE, type="http", auth="user", methods=["GET"], readonly=True)
    def view(self, companies="", **params):
        """The dashboard in the mail's companies, as far as they are the reader's."""
        allowed = request.env.user.company_ids.ids
        ids = companies.split("-")
        wanted = [int(one) for one in ids if ID.fullmatch(one)]
        chosen = [company for company in wanted if company in allowed]
        response = request.redirect(f"/odoo/sales-dashboard?{urlencode(params)}")
        if chosen:
            # Where the web client keeps which companies it shows.
            response.set_cookie("cids", "-".join(map(str, chosen)))
        return response
