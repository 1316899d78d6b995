import { useEffect } from "@odoo/owl";
import { Tooltip } from "@web/core/tooltip/tooltip";
import { usePopover } from "@web/core/popover/popover_hook";

/**
 * Odoo shows its tooltips to the mouse only: here the keyboard gets them too, on what it
 * has focused. Escape closes them.
 *
 * @param {{ el: HTMLElement | null }} ref holds what has tooltips, or has one itself
 */
export function useKeyboardTooltip(ref) {
    const popover = usePopover(Tooltip, { setActiveElement: false });
    const close = () => popover.close();
    const open = ({ target }) => {
        const { tooltip, tooltipInfo, tooltipTemplate } = target.dataset;
        if ((tooltip || tooltipTemplate) && target.matches(":focus-visible")) {
            popover.open(target, {
                tooltip,
                template: tooltipTemplate,
                info: tooltipInfo && JSON.parse(tooltipInfo),
            });
        }
    };
    useEffect(
        (el) => {
            el?.addEventListener("focusin", open);
            el?.addEventListener("focusout", close);
            el?.addEventListener("click", close);
            return () => {
                el?.removeEventListener("focusin", open);
                el?.removeEventListener("focusout", close);
                el?.removeEventListener("click", close);
            };
        },
        () => [ref.el]
    );
}
