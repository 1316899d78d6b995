import { Component } from "@odoo/owl";
import { formatChange } from "../format";

const SHAPES = { up: "▲", down: "▼", same: "=" };

/**
 * How far a figure moved: by sign, by shape and, where more is better, by colour.
 */
export class Change extends Component {
    static template = "sale_dashboard.Change";
    static props = {
        /** false where it is undefined: nothing to compare with */
        change: [Number, { value: false }],
        /** whether more is better; else neither direction is */
        isJudged: { type: Boolean, optional: true },
        title: { type: String, optional: true },
        /** what stands where there is no change */
        undefinedText: { type: String, optional: true },
        unit: { type: String, optional: true },
    };
    static defaultProps = { isJudged: true, undefinedText: "–", unit: "percent" };

    get direction() {
        const { change } = this.props;
        if (change === false) {
            return "undefined";
        }
        return change > 0 ? "up" : change < 0 ? "down" : "same";
    }

    get shape() {
        return SHAPES[this.direction];
    }

    get text() {
        const { change, undefinedText, unit } = this.props;
        return change === false ? undefinedText : formatChange(change, unit);
    }
}
