import re

from werkzeug.exceptions import Unauthorized

from odoo import models
from odoo.http import request

from ..engine.addresses import API

_BEARER = re.compile(r"bearer\s", re.IGNORECASE)


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _match(cls, path):
        # Elsewhere in Odoo, an unknown address with two slashes is redirected.
        if path.startswith(f"{API}/"):
            path = re.sub(r"//+", "/", path)
        return super()._match(path)

    @classmethod
    def _auth_method_sale_dashboard(cls):
        """Bearer API key where one is there, else the session.

        Odoo's own methods do not fit an API that a browser's session may read too:
        ``bearer`` refuses a session without navigation headers, ``user`` redirects an
        anonymous caller to the login page.
        """
        if _BEARER.match(request.httprequest.headers.get("Authorization", "")):
            cls._auth_method_bearer()
        elif request.env.uid in [None, *cls._get_public_users()]:
            raise Unauthorized("Send an API key as a bearer token, or log in first.")
