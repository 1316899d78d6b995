"""JSON Schemas of what the HTTP API answers, beside the code that makes it.

Objects are open, so that a key more breaks nobody; the tests close them and hold real
answers against them. ``null`` is what is undefined: a change on a base of zero, a
figure whose section failed, a comparison that was not asked for.
"""

NUMBER = {"type": "number"}
COUNT = {"type": "integer", "minimum": 0}
INTEGER = {"type": "integer"}
TEXT = {"type": "string"}
BOOLEAN = {"type": "boolean"}
DAY = {"type": "string", "format": "date"}
INSTANT = {"type": "string", "format": "date-time"}
TOKEN = {"type": "string", "pattern": "^[0-9]+-[0-9a-f]{16}$"}
IDS = {"type": "array", "items": INTEGER}


def described(schema, description):
    return {**schema, "description": description}


def nullable(schema):
    """``schema`` or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def record(**properties):
    """An object that has all of these."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
    }


def listed(schema):
    return {"type": "array", "items": schema}


MONEY = described(NUMBER, "In the display currency, rounded to it.")
PERCENT = described(NUMBER, "In percent.")
CHANGE = described(nullable(NUMBER), "In percent; null on a base of zero.")


def _figures(**more):
    return {
        "total_revenue": nullable(MONEY),
        "total_orders": nullable(COUNT),
        "average_order_value": nullable(MONEY),
        **more,
        "new_customers": nullable(COUNT),
        "conversion_rate": nullable(PERCENT),
    }


OVERVIEW = record(
    **_figures(customer_count=nullable(COUNT)),
    period_start=DAY,
    period_end=DAY,
    previous=nullable(record(**_figures())),
    change=nullable(record(**dict.fromkeys(_figures(), CHANGE))),
)
TOP_CUSTOMER = record(
    id=nullable(INTEGER),
    name=TEXT,
    email=TEXT,
    is_company=BOOLEAN,
    total_revenue=MONEY,
    order_count=COUNT,
    rank=INTEGER,
    share=PERCENT,
    previous=nullable(record(total_revenue=MONEY, order_count=COUNT)),
    change=CHANGE,
    lifetime=nullable(
        record(
            revenue=MONEY,
            order_count=COUNT,
            first_order_date=DAY,
            last_order_date=DAY,
            average_gap_days=nullable(NUMBER),
        )
    ),
    rfm=nullable(
        record(recency=INTEGER, frequency=INTEGER, monetary=INTEGER, group=TEXT)
    ),
)
_BUCKET_FIGURES = {
    "revenue": MONEY,
    "order_count": COUNT,
    "new_customers": described(
        nullable(COUNT), "New customers whose first order of the period is in it."
    ),
    "created_orders": described(nullable(COUNT), "Created in it, in any state."),
    "converted_orders": described(nullable(COUNT), "Those that are confirmed now."),
    "conversion_rate": nullable(PERCENT),
}
PERIOD = record(
    period=described(TEXT, "The day, the week's Monday, or the month as YYYY-MM."),
    date_from=DAY,
    date_to=DAY,
    **_BUCKET_FIGURES,
    partial=described(BOOLEAN, "The period asked for cuts it."),
    running=described(BOOLEAN, "It is not over yet."),
    previous=nullable(record(date_from=DAY, date_to=DAY, **_BUCKET_FIGURES)),
    change=CHANGE,
)
SEGMENT = record(
    segment_name=TEXT,
    customer_count=COUNT,
    total_revenue=MONEY,
    average_revenue_per_customer=MONEY,
    top_customers=listed(
        record(
            id=INTEGER,
            name=TEXT,
            email=nullable(TEXT),
            is_company=BOOLEAN,
            total_revenue=MONEY,
            order_count=COUNT,
        )
    ),
    previous=nullable(record(customer_count=COUNT, total_revenue=MONEY)),
    change=CHANGE,
)
BREAKDOWN_ROW = record(
    key=described(TEXT, "Id of the record, or the name of the row."),
    id=nullable(INTEGER),
    name=described(TEXT, "Empty where the caller may not see it."),
    revenue=MONEY,
    order_count=COUNT,
    customer_count=COUNT,
    quantity=NUMBER,
    share=PERCENT,
    rank=INTEGER,
    previous=nullable(record(revenue=MONEY, order_count=COUNT)),
    change=CHANGE,
)
WARNING = record(
    code=TEXT,
    message=described(TEXT, "In the language of the user."),
    order_count=COUNT,
    revenue=MONEY,
    model=TEXT,
    domain=described(listed({}), "The orders it is about."),
)
METRIC = record(
    name=TEXT,
    label=TEXT,
    help=TEXT,
    kind=TEXT,
    value=NUMBER,
    previous=nullable(NUMBER),
    change=CHANGE,
)

# The payload: what the figures are ...
SECTIONS = {
    "overview": OVERVIEW,
    "top_customers": listed(TOP_CUSTOMER),
    "sales_by_period": listed(PERIOD),
    "customer_segments": listed(SEGMENT),
    "hidden_customers": record(total_revenue=MONEY, order_count=COUNT),
    "breakdowns": described(
        {"type": "object", "additionalProperties": listed(BREAKDOWN_ROW)},
        "Dimension to its rows, in rank order; one without rows is absent.",
    ),
    "constant_currency": nullable(
        record(
            revenue=MONEY,
            change=CHANGE,
            currency_effect=MONEY,
            rates=described(
                listed(listed(NUMBER)),
                "Company, currency, sum of amounts, sum in company currency.",
            ),
        )
    ),
    "metrics": described(listed(METRIC), "Figures that other addons add."),
    "comparison": nullable(
        record(
            compare=TEXT,
            date_from=DAY,
            date_to=DAY,
            start=INSTANT,
            end=INSTANT,
        )
    ),
}
# ... and what they are figures of.
PROVENANCE = {
    "schema_version": {"const": 1},
    "id": described(INTEGER, "The stored record, a sale.dashboard of the caller."),
    "currency": described(TEXT, "ISO 4217 code of the display currency."),
    "currency_id": INTEGER,
    "currency_rounding": NUMBER,
    "currency_factors": {
        "type": "object",
        "additionalProperties": record(
            numerator=NUMBER,
            denominator=NUMBER,
            date={"anyOf": [DAY, {"const": False}]},
        ),
        "description": "Company id to the factor its amounts are multiplied by.",
    },
    "company_id": INTEGER,
    "company_ids": described(IDS, "The current company first."),
    "timezone": TEXT,
    "period_type": TEXT,
    "measure": TEXT,
    "generated_at": INSTANT,
    "expires_at": INSTANT,
    "duration_ms": COUNT,
    "change_token": TOKEN,
    "warnings": listed(WARNING),
    "errors": described(
        {"type": "object", "additionalProperties": TEXT},
        "Section that failed to a sentence. A failed figure is null, never zero.",
    ),
}
DASHBOARD = record(**SECTIONS, **PROVENANCE)


def section(part, dimension=None):
    """The schema of the payload with only one of its parts."""
    schema = SECTIONS[part]
    if dimension:
        schema = record(**{dimension: listed(BREAKDOWN_ROW)})
    return record(**{part: schema}, **PROVENANCE)


# Targets
_DAYS = record(total=COUNT, gone=COUNT, remaining=COUNT)
_PROJECTION = {
    "anyOf": [
        record(
            status={"const": "projected"},
            expected=MONEY,
            low=MONEY,
            high=MONEY,
            base=MONEY,
            as_of=DAY,
            error=PERCENT,
            covered=COUNT,
            tested=COUNT,
            months=COUNT,
        ),
        record(
            status={"const": "not_enough_history"},
            reason=TEXT,
            months=COUNT,
            months_needed=COUNT,
        ),
        record(status={"enum": ["over", "not_begun"]}),
        {"type": "null"},
    ]
}
TARGETS = record(
    month={"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"},
    status={"enum": ["running", "over", "not_begun"]},
    date_from=DAY,
    date_to=DAY,
    currency=TEXT,
    currency_id=INTEGER,
    timezone=TEXT,
    partial=described(BOOLEAN, "The caller sees only his own orders."),
    working_days=_DAYS,
    targets=listed(
        record(
            id=INTEGER,
            kind=TEXT,
            res_id=INTEGER,
            name=TEXT,
            company_id=INTEGER,
            amount=nullable(MONEY),
            reached=nullable(MONEY),
            share=PERCENT,
            expected_share=nullable(PERCENT),
            status=nullable({"enum": ["ahead", "on_track", "behind"]}),
            remaining=nullable(MONEY),
            needed_per_day=nullable(MONEY),
            working_days=_DAYS,
            partial=BOOLEAN,
            projection=_PROJECTION,
        )
    ),
    projection=_PROJECTION,
    suggestions=listed(
        record(
            team_id=INTEGER,
            name=TEXT,
            company_id=INTEGER,
            currency=TEXT,
            currency_id=INTEGER,
            amount=MONEY,
            basis=TEXT,
            label=TEXT,
        )
    ),
)
CHANGES = record(
    changed=described(BOOLEAN, "Whether anything may have moved since the token."),
    change_token=described(TOKEN, "The present token."),
)
CACHE_INFO = record(
    hits=COUNT,
    misses=COUNT,
    hit_ratio={"type": "number", "minimum": 0, "maximum": 1},
    size=described(COUNT, "Stored answers of the caller that have not expired."),
)
PROBLEM = record(
    type=TEXT,
    title=TEXT,
    status={"type": "integer", "minimum": 400, "maximum": 599},
    detail=described(TEXT, "What to do about it."),
)
PROBLEM["properties"]["parameter"] = described(TEXT, "The query parameter at fault.")
PROBLEM["properties"]["available"] = described(
    listed(TEXT), "The content types there are (406)."
)
