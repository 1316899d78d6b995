import { useState } from "@odoo/owl";
import { user } from "@web/core/user";

/**
 * The order of a table's rows: by one column, up or down. What has no value comes last
 * either way.
 */
class Sorting {
    /**
     * @param {string} column
     * @param {boolean} isDescending
     */
    constructor(column, isDescending) {
        this.initial = { column, isDescending };
        this.reset();
    }

    /** As the rows came. */
    reset() {
        Object.assign(this, this.initial);
    }

    /**
     * What a reader looks for first: the largest number, the first name; the other way
     * round the second time.
     *
     * @param {string} column
     * @param {boolean} isText
     */
    select(column, isText) {
        this.isDescending = column === this.column ? !this.isDescending : !isText;
        this.column = column;
    }

    /**
     * @param {string} column
     * @returns {"ascending" | "descending" | undefined} value of `aria-sort`
     */
    getDirection(column) {
        if (column !== this.column) {
            return undefined;
        }
        return this.isDescending ? "descending" : "ascending";
    }

    /**
     * @template Row
     * @param {Row[]} rows in their own order, which stands between equals
     * @param {Object<string, (row: Row) => number | string | false>} getters by column
     * @returns {Row[]}
     */
    apply(rows, getters) {
        const { column, initial, isDescending } = this;
        if (column === initial.column && isDescending === initial.isDescending) {
            return rows;
        }
        const sign = isDescending ? -1 : 1;
        const isKnown = (value) => value !== false && value !== undefined && value !== null;
        const compare = new Intl.Collator(user.lang, { numeric: true }).compare;
        return rows
            .map((row) => [getters[column](row), row])
            .sort(([one], [other]) => {
                if (!isKnown(one) || !isKnown(other)) {
                    return isKnown(other) - isKnown(one);
                }
                return sign * (typeof one === "string" ? compare(one, other) : one - other);
            })
            .map(([, row]) => row);
    }
}

/**
 * @param {string} column by which the rows come sorted
 * @param {boolean} [isDescending]
 * @returns {Sorting}
 */
export function useSort(column, isDescending = true) {
    return useState(new Sorting(column, isDescending));
}
