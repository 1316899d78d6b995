import { useChildRef } from "@web/core/utils/hooks";

/**
 * Odoo gives every dropdown the role "menu", whose items may not have the `aria-selected`
 * that its keyboard navigation gives them, and which may not hold inputs.
 *
 * @param {"dialog" | "listbox"} role what the menu really is
 * @param {() => string} getLabel
 * @returns {{ menuRef: Function, onOpened: () => void }} props of the Dropdown
 */
export function useMenuRole(role, getLabel) {
    const menuRef = useChildRef();
    return {
        menuRef,
        onOpened() {
            menuRef.el.setAttribute("role", role);
            menuRef.el.setAttribute("aria-label", getLabel());
        },
    };
}
