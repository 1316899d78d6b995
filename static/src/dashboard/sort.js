import { onWillUpdateProps, useComponent, useState } from "@odoo/owl";
import { user } from "@web/core/user";

/**
 * The order of a table's rows as a word: the name of a column, from the least to the
 * largest; after a minus from the largest to the least. Rows come by revenue.
 */
export const DEFAULT_SORT = "-revenue";
const COLUMNS = ["name", "revenue", "orders", "share", "change"];
const listSorts = (columns) => columns.flatMap((column) => [column, `-${column}`]);
export const CUSTOMER_SORTS = listSorts([...COLUMNS, "lifetime", "group"]);
export const BREAKDOWN_SORTS = listSorts([...COLUMNS, "count"]);

/**
 * The order of a table's rows: by one column, up or down. What has no value comes last
 * either way.
 */
class Sorting {
    /**
     * @param {(word: string) => void} onSelect
     */
    constructor(onSelect) {
        this.onSelect = onSelect;
        this.show();
    }

    /**
     * @param {string} [word]
     */
    show(word = DEFAULT_SORT) {
        this.isDescending = word.startsWith("-");
        this.column = word.replace("-", "");
    }

    get word() {
        return `${this.isDescending ? "-" : ""}${this.column}`;
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
        this.onSelect(this.word);
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
        const { column, isDescending, word } = this;
        if (word === DEFAULT_SORT) {
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

/** Of a component that may be told how to sort, and tells how its user sorts. */
export const sortProps = {
    onSort: { type: Function, optional: true },
    sortedBy: { type: String, optional: true },
};

/**
 * The sorting of a component with `sortProps`.
 *
 * @returns {Sorting}
 */
export function useSort() {
    const component = useComponent();
    const sorting = useState(new Sorting((word) => component.props.onSort?.(word)));
    sorting.show(component.props.sortedBy);
    onWillUpdateProps(({ sortedBy }) => {
        if (sortedBy !== component.props.sortedBy) {
            sorting.show(sortedBy);
        }
    });
    return sorting;
}
