"""The demo company: believable sales to look at, to test on and to measure with.

It is not the manifest's demo data, which would disturb everyone's demo database:
``dev/run`` and the tests call :func:`make_demo_company`, nothing else does.
"""

from .company import find_demo_company, make_demo_company
