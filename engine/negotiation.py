"""Which form of an answer a caller of the HTTP API gets (RFC 9110, section 12.5.1)."""

import re

JSON = "json"
CONTENT_TYPES = {
    JSON: "application/json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}

_RANGE = re.compile(r"([\w!#$&^.+*-]+)/([\w!#$&^.+*-]+)", re.ASCII)
_WEIGHT = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII | re.IGNORECASE)


def split_ending(address):
    """``("top_customers", "csv")`` of ``top_customers.csv``; without one, None.

    An ending that stands for no format stays a part of the name.
    """
    name, dot, ending = address.rpartition(".")
    return (name, ending) if dot and ending in CONTENT_TYPES else (address, None)


def choose_format(accept, offered):
    """The format a caller likes best.

    The most specific range decides on each content type; of two that are liked alike
    it is the one offered first. What cannot be read in the header says nothing.

    :param str accept: the header ``Accept``, None without it
    :param offered: names of formats, the usual one first
    :return: one of ``offered``, or None if none of them is acceptable
    """
    ranges = parse_accept(accept or "")
    if not ranges:
        return offered[0]
    best, liked = None, 0.0
    for name in offered:
        weight = _weigh(CONTENT_TYPES[name], ranges)
        if weight > liked:
            best, liked = name, weight
    return best


def parse_accept(header):
    """``{range: weight}`` of the header, a range as ``type/*`` in lower case."""
    ranges = {}
    for item in header.split(","):
        content_type, *parameters = (part.strip() for part in item.split(";"))
        found = _RANGE.fullmatch(content_type)
        if not found or (found[1] == "*" and found[2] != "*"):
            continue
        weight = 1.0
        for parameter in parameters:
            if parameter[:2].lower() == "q=":
                weighed = _WEIGHT.fullmatch(parameter)
                weight = float(weighed[1]) if weighed else None
        if weight is not None:
            ranges[content_type.lower()] = weight
    return ranges


def _weigh(content_type, ranges):
    kind = content_type.partition("/")[0]
    for candidate in (content_type, f"{kind}/*", "*/*"):
        if candidate in ranges:
            return ranges[candidate]
    return 0.0
