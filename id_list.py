from odoo import fields

from .engine.id_list import pack, unpack
from .tools import store_uncompressed


class IdList(fields.Json):
    """Ids of thousands of records, kept in order; who reads it gets a list of them.

    They are no many2many: they belong to an answer as it was, are only ever read whole,
    and the table of a relation would take longer to fill than the answer to compute.
    May be given as a list or packed already (see :mod:`.engine.id_list`).
    """

    _column_type = ("text", "text")

    def update_db_column(self, model, column):
        result = super().update_db_column(model, column)
        store_uncompressed(model.env.cr, model._table, self.name)
        return result

    def convert_to_cache(self, value, record, validate=True):
        if not value:
            return None
        return value if isinstance(value, str) else pack(value)

    def convert_to_column(self, value, record, values=None, validate=True):
        return self.convert_to_cache(value, record)

    def convert_to_record(self, value, record):
        return unpack(value) if value else False
