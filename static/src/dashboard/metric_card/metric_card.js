import { Component } from "@odoo/owl";
import { CodeButton } from "../code_sample/code_button";
import { Change } from "../change/change";
import { Sparkline } from "../sparkline/sparkline";

/** One figure: what it is, how much, how it moved, and the way to its records. */
export class MetricCard extends Component {
    static template = "sale_dashboard.MetricCard";
    static components = { Change, CodeButton, Sparkline };
    static props = {
        /** how it moved, where it is compared */
        comparison: {
            type: Object,
            shape: {
                change: [Number, { value: false }],
                /** the former value in words, as they follow the change */
                text: String,
                exactText: { type: String, optional: true },
                isJudged: { type: Boolean, optional: true },
                undefinedText: { type: String, optional: true },
                unit: { type: String, optional: true },
            },
            optional: true,
        },
        definition: String,
        error: { type: [String, { value: null }], optional: true },
        exactValue: { type: String, optional: true },
        isChanged: { type: Boolean, optional: true },
        label: String,
        name: String,
        onOpen: Function,
        onRetry: Function,
        sparkline: { type: Object, optional: true },
        /** by what name a program reads the same: see `getCall` */
        tile: { type: String, optional: true },
        value: { type: String, optional: true },
    };

    /** What the tooltip tells: the definition with its bounds, and the figures in full. */
    get tooltipInfo() {
        const { comparison, definition, exactValue } = this.props;
        return JSON.stringify({
            definition,
            exactValue: exactValue || "",
            exactText: comparison?.exactText || "",
        });
    }

    /** Without a base and without a word for it, what follows says all. */
    get hasChange() {
        const { change, undefinedText } = this.props.comparison;
        return change !== false || Boolean(undefinedText);
    }

    get change() {
        const { change, isJudged, undefinedText, unit } = this.props.comparison;
        return { change, isJudged, undefinedText, unit };
    }
}
