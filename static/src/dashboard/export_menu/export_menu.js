import { Component } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { useMenuRole } from "../menu_role";

const FILES = [
    { id: "xlsx", label: _t("Excel workbook (XLSX)"), icon: "fa-file-excel-o" },
    { id: "pdf", label: _t("Report (PDF)"), icon: "fa-file-pdf-o" },
];
/** By the names the server knows them by, in the order of the screen. */
const TABLES = [
    { id: "overview", label: _t("Overview") },
    { id: "sales_by_period", label: _t("Revenue over time") },
    { id: "top_customers", label: _t("Top customers") },
    { id: "customer_segments", label: _t("Customer segments") },
    { id: "customer_types", label: _t("New and returning customers") },
    { id: "rfm_groups", label: _t("Customer groups") },
    { id: "salespeople", label: _t("Salespeople") },
    { id: "teams", label: _t("Teams") },
    { id: "countries", label: _t("Countries") },
    { id: "products", label: _t("Products") },
    { id: "categories", label: _t("Categories") },
    { id: "bridge", label: _t("Why revenue changed"), isComparison: true },
    { id: "quotations", label: _t("Open quotations") },
    { id: "warnings", label: _t("Data health") },
    { id: "about", label: _t("About these figures") },
];

/** The figures shown, as files and on paper. */
export class ExportMenu extends Component {
    static template = "sale_dashboard.ExportMenu";
    static components = { Dropdown, DropdownItem };
    static props = {
        /** while a file is being made; the button keeps the focus */
        isBusy: Boolean,
        isCompared: Boolean,
        /** while there are no figures */
        isDisabled: Boolean,
        menuClass: { type: String, optional: true },
        onExport: Function,
    };
    static defaultProps = { menuClass: "" };

    setup() {
        this.menuRole = useMenuRole("listbox", () => this.label);
    }

    get label() {
        return _t("Export or print");
    }

    get files() {
        return FILES;
    }

    get tables() {
        return TABLES.filter(({ isComparison }) => this.props.isCompared || !isComparison);
    }

    /**
     * @param {string} value by which a reader of the page finds the item
     */
    getItemAttributes(value) {
        return { role: "option", "data-value": value };
    }

    print() {
        window.print();
    }
}
