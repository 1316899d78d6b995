import { Component } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { useMenuRole } from "../menu_role";

/** One choice out of a few, as a small menu whose button shows what is chosen. */
export class ChoiceMenu extends Component {
    static template = "sale_dashboard.ChoiceMenu";
    static components = { Dropdown, DropdownItem };
    static props = {
        label: String,
        menuClass: { type: String, optional: true },
        onSelect: Function,
        options: {
            type: Array,
            element: {
                type: Object,
                shape: {
                    id: String,
                    label: String,
                    isDisabled: { type: Boolean, optional: true },
                    hint: { type: String, optional: true },
                },
            },
        },
        value: String,
    };
    static defaultProps = { menuClass: "" };

    setup() {
        this.menuRole = useMenuRole("listbox", () => this.props.label);
    }

    get current() {
        return this.props.options.find((option) => option.id === this.props.value);
    }

    getItemAttributes(option) {
        return {
            role: "option",
            "aria-checked": option.id === this.props.value ? "true" : "false",
            "aria-disabled": option.isDisabled ? "true" : "false",
            "data-value": option.id,
            "data-tooltip": option.hint || "",
        };
    }

    onSelected(option) {
        if (!option.isDisabled && option.id !== this.props.value) {
            this.props.onSelect(option.id);
        }
    }
}
