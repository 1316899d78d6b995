from . import sale_dashboard_source
