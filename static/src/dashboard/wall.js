import { onWillUnmount, useExternalListener, useState } from "@odoo/owl";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";

/**
 * Wall mode: the figures fill the screen of an office. In full screen where the browser
 * lets us, which it only does after a click or a key, so not for an address that says so.
 */
class Wall {
    constructor(isOn) {
        this.isOn = Boolean(isOn);
    }

    /**
     * @param {boolean} isOn
     */
    set(isOn) {
        if (isOn !== this.isOn) {
            this.isOn = isOn;
            if (!isOn) {
                this.leaveFullscreen();
            }
        }
    }

    toggle() {
        if (!this.isOn) {
            // Everything, not only the dashboard: notifications are beside it.
            document.documentElement.requestFullscreen?.().catch(() => {});
        }
        this.set(!this.isOn);
    }

    leaveFullscreen() {
        if (document.fullscreenElement) {
            document.exitFullscreen();
        }
    }
}

/**
 * @param {boolean} isOn to begin with
 * @returns {Wall} reactive
 */
export function useWall(isOn) {
    const wall = useState(new Wall(isOn));
    useHotkey("escape", () => wall.set(false), { isAvailable: () => wall.isOn });
    // In full screen the browser takes Escape for itself.
    useExternalListener(document, "fullscreenchange", () => {
        if (!document.fullscreenElement) {
            wall.set(false);
        }
    });
    onWillUnmount(() => wall.leaveFullscreen());
    return wall;
}
