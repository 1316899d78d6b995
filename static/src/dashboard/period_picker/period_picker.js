import { Component } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { useDropdownState } from "@web/core/dropdown/dropdown_hooks";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { CustomRange } from "../custom_range/custom_range";
import { formatDayRange } from "../format";
import { useMenuRole } from "../menu_role";
import { canShiftForward, getPreset, PRESET_GROUPS, resolvePeriod, shiftPeriod } from "../periods";

export class PeriodPicker extends Component {
    static template = "sale_dashboard.PeriodPicker";
    static components = { CustomRange, Dropdown, DropdownItem };
    static props = {
        menuClass: { type: String, optional: true },
        onSelect: Function,
        period: Object,
        today: String,
    };
    static defaultProps = { menuClass: "" };

    setup() {
        this.presetGroups = PRESET_GROUPS;
        this.menu = useDropdownState();
        this.menuRole = useMenuRole("dialog", () => _t("Period").toString());
        // Tab leads into the menu and then through it as everywhere, so that it reaches
        // the days, which are no items of the menu.
        const isOutside = ({ target }) => !this.menuRole.menuRef.el?.contains(target);
        this.navigationOptions = {
            hotkeys: {
                tab: { isAvailable: isOutside },
                "shift+tab": { isAvailable: isOutside },
            },
        };
    }

    get range() {
        return resolvePeriod(this.props.period, this.props.today);
    }

    get rangeLabel() {
        return formatDayRange(this.range);
    }

    get presetLabel() {
        return getPreset(this.props.period.preset)?.label.toString() || "";
    }

    get canShiftForward() {
        return canShiftForward(this.props.period, this.props.today);
    }

    getItemAttributes(preset) {
        return {
            role: "option",
            "aria-checked": preset.id === this.props.period.preset ? "true" : "false",
            "data-value": preset.id,
        };
    }

    selectPreset(preset) {
        this.props.onSelect({ preset });
    }

    selectCustom(period) {
        this.menu.close();
        this.props.onSelect(period);
    }

    shift(direction) {
        this.props.onSelect(shiftPeriod(this.props.period, direction, this.props.today));
    }
}
