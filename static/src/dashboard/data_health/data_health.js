import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatAmount, formatExactAmount, formatOrders } from "../format";
import { Section } from "../section/section";

/** What may be wrong with the records behind the figures: nothing shows where all is well. */
export class DataHealth extends Component {
    static template = "sale_dashboard.DataHealth";
    static components = { Section };
    static props = {
        currencyId: Number,
        error: { type: [String, { value: null }], optional: true },
        onOpen: Function,
        onRetry: Function,
        warnings: Array,
    };

    get isShown() {
        return Boolean(this.props.error || this.props.warnings.length);
    }

    get sentence() {
        const count = this.props.warnings.length;
        return count === 1
            ? _t("One thing to know about these figures")
            : _t("%s things to know about these figures", count);
    }

    get rows() {
        const { currencyId, warnings } = this.props;
        return warnings.map((warning) => ({
            warning,
            message: warning.message,
            canOpen: Boolean(warning.domain?.length),
            exact: warning.order_count ? formatExactAmount(warning.revenue, currencyId) : "",
            touched: warning.order_count
                ? _t("%(orders)s, %(amount)s", {
                      orders: formatOrders(warning.order_count),
                      amount: formatAmount(warning.revenue, currencyId),
                  })
                : "",
        }));
    }
}
