import { Component } from "@odoo/owl";

const WIDTH = 84;
const HEIGHT = 30;
const MARGIN = 3;
const MIN_POINTS = 3;

/** The shape of a figure over the period; the curve below says the same in numbers. */
export class Sparkline extends Component {
    static template = "sale_dashboard.Sparkline";
    static props = {
        /** whether the last value is of a bucket that is not over yet */
        isRunning: { type: Boolean, optional: true },
        /** one per bucket; null where there is none */
        values: Array,
    };
    static defaultProps = { isRunning: false };

    get viewBox() {
        return `0 0 ${WIDTH} ${HEIGHT}`;
    }

    get points() {
        const { values } = this.props;
        const known = values.filter((value) => value !== null);
        const low = Math.min(...known);
        const height = Math.max(...known) - low;
        const span = HEIGHT - 2 * MARGIN;
        return values
            .map((value, index) => {
                const x = MARGIN + (index / (values.length - 1)) * (WIDTH - 2 * MARGIN);
                const y = HEIGHT - MARGIN - (height ? ((value - low) / height) * span : span / 2);
                return value === null ? null : `${x.toFixed(1)},${y.toFixed(1)}`;
            })
            .filter(Boolean);
    }

    /** The line of what is over, and the one to what is not. */
    get lines() {
        const points = this.points;
        if (points.length < MIN_POINTS || !this.props.values.some(Boolean)) {
            return [];
        }
        const line = (points, isRunning) => ({ points: points.join(" "), isRunning });
        return this.props.isRunning
            ? [line(points.slice(0, -1), false), line(points.slice(-2), true)]
            : [line(points, false)];
    }
}
