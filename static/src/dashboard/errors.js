import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";

const USER_ERRORS = [
    "odoo.exceptions.AccessError",
    "odoo.exceptions.MissingError",
    "odoo.exceptions.UserError",
    "odoo.exceptions.ValidationError",
];

/**
 * @param {Error} error
 * @returns {boolean} whether the server will never do what it was asked for: asking again
 *  is of no use
 */
export function isRefusal(error) {
    return error instanceof RPCError && error.exceptionName === "odoo.exceptions.ValidationError";
}

/**
 * What went wrong, for the person in front of the screen.
 *
 * @param {Error} error
 * @returns {string | null} null for what is no answer of the server, but our own mistake
 */
export function getErrorSentence(error) {
    if (error instanceof ConnectionLostError) {
        return _t("The server cannot be reached. Check your connection and try again.");
    }
    if (error instanceof RPCError) {
        return USER_ERRORS.includes(error.exceptionName) && error.data?.message
            ? error.data.message
            : _t("The server could not compute these figures. Its log says why.");
    }
    return null;
}
