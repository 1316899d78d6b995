import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

/** How true the figures are: since when, whether changes show by themselves. */
export class StatusStrip extends Component {
    static template = "sale_dashboard.StatusStrip";
    static props = {
        /** when the figures were computed; empty while there are none */
        asOf: String,
        error: { type: [String, { value: null }], optional: true },
        isConnected: Boolean,
        isLoading: Boolean,
        onRefresh: Function,
    };

    get time() {
        return _t("as of %s", this.props.asOf);
    }

    get status() {
        const { asOf, error, isConnected, isLoading } = this.props;
        if (isLoading) {
            return { name: "loading", word: _t("Updating…"), hint: "" };
        }
        if (!asOf) {
            return { name: "none", word: "", hint: "" };
        }
        if (error) {
            return { name: "failed", word: _t("Not updated"), hint: error };
        }
        if (!isConnected) {
            return {
                name: "offline",
                word: _t("Not live"),
                hint: _t("The connection is lost. Changes will show once it is back."),
            };
        }
        return {
            name: "live",
            word: _t("Live"),
            hint: _t("Changes to orders show here by themselves."),
        };
    }
}
