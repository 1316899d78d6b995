"""What `dev/bench` measures: one module for each thing.

Each module of `PARTS` (in `commands/bench.py`) offers one function:

    measure(context: Context) -> Measured

`Context` (in `context.py`) says where: a filled database, the Odoo that serves it, the
periods, how often to repeat. `Measured` is the answer: every single sample in
milliseconds by the name of its series, and beside them facts (bytes, counts, plans) and
ratios, all in JSON types. A module prepares and cleans up after itself, warms up before
it counts, alternates the sides it compares within one loop (so that whatever else the
machine does falls on all of them alike), and shows its progress with `progress.Step`.

Series are named `<what>_<period>` (`ours_30d`, `odoo_90d`) or plainly `<what>`
(`confirm_plain`). A ratio is of two medians, named `<numerator>_vs_<denominator>[_30d]`
or by the name the issue gives it (`confirm_overhead`). Wherever a file or a database is
left for the next run, its name begins with `sale_dashboard_bench`.

Standard library only, as in all of `dev/lib`: what needs Odoo, matplotlib, locust or a
browser runs as a program of the environment (`dev/lib/scripts/bench_*.py`, started with
`paths.PYTHON`), speaks in lines on stdout, and takes what it needs from
`dev/lock/bench.txt`.

company      makes the database of N orders
context      Context, Measured, Period
figures      our answer, hand-written SQL, Odoo's own dashboard, the seed's way
statistics   medians and their spread
report       the table, the JSON, the picture
"""
