"""Entity tags of the HTTP API: equal tags, equal bytes (RFC 9110, section 8.8.3).

A tag begins with the change token the figures were read at, so that a server which is
behind (a replica) can tell that the caller has something newer.
"""

import hashlib
import json
import re

from .errors import InvalidRequest

_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_TOKEN = re.compile(r"(\d{1,18})-[0-9a-f]{16}", re.ASCII)


def make_tag(token, *parts):
    """The tag of what was made from ``parts`` (JSON types) at a change token."""
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    return f'"{token}.{digest[:32]}"'


def matches(header, tag):
    """Whether ``If-None-Match`` names a tag; proxies that compress weaken tags."""
    if not header:
        return False
    return header.strip() == "*" or tag.strip('"') in _TAG.findall(header)


def newest_token(header):
    """The change token of the newest tag in ``If-None-Match``; None if there is none.

    :rtype: str | None
    """
    tokens = (tag.rpartition(".")[0] for tag in _TAG.findall(header or ""))
    return max(
        (token for token in tokens if _TOKEN.fullmatch(token)),
        key=lambda token: int(token.partition("-")[0]),
        default=None,
    )


def check_token(value):
    """A change token as a caller gives it.

    :raise InvalidRequest: if it has not the form of one
    """
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise InvalidRequest("token", "not_a_token", value=str(value)[:60])
    return value
