"""Downloads of a dashboard that is on somebody's screen."""

import json

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import content_disposition, request
from odoo.tools.misc import html_escape


class SaleDashboardExport(http.Controller):
    @http.route(
        "/sale_dashboard/export/<int:dashboard_id>",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def export(self, dashboard_id, file_format="", table=None, **_token):
        """The record of that id as a file, see ``sale.dashboard._export``.

        What a person may know of a failure comes in the form that Odoo's ``download``
        reads.
        """
        dashboard = request.env["sale.dashboard"].browse(dashboard_id)
        try:
            filename, content_type, content = dashboard._export(file_format, table)
        except UserError as error:
            answer = {"code": 0, "message": str(error)}
            answer["data"] = http.serialize_exception(error)
            answer["data"]["debug"] = ""
            # As text: Odoo's client looks for the error in a page.
            return request.make_response(
                html_escape(json.dumps(answer)),
                headers=[("Content-Type", "text/html; charset=utf-8")],
                status=403 if isinstance(error, AccessError) else 422,
            )
        return request.make_response(
            content,
            headers=[
                ("Content-Type", content_type),
                ("Content-Disposition", content_disposition(filename)),
                ("Content-Length", len(content)),
                ("Cache-Control", "no-store"),
            ],
        )
