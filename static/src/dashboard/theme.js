import { onMounted, onWillUnmount } from "@odoo/owl";
import { cookie } from "@web/core/browser/cookie";

const DARK_BELOW = 0.4;

/**
 * Whether the dashboard has to be dark: Odoo's own switch, or a page that an addon has
 * already made dark.
 *
 * @returns {boolean}
 */
export function isDarkTheme() {
    if (cookie.get("color_scheme") === "dark") {
        return true;
    }
    const background = getComputedStyle(document.body).backgroundColor;
    const [red, green, blue, alpha = 1] = (background.match(/[\d.]+/g) || []).map(Number);
    if (blue === undefined || alpha === 0) {
        return false;
    }
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255 < DARK_BELOW;
}

/**
 * Where the dashboard is dark, what it opens beside itself is dark too.
 *
 * @returns {boolean}
 */
export function useDarkTheme() {
    const isDark = isDarkTheme();
    if (isDark) {
        onMounted(() => document.body.classList.add("o_sd_dark_page"));
        onWillUnmount(() => document.body.classList.remove("o_sd_dark_page"));
    }
    return isDark;
}
