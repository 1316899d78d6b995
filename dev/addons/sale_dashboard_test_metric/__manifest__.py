{
    "name": "Sales Dashboard: a further metric (test)",
    "summary": "How another addon adds a figure: one override",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "license": "LGPL-3",
    "author": "Sales Dashboard contributors",
    "depends": ["sale_dashboard"],
}
