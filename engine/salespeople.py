"""Whose orders somebody may see, as far as his access rules say it by salesperson."""

NOBODY = 0  # orders without a salesperson
AND, OR = "&", "|"


def find_salespeople(domain):
    """The salespeople whose orders a domain can find, and nobody else's.

    :param domain: list in prefix notation, with all its operators, on ``sale.order``
    :return: set of user ids, :data:`NOBODY` for orders without a salesperson; None if
        it may find anybody's, or nobody can say
    """
    found = []
    for item in reversed(domain):
        if item == AND:
            found.append(_intersect(found.pop(), found.pop()))
        elif item == OR:
            one, other = found.pop(), found.pop()
            found.append(None if one is None or other is None else one | other)
        elif isinstance(item, str):
            found[-1] = None  # not: what is left is anybody's
        else:
            found.append(_read(item))
    [salespeople] = found or [None]
    return salespeople


def _intersect(one, other):
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _read(condition):
    if not isinstance(condition, tuple | list):
        return None
    field, operator, value = condition
    if field != "user_id":
        return None
    if operator == "=":
        value = [value]
    elif operator != "in" or isinstance(value, str):
        return None
    ids = [NOBODY if one is False or one is None else one for one in value]
    return set(ids) if all(type(one) is int for one in ids) else None
