from . import sale_dashboard_report
