/**
 * @template T
 * @param {(...args: any[]) => T} make
 * @returns {(...args: any[]) => T} the same, that makes nothing anew from what it was given
 *  last: whom it is handed to sees that nothing has changed
 */
export function keepLast(make) {
    let given = null;
    let made;
    return (...args) => {
        if (!given || args.some((arg, index) => arg !== given[index])) {
            given = args;
            made = make(...args);
        }
        return made;
    };
}
