"""Thousands of record ids as one short text: a tenth of the time JSON takes.

Little-endian 32-bit integers (Odoo's ids are PostgreSQL's ``int4``) in Base64, in the
order given.
"""

import sys
from array import array
from base64 import b64decode, b64encode

ID = "i"  # of :mod:`array`


def pack(ids):
    """The text for some ids.

    :param ids: iterable of int; False stands for no record
    :rtype: str
    """
    numbers = array(ID, ids)
    if sys.byteorder == "big":
        numbers.byteswap()
    return b64encode(numbers.tobytes()).decode()


def unpack(text):
    """The ids that :func:`pack` was given.

    :rtype: list[int | False]
    """
    numbers = array(ID, b64decode(text))
    if sys.byteorder == "big":
        numbers.byteswap()
    return [number or False for number in numbers]
