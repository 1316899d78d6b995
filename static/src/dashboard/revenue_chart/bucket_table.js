import { Component } from "@odoo/owl";
import { Change } from "../change/change";
import { describeBucket } from "./bucket_text";

/**
 * The numbers behind the curve. Apart from it, because a thousand rows need not be made
 * anew at every key.
 */
export class BucketTable extends Component {
    static template = "sale_dashboard.BucketTable";
    static components = { Change };
    static props = {
        buckets: Array,
        currencyId: Number,
        isCompared: Boolean,
        /** whether it is in front, and not only there for who cannot see the curve */
        isShown: Boolean,
        onOpen: Function,
        periodType: String,
        title: String,
    };

    get rows() {
        const { buckets, currencyId, periodType } = this.props;
        return buckets.map((bucket) => describeBucket(bucket, { currencyId, periodType }));
    }
}
