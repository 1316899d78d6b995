import { _t } from "@web/core/l10n/translation";

/** The names are keys of the figures; what is shown is their translation. */
export const RFM_GROUPS = {
    champion: _t("Champion"),
    loyal: _t("Loyal"),
    promising: _t("Promising"),
    needs_attention: _t("Needs attention"),
    at_risk: _t("At risk"),
    hibernating: _t("Hibernating"),
};
