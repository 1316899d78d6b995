"""The pure half of the dashboard: no ORM, no database, no translation.

A figure goes through these modules in one direction:
:mod:`.request` (what was asked, checked) -> :mod:`.periods` (which instants that
means) -> a query made elsewhere -> :mod:`.assembly` (the figures out of the rows).
Money travels as whole units of the display currency's rounding (:mod:`.money`), so
every sum is exact.
"""
