class InvalidRequest(ValueError):
    """A request that cannot be answered, said in terms of its parameter.

    The engine knows no language, so it names the case and leaves the sentence to the
    model layer.

    :param str parameter: the parameter at fault, as the public methods call it
    :param str code: which rule it breaks (see ``models/sale_dashboard.py``)
    :param values: what the sentence needs to be helpful
    """

    def __init__(self, parameter, code, **values):
        super().__init__(f"{parameter}: {code} {values or ''}".rstrip())
        self.parameter = parameter
        self.code = code
        self.values = values
