import { onMounted } from "@odoo/owl";
import { useChildRef } from "@web/core/utils/hooks";

/**
 * Odoo's dialogs have a title, but no name for who cannot see it.
 *
 * @param {() => string} getName
 * @returns {Function} the `modalRef` of the Dialog
 */
export function useDialogName(getName) {
    const modalRef = useChildRef();
    onMounted(() => modalRef.el.setAttribute("aria-label", getName()));
    return modalRef;
}
