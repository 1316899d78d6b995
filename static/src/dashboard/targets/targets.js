import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { FilterButton } from "../filter_button/filter_button";
import {
    formatAmount,
    formatCount,
    formatExactAmount,
    formatMonth,
    formatPercent,
} from "../format";
import { Section } from "../section/section";

const STATUSES = {
    ahead: { shape: "▲", label: _t("Ahead") },
    on_track: { shape: "=", label: _t("On track") },
    behind: { shape: "▼", label: _t("Behind") },
};
const NO_PROJECTION = {
    too_few_months: (values) =>
        _t(
            "No projection: not enough history, %(months)s of %(needed)s past months can be used.",
            values
        ),
    too_early: () => _t("No projection yet: it is too early in the month."),
    nothing_reached: () => _t("No projection yet: nothing has been sold this month."),
    too_irregular: () => _t("No projection: past months went too differently."),
};

/** Of orders, by what a target is of. */
const FIELDS = { team: "team_id", user: "user_id" };
const TARGETS_SHOWN = 6;

/**
 * The targets of the month: how far they are, whether the pace holds, and where the month
 * may end.
 */
export class Targets extends Component {
    static template = "sale_dashboard.Targets";
    static components = { FilterButton, Section };
    static props = {
        /** the answer, once there is one */
        data: [Object, { value: null }],
        error: { type: [String, { value: null }], optional: true },
        /** narrows the dashboard to whose target it is */
        filterBy: { type: Function, optional: true },
        onOpen: Function,
        onRetry: Function,
        onSet: Function,
        status: String,
    };

    setup() {
        this.ghosts = [1, 2, 3];
        this.state = useState({ isAll: false });
    }

    get isLoading() {
        return ["idle", "loading"].includes(this.props.status);
    }

    /** Nothing to say to who has no targets, may set none and gets no projection. */
    get isShown() {
        const { data } = this.props;
        return (
            !data ||
            data.canSet ||
            data.targets.length > 0 ||
            data.projection.status === "projected"
        );
    }

    get title() {
        const { data } = this.props;
        return data ? _t("Targets of %s", formatMonth(data.month)) : _t("Targets");
    }

    get sentence() {
        const { data } = this.props;
        if (!data) {
            return "";
        }
        const { gone, total } = data.working_days;
        return _t("%(gone)s of %(total)s working days are over", {
            gone: formatCount(gone),
            total: formatCount(total),
        });
    }

    get projection() {
        return this.describeProjection(this.props.data.projection);
    }

    get suggestion() {
        const count = this.props.data.suggestions.length;
        if (!count) {
            return "";
        }
        return count === 1
            ? _t("One team has an invoicing target in Odoo (paid invoices), to start from.")
            : _t(
                  "%s teams have an invoicing target in Odoo (paid invoices), to start from.",
                  formatCount(count)
              );
    }

    get hiddenCount() {
        return this.state.isAll ? 0 : Math.max(0, this.props.data.targets.length - TARGETS_SHOWN);
    }

    get moreLabel() {
        return _t("Show all %s", formatCount(this.props.data.targets.length));
    }

    get rows() {
        const { targets } = this.props.data;
        const shown = this.hiddenCount ? targets.slice(0, TARGETS_SHOWN) : targets;
        return shown.map((target) => ({
            target,
            id: target.id,
            canFilter: Boolean(this.props.filterBy && FIELDS[target.kind] && target.name),
            name: target.name || _t("Not visible to you").toString(),
            status: STATUSES[target.status] && {
                name: target.status,
                shape: STATUSES[target.status].shape,
                label: STATUSES[target.status].label.toString(),
            },
            width: Math.max(0, Math.min(100, target.share)),
            expected: target.expected_share,
            now: Math.round(Math.max(0, Math.min(100, target.share))),
            reached: this.getReached(target),
            exact: formatExactAmount(target.reached, this.currencyId),
            pace: this.getPace(target),
            expectation:
                target.expected_share === false
                    ? ""
                    : _t("%s expected by now", formatPercent(target.expected_share)),
            projection: this.getShortProjection(target),
            projectionHint: target.projection ? this.describeProjection(target.projection) : "",
        }));
    }

    filter({ name, target }) {
        this.props.filterBy({ field: FIELDS[target.kind], ids: [target.res_id], label: name });
    }

    get currencyId() {
        return this.props.data.currency_id;
    }

    format(amount) {
        return formatAmount(amount, this.currencyId);
    }

    getReached({ amount, reached, share }) {
        return _t("%(share)s: %(reached)s of %(amount)s", {
            amount: this.format(amount),
            reached: this.format(reached),
            share: formatPercent(share),
        });
    }

    /**
     * @returns {string} nothing where the one above says the same
     */
    getShortProjection({ projection }) {
        const { data } = this.props;
        if (!projection || JSON.stringify(projection) === JSON.stringify(data.projection)) {
            return "";
        }
        if (projection.status !== "projected") {
            return projection.status === "not_enough_history" ? _t("No projection.") : "";
        }
        return _t("May end at %(expected)s (%(low)s to %(high)s), usually %(error)s off.", {
            expected: this.format(projection.expected),
            low: this.format(projection.low),
            high: this.format(projection.high),
            error: formatPercent(projection.error),
        });
    }

    getPace({ needed_per_day, partial, remaining, working_days }) {
        if (partial) {
            return _t("You see only a part of the orders that count here.");
        }
        if (!remaining) {
            return _t("Reached.");
        }
        const values = {
            days: formatCount(working_days.remaining),
            needed: needed_per_day === false ? "" : this.format(needed_per_day),
            remaining: this.format(remaining),
        };
        if (needed_per_day === false) {
            return _t("%(remaining)s missing, no working day is left.", values);
        }
        return working_days.remaining === 1
            ? _t("%(needed)s needed on the last working day.", values)
            : _t("%(needed)s a day needed on the %(days)s working days left.", values);
    }

    /**
     * @returns {string} where the month may end, and how far that can be trusted
     */
    describeProjection(projection) {
        if (projection.status === "projected") {
            return _t(
                "May end at %(expected)s (%(low)s to %(high)s). In %(months)s past months this was wrong by %(error)s on average.",
                {
                    expected: this.format(projection.expected),
                    low: this.format(projection.low),
                    high: this.format(projection.high),
                    months: formatCount(projection.tested),
                    error: formatPercent(projection.error),
                }
            );
        }
        if (projection.status === "not_enough_history") {
            const describe = NO_PROJECTION[projection.reason] || NO_PROJECTION.too_few_months;
            return describe({
                months: formatCount(projection.months),
                needed: formatCount(projection.months_needed),
            });
        }
        return "";
    }
}
