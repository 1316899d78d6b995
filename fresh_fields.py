from odoo import fields


class Fresh:
    """A computed field whose value is never kept: each reading computes it.

    For what is only grouped by and added up in queries, of which a single record is
    hardly ever asked. So it needs no ``@api.depends``: a field that has one is looked
    after at every change of what it depends on, and that costs who confirms an order
    more than all that will ever be read of it.
    """

    recursive = True  # computed for one record at a time

    def __get__(self, record, owner=None):
        if record is not None:
            self._invalidate_cache(record.env, record._ids)
        return super().__get__(record, owner)


class FreshBoolean(Fresh, fields.Boolean):
    pass


class FreshFloat(Fresh, fields.Float):
    pass


class FreshInteger(Fresh, fields.Integer):
    pass


class FreshMonetary(Fresh, fields.Monetary):
    pass
