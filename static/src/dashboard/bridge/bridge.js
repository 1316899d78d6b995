import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Change } from "../change/change";
import {
    formatAmount,
    formatDayRange,
    formatExactAmount,
    formatSigned,
    formatSignedAmount,
} from "../format";
import { Section } from "../section/section";

/**
 * What each part is called where it adds (or takes), and in the middle of a sentence; and
 * which orders are behind it.
 */
const PARTS = {
    new: {
        label: _t("New customers"),
        phrase: _t("new customers"),
        help: _t("Orders of customers who had never ordered before."),
    },
    returning: {
        label: _t("Came back"),
        phrase: _t("customers who came back"),
        help: _t("Orders of customers who had none in the comparison, but one before."),
    },
    lost: {
        label: _t("Not ordering"),
        phrase: _t("customers who did not order again"),
        help: _t("What customers ordered in the comparison who have no order now."),
    },
    volume: {
        label: _t("More orders"),
        phrase: _t("more orders per customer"),
        lessLabel: _t("Fewer orders"),
        lessPhrase: _t("fewer orders per customer"),
        help: _t("Customers of both periods: the number of their orders."),
    },
    size: {
        label: _t("Bigger orders"),
        phrase: _t("bigger orders"),
        lessLabel: _t("Smaller orders"),
        lessPhrase: _t("smaller orders"),
        help: _t("Customers of both periods: the size of their orders."),
    },
    currency: {
        label: _t("Exchange rates"),
        phrase: _t("exchange rates"),
        help: _t("Orders in other currencies, at their own instead of the comparison's rates."),
    },
};

/**
 * From the revenue of the comparison to that of the period, part by part: each opens its
 * orders. Columns where there is room, rows on a phone.
 */
export class Bridge extends Component {
    static template = "sale_dashboard.Bridge";
    static components = { Change, Section };
    static props = {
        comparison: Object,
        /** growth at the comparison's exchange rates */
        constantCurrency: [Object, { value: false }],
        currencyId: Number,
        error: { type: [String, { value: null }], optional: true },
        onOpen: Function,
        onOpenTotal: Function,
        onRetry: Function,
        /** growth as booked, in percent */
        change: [Number, { value: false }],
        previousRevenue: [Number, { value: false }],
        range: Object,
        revenue: [Number, { value: false }],
        rows: Array,
    };

    setup() {
        this.state = useState({ isTable: false });
    }

    get title() {
        const { currencyId, error, previousRevenue, revenue } = this.props;
        if (error) {
            return _t("Why revenue changed");
        }
        return _t(
            "Why revenue changed: %s",
            formatSignedAmount(revenue - previousRevenue, currencyId)
        );
    }

    get parts() {
        return this.props.rows
            .filter((row) => row.key !== "currency" || row.revenue)
            .map((row) => {
                const { help, label, lessLabel, lessPhrase, phrase } = PARTS[row.key];
                const isLess = row.revenue < 0;
                return {
                    row,
                    key: row.key,
                    help: help.toString(),
                    label: (isLess && lessLabel ? lessLabel : label).toString(),
                    phrase: (isLess && lessPhrase ? lessPhrase : phrase).toString(),
                    revenue: row.revenue,
                };
            });
    }

    get sentence() {
        const describe = (part) =>
            _t("%(what)s (%(amount)s)", {
                what: part.phrase,
                amount: formatSignedAmount(part.revenue, this.props.currencyId),
            });
        const sorted = [...this.parts].sort((one, other) => other.revenue - one.revenue);
        const best = sorted[0];
        const worst = sorted.at(-1);
        if (best?.revenue > 0 && worst.revenue < 0) {
            return _t("Most was gained by %(gain)s, most was lost by %(loss)s.", {
                gain: describe(best),
                loss: describe(worst),
            });
        }
        if (best?.revenue > 0) {
            return _t("Most was gained by %s.", describe(best));
        }
        if (worst?.revenue < 0) {
            return _t("Most was lost by %s.", describe(worst));
        }
        return _t("Nothing changed.");
    }

    /** All columns, with the part of the height that each takes. */
    get columns() {
        const { comparison, currencyId, previousRevenue, range, revenue } = this.props;
        const columns = [
            {
                key: "previous",
                type: "before",
                label: formatDayRange(comparison),
                help: _t("The period compared with"),
                start: 0,
                end: previousRevenue,
                side: "previous",
            },
        ];
        let reached = previousRevenue;
        for (const part of this.parts) {
            columns.push({
                ...part,
                type: part.revenue > 0 ? "gain" : part.revenue < 0 ? "loss" : "none",
                start: reached,
                end: reached + part.revenue,
            });
            reached += part.revenue;
        }
        columns.push({
            key: "current",
            type: "after",
            label: formatDayRange(range),
            help: _t("The period shown"),
            start: 0,
            end: revenue,
            side: "current",
        });
        const low = Math.min(...columns.map(({ start, end }) => Math.min(start, end)), 0);
        const high = Math.max(...columns.map(({ start, end }) => Math.max(start, end)), 0);
        const scale = (value) => (high > low ? ((value - low) / (high - low)) * 100 : 0);
        return columns.map((column) => {
            const { end, side, start } = column;
            const value = side ? end : end - start;
            const from = scale(Math.min(start, end));
            const size = Math.abs(scale(end) - scale(start));
            const top = scale(Math.max(start, end));
            const format = (formatter) =>
                side
                    ? formatter(value, currencyId)
                    : formatSigned(value, (size) => formatter(size, currencyId));
            return {
                ...column,
                amount: format(formatAmount),
                exact: format(formatExactAmount),
                style: `--from: ${from}%; --size: ${size}%; --top-part: ${top / 100}; --end: ${scale(end)}%`,
            };
        });
    }

    get hasCurrencyEffect() {
        const { constantCurrency, error } = this.props;
        return !error && Boolean(constantCurrency && constantCurrency.currency_effect);
    }

    get currencyEffect() {
        const { constantCurrency, currencyId } = this.props;
        return formatSigned(constantCurrency.currency_effect, (size) =>
            formatExactAmount(size, currencyId)
        );
    }

    open(column) {
        if (column.side) {
            this.props.onOpenTotal(column.side, column.label);
        } else {
            this.props.onOpen(column.row, column.label);
        }
    }

    toggleTable() {
        this.state.isTable = !this.state.isTable;
    }
}
