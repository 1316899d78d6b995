-- The first screen's figures, in SQL written by hand: what `dev/bench` compares with.
--
-- At most one statement for each section, as fast as we could make them, free to use the
-- addon's indexes, under the rights predicate of the user who asks (the administrator,
-- who sees all documents of his companies). `dev/lib/scripts/bench_worker.py` gives the
-- parameters, runs the statements in one transaction, and compares every figure with the
-- dashboard's, to the cent.
--
-- A statement begins at its line `-- name:`. Rows of all statements have one form:
-- kind, key, whether it is of the period, then numbers. Money is in units of the currency's rounding.

-- name: sales
WITH rates AS MATERIALIZED (
    SELECT
        company_id, currency_id, SUM(amount_untaxed) AS amount,
        SUM(amount_untaxed / COALESCE(NULLIF(currency_rate, 0), 1)) AS company_amount
    FROM sale_order
    WHERE state = 'sale'
        AND company_id = ANY(%(companies)s)
        AND date_order >= %(previous_start)s AND date_order < %(previous_end)s
        AND currency_id
            <> CASE company_id WHEN %(foreign)s THEN %(foreign_currency)s ELSE %(currency)s END
    GROUP BY company_id, currency_id
),
grouped AS MATERIALIZED (
    SELECT
        GROUPING(bucket) AS no_bucket,
        GROUPING(customer) AS no_customer,
        GROUPING(user_id) AS no_user,
        GROUPING(team_id) AS no_team,
        is_current, bucket, customer, user_id, team_id,
        SUM(units)::bigint AS units, COUNT(*) AS orders, MAX(date_order) AS last,
        MIN(bucket) AS first_bucket,
        SUM(units - constant_units)::bigint AS effect
    FROM (
        SELECT
            o.date_order >= %(start)s AS is_current,
            width_bucket(o.date_order, %(bounds)s::timestamp[]) AS bucket,
            p.commercial_partner_id AS customer,
            o.user_id, o.team_id, o.date_order,
            ROUND(
                CASE o.company_id
                    WHEN %(foreign)s THEN o.amount_untaxed * %(numerator)s
                        / (COALESCE(NULLIF(o.currency_rate, 0), 1) * (%(denominator)s * %(unit)s))
                    ELSE o.amount_untaxed / (COALESCE(NULLIF(o.currency_rate, 0), 1) * %(unit)s)
                END
            )::bigint AS units,
            CASE
                WHEN r.amount IS NOT NULL AND o.date_order >= %(start)s
                THEN ROUND(
                    o.amount_untaxed * r.company_amount
                    * CASE o.company_id WHEN %(foreign)s THEN %(numerator)s ELSE 1 END
                    / (
                        r.amount
                        * CASE o.company_id
                            WHEN %(foreign)s THEN %(denominator)s ELSE 1 END
                        * %(unit)s
                    )
                )::bigint
            END AS constant_units
        FROM sale_order AS o
        LEFT JOIN rates AS r
            ON r.company_id = o.company_id AND r.currency_id = o.currency_id
        LEFT JOIN res_partner AS p
            ON p.id = o.partner_id
            AND (
                p.company_id = ANY(%(companies)s)
                OR p.company_id IS NULL
                OR p.partner_share IS NOT TRUE
            )
        WHERE o.state = 'sale'
            AND o.company_id = ANY(%(companies)s)
            AND o.date_order >= %(previous_start)s AND o.date_order < %(end)s
            AND (o.date_order < %(previous_end)s OR o.date_order >= %(start)s)
    ) AS orders
    GROUP BY GROUPING SETS (
        (is_current), (bucket), (is_current, customer),
        (is_current, user_id), (is_current, team_id)
    )
),
by_customer AS MATERIALIZED (
    SELECT
        g.is_current, g.customer, g.units, g.orders, g.last, g.first_bucket, g.effect,
        p.country_id,
        p.id IS NOT NULL AS visible
    FROM grouped AS g
    LEFT JOIN res_partner AS p
        ON p.id = g.customer
        AND (
            p.company_id = ANY(%(companies)s)
            OR p.company_id IS NULL
            OR p.partner_share IS NOT TRUE
        )
    WHERE g.no_customer = 0
),
ranked AS MATERIALIZED (
    SELECT
        *,
        row_number() OVER best AS place,
        count(*) OVER side AS n
    FROM by_customer
    WHERE visible
    WINDOW
        side AS (PARTITION BY is_current),
        best AS (PARTITION BY is_current ORDER BY units DESC, customer)
),
thresholds AS (
    SELECT
        is_current,
        MAX(units) FILTER (
            WHERE place = 1 + CASE WHEN n > 10 THEN n / 10 ELSE 0 END
        ) AS high,
        MAX(units) FILTER (
            WHERE place = 1 + CASE WHEN n > 3 THEN 3 * n / 10 ELSE n - 1 END
        ) AS medium
    FROM ranked
    GROUP BY is_current
),
segmented AS MATERIALIZED (
    SELECT
        r.*,
        CASE
            WHEN r.units >= t.high THEN 'High Value'
            WHEN r.units >= t.medium THEN 'Medium Value'
            ELSE 'Low Value'
        END AS segment
    FROM ranked AS r
    JOIN thresholds AS t USING (is_current)
),
scored AS MATERIALIZED (
    SELECT
        customer, units, orders, place,
        5 - 5 * (rank() OVER (ORDER BY last_day DESC) - 1) / n AS recency,
        5 - 5 * (rank() OVER (ORDER BY orders DESC) - 1) / n AS frequency,
        5 - 5 * (rank() OVER (ORDER BY units DESC) - 1) / n AS monetary
    FROM (
        SELECT
            *, (last AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date AS last_day
        FROM ranked
        WHERE is_current
    ) AS days
),
rfm AS (
    SELECT
        CASE
            WHEN recency >= 4 AND frequency >= 4 AND monetary >= 4 THEN 'champion'
            WHEN recency >= 3 AND frequency >= 3 THEN 'loyal'
            WHEN recency >= 4 THEN 'promising'
            WHEN recency = 3 THEN 'needs_attention'
            WHEN frequency >= 3 THEN 'at_risk'
            ELSE 'hibernating'
        END AS rfm_group,
        *
    FROM scored
),
-- Those with an order in the comparison had one before the period.
candidates AS MATERIALIZED (
    SELECT r.is_current, r.customer, r.units, r.orders, r.first_bucket
    FROM ranked AS r
    WHERE NOT r.is_current
        OR NOT EXISTS (
            SELECT FROM ranked AS b WHERE b.customer = r.customer AND NOT b.is_current
        )
),
newcomers AS MATERIALIZED (
    SELECT c.*
    FROM candidates AS c
    WHERE NOT EXISTS (
        SELECT
        FROM res_partner AS p
        JOIN sale_order AS o ON o.partner_id = p.id
        WHERE p.commercial_partner_id = c.customer
            AND o.state = 'sale'
            AND o.company_id = ANY(%(companies)s)
            AND o.date_order
                < CASE WHEN c.is_current THEN %(start)s ELSE %(previous_start)s END
            AND (
                p.company_id = ANY(%(companies)s)
                OR p.company_id IS NULL
                OR p.partner_share IS NOT TRUE
            )
    )
),
-- Customers the viewer may not see are one row, the customer NULL.
sides AS (
    SELECT
        CASE WHEN c.visible THEN c.customer END AS customer,
        SUM(c.units - COALESCE(c.effect, 0)) FILTER (WHERE c.is_current) AS r1,
        SUM(c.orders) FILTER (WHERE c.is_current) AS n1,
        SUM(c.units) FILTER (WHERE NOT c.is_current) AS r0,
        SUM(c.orders) FILTER (WHERE NOT c.is_current) AS n0
    FROM by_customer AS c
    GROUP BY CASE WHEN c.visible THEN c.customer END
),
bridged AS (
    SELECT
        SUM(s.r1) FILTER (WHERE s.n0 IS NULL AND w.customer IS NOT NULL) AS newly,
        SUM(s.r1) FILTER (WHERE s.n0 IS NULL AND w.customer IS NULL) AS returned,
        -SUM(s.r0) FILTER (WHERE s.n1 IS NULL) AS lost,
        SUM((s.n1 - s.n0) * s.r0 / s.n0) FILTER (WHERE s.n0 > 0 AND s.n1 > 0) AS volume,
        SUM(s.r1 - s.r0) FILTER (WHERE s.n0 > 0 AND s.n1 > 0) AS common
    FROM sides AS s
    LEFT JOIN newcomers AS w ON w.is_current AND w.customer = s.customer
)
SELECT 'total' AS kind, NULL AS key, is_current, units, orders, NULL::bigint, NULL::bigint
FROM grouped
WHERE no_bucket = 1 AND no_customer = 1 AND no_user = 1 AND no_team = 1
UNION ALL
SELECT 'bucket', bucket::text, NULL, units, orders, NULL, NULL
FROM grouped WHERE no_bucket = 0
UNION ALL
SELECT 'user', COALESCE(user_id::text, ''), is_current, units, orders, NULL, NULL
FROM grouped WHERE no_user = 0
UNION ALL
SELECT 'team', COALESCE(team_id::text, ''), is_current, units, orders, NULL, NULL
FROM grouped WHERE no_team = 0
UNION ALL
SELECT
    'country', COALESCE(country_id::text, ''), is_current, SUM(units), SUM(orders), NULL, NULL
FROM by_customer GROUP BY country_id, is_current
UNION ALL
SELECT 'segment', segment, is_current, SUM(units), SUM(orders), COUNT(*), NULL
FROM segmented GROUP BY segment, is_current
UNION ALL
SELECT 'segment_top', segment, NULL, units, orders, customer, number
FROM (
    SELECT *, row_number() OVER (PARTITION BY segment ORDER BY place) AS number
    FROM segmented WHERE is_current
) AS best
WHERE number <= 3
UNION ALL
SELECT 'top', place::text, NULL, units, orders, customer, NULL
FROM ranked WHERE is_current AND place <= 10
UNION ALL
SELECT 'top_before', b.customer::text, NULL, b.units, b.orders, NULL, NULL
FROM ranked AS b JOIN ranked AS r USING (customer)
WHERE NOT b.is_current AND r.is_current AND r.place <= 10
UNION ALL
SELECT 'top_rfm', place::text, NULL, recency, frequency, monetary, NULL
FROM rfm WHERE place <= 10
UNION ALL
SELECT 'rfm_group', rfm_group, NULL, SUM(units), SUM(orders), COUNT(*), NULL
FROM rfm GROUP BY rfm_group
UNION ALL
SELECT 'new', NULL, is_current, SUM(units), SUM(orders), COUNT(*), NULL
FROM newcomers GROUP BY is_current
UNION ALL
SELECT 'bucket_new', first_bucket::text, NULL, NULL, NULL, COUNT(*), NULL
FROM newcomers GROUP BY first_bucket
UNION ALL
SELECT 'effect', NULL, NULL, SUM(effect), NULL, NULL, NULL FROM by_customer
UNION ALL
SELECT 'bridge', part, NULL, units, NULL, NULL, NULL
FROM bridged
CROSS JOIN LATERAL (
    VALUES
        ('new', newly), ('returning', returned), ('lost', lost),
        ('volume', ROUND(volume)), ('size', ROUND(common - volume))
) AS parts (part, units)

-- name: names
SELECT
    'name', id::text, NULL::boolean, NULL::bigint, NULL::bigint, NULL::bigint,
    json_build_array(name, email, is_company)::text
FROM res_partner
WHERE id = ANY(%(shown)s)
    AND (
        company_id = ANY(%(companies)s) OR company_id IS NULL
        OR partner_share IS NOT TRUE
    )

-- name: lifetime
SELECT
    'lifetime', p.commercial_partner_id::text, NULL::boolean,
    SUM(
        ROUND(
            CASE o.company_id
                WHEN %(foreign)s THEN o.amount_untaxed * %(numerator)s
                    / (COALESCE(NULLIF(o.currency_rate, 0), 1) * (%(denominator)s * %(unit)s))
                ELSE o.amount_untaxed / (COALESCE(NULLIF(o.currency_rate, 0), 1) * %(unit)s)
            END
        )::bigint
    ),
    COUNT(*),
    (MIN(o.date_order) AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date,
    (MAX(o.date_order) AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date
FROM res_partner AS p
JOIN sale_order AS o ON o.partner_id = p.id
WHERE p.commercial_partner_id = ANY(%(best)s)
    AND o.state = 'sale'
    AND o.company_id = ANY(%(companies)s)
    AND o.date_order < %(end)s
    AND (
        p.company_id = ANY(%(companies)s) OR p.company_id IS NULL
        OR p.partner_share IS NOT TRUE
    )
GROUP BY p.commercial_partner_id

-- name: conversion
SELECT
    'created', width_bucket(create_date, %(bounds)s::timestamp[])::text,
    create_date >= %(start)s,
    COUNT(*) FILTER (
        WHERE state = 'sale' AND (create_date >= %(start)s OR date_order < %(matured)s)
    ),
    COUNT(*), NULL::bigint, NULL::bigint
FROM sale_order
WHERE company_id = ANY(%(companies)s)
    AND create_date >= %(previous_start)s AND create_date < %(end)s
    AND (create_date < %(previous_end)s OR create_date >= %(start)s)
GROUP BY 2, 3

-- name: quotations
SELECT
    'quotation', CASE WHEN validity_date < %(today)s THEN 'expired' ELSE 'open' END,
    validity_date >= %(today)s AND validity_date <= %(today)s::date + 7,
    SUM(
        ROUND(
            CASE company_id
                WHEN %(foreign)s THEN amount_untaxed * %(numerator)s
                    / (COALESCE(NULLIF(currency_rate, 0), 1) * (%(denominator)s * %(unit)s))
                ELSE amount_untaxed / (COALESCE(NULLIF(currency_rate, 0), 1) * %(unit)s)
            END
        )::bigint
    ),
    COUNT(*), NULL::bigint, NULL::bigint
FROM sale_order
WHERE company_id = ANY(%(companies)s) AND state IN ('draft', 'sent')
GROUP BY 2, 3

-- name: health
SELECT
    'warning', code, NULL::boolean, SUM(units)::bigint, COUNT(*), NULL::bigint, NULL::bigint
FROM (
    SELECT 'no_product_line' AS code, amount_untaxed AS units
    FROM sale_order AS o
    WHERE state = 'sale'
        AND company_id = ANY(%(companies)s)
        AND date_order >= %(start)s AND date_order < %(end)s
        AND NOT EXISTS (
            SELECT FROM sale_order_line AS l
            WHERE l.order_id = o.id AND l.display_type IS NULL
        )
    UNION ALL
    SELECT 'future_order', amount_untaxed
    FROM sale_order
    WHERE state = 'sale' AND company_id = ANY(%(companies)s) AND date_order > %(now)s
    UNION ALL
    SELECT 'currency_without_rate', amount_untaxed
    FROM sale_order AS o
    WHERE state = 'sale'
        AND company_id = ANY(%(companies)s)
        AND date_order >= %(start)s AND date_order < %(end)s
        AND currency_id <> ALL(ARRAY[%(currency)s, %(foreign_currency)s])
        AND currency_id NOT IN (SELECT currency_id FROM res_currency_rate)
) AS warnings
GROUP BY code
