{
    "name": "Sales Dashboard",
    "summary": "Live sales figures, right to the cent, each opened down to its orders",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "license": "LGPL-3",
    "author": "Sales Dashboard contributors",
    "depends": ["sale_management"],
    "data": [
        "security/ir.model.access.csv",
        "security/sale_dashboard_security.xml",
        "data/ir_config_parameter_data.xml",
        "data/ir_actions_server_data.xml",
        "data/ir_cron_data.xml",
        "views/res_config_settings_views.xml",
        "views/sale_dashboard_views.xml",
        "views/sale_dashboard_target_views.xml",
        "views/sale_dashboard_menus.xml",
        "report/sale_dashboard_report_views.xml",
    ],
    "uninstall_hook": "uninstall_hook",
    "assets": {
        "web.assets_backend": [
            "sale_dashboard/static/src/dashboard_action.js",
        ],
        "sale_dashboard.assets": [
            ("include", "web._assets_helpers"),
            ("include", "web._assets_backend_helpers"),
            "sale_dashboard/static/src/dashboard/**/*.js",
            "sale_dashboard/static/src/dashboard/**/*.xml",
            "sale_dashboard/static/src/dashboard/**/*.scss",
        ],
        "web.assets_unit_tests": [
            "sale_dashboard/static/src/dashboard/**/*.js",
            "sale_dashboard/static/src/dashboard/**/*.xml",
            "sale_dashboard/static/tests/**/*.test.js",
            "sale_dashboard/static/tests/helpers/**/*.js",
        ],
        "web.assets_tests": [
            "sale_dashboard/static/tests/tours/**/*.js",
        ],
    },
}
