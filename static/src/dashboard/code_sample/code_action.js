import { _t } from "@web/core/l10n/translation";
import { actionRegistry } from "../actions_menu/actions_menu";

actionRegistry.add(
    "code",
    {
        icon: "fa-code",
        label: _t("Code that reads all of it"),
        isShown: ({ model }) => Boolean(model.payload),
        run: ({ env }) => env.showCode("dashboard", _t("Sales Dashboard").toString()),
    },
    { sequence: 90 }
);
