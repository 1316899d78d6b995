import { Component, useState } from "@odoo/owl";
import { useDateTimePicker } from "@web/core/datetime/datetime_picker_hook";
import { makeCustomPeriod } from "../periods";

const { DateTime } = luxon;

/** Two days of one's own choice, by keyboard or in Odoo's calendar. */
export class CustomRange extends Component {
    static template = "sale_dashboard.CustomRange";
    static props = {
        onApply: Function,
        range: {
            type: Object,
            shape: { date_from: String, date_to: String },
        },
    };

    setup() {
        const { date_from, date_to } = this.props.range;
        this.state = useState({ days: [date_from, date_to] });
        const getPickerProps = () => ({
            range: true,
            type: "date",
            value: this.state.days.map((day) => DateTime.fromISO(day)),
        });
        useDateTimePicker({
            target: "root",
            get pickerProps() {
                return getPickerProps();
            },
            onChange: (values) => this.setDays(values),
        });
    }

    /**
     * @param {(luxon.DateTime | false)[]} values an emptied input keeps its day
     */
    setDays(values) {
        this.state.days = values.map((value, i) =>
            value ? value.toISODate() : this.state.days[i]
        );
    }

    /**
     * The menu around would take arrows and Enter for its items.
     *
     * @param {KeyboardEvent} ev
     */
    onKeydown(ev) {
        if (ev.key !== "Escape") {
            ev.stopPropagation();
        }
    }

    apply() {
        this.props.onApply(makeCustomPeriod(...this.state.days));
    }
}
