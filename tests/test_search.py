"""What the dashboard is filtered by: the fields and filters of its search view."""

from lxml import etree

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import DashboardCase

SEARCH_VIEW = "sale_dashboard.sale_order_view_search"


@tagged("post_install", "-at_install")
class TestSearch(DashboardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.france = cls.env.ref("base.fr")
        cls.french = cls.env["res.partner"].create(
            {"name": "Lyon", "is_company": True, "country_id": cls.france.id}
        )
        # A contact of its own country: the orders are its company's.
        cls.contact = cls.env["res.partner"].create(
            {
                "name": "Buyer",
                "parent_id": cls.french.id,
                "country_id": cls.env.ref("base.be").id,
            }
        )
        cls.chair = cls.env["product.product"].create(
            {
                "name": "Chair",
                "categ_id": cls.env["product.category"].create({"name": "Seats"}).id,
            }
        )
        cls.make_order(100)
        cls.make_order(20, partner=cls.french)
        cls.make_order(3, partner=cls.contact)

    def revenue(self, *conditions):
        return self.figure("total_revenue", filters={"domain": list(conditions)})

    def test_customer_means_the_whole_entity(self):
        self.assertEqual(
            self.revenue(("dashboard_customer_id", "=", self.french.id)), 23
        )
        self.assertEqual(self.revenue(("dashboard_customer_id", "ilike", "lyo")), 23)

    def test_country_is_the_entitys(self):
        self.assertEqual(
            self.revenue(("dashboard_country_id", "=", self.france.id)), 23
        )
        # As in the breakdown by country, whose rows are filtered by this.
        rows = {
            row["key"]: row["revenue"]
            for row in self.compute()["breakdowns"]["country"]
        }
        self.assertEqual(rows[str(self.france.id)], 23)

    def test_product_and_category_of_any_line(self):
        order = self.make_order(50)
        order.order_line = [
            Command.create(
                {
                    "product_id": self.chair.id,
                    "product_uom_qty": 1,
                    "price_unit": 5,
                    "tax_ids": [Command.clear()],
                }
            )
        ]
        self.assertEqual(self.revenue(("dashboard_product_id", "=", self.chair.id)), 55)
        self.assertEqual(
            self.revenue(("dashboard_category_id", "=", self.chair.categ_id.id)), 55
        )

    def test_a_hidden_customer_is_not_found_by_its_country(self):
        self.env["ir.rule"].create(
            {
                "name": "No Lyon",
                "model_id": self.env.ref("base.model_res_partner").id,
                "domain_force": f"[('id', '!=', {self.french.id})]",
            }
        )
        self.assertEqual(self.revenue(), 123)
        self.assertEqual(self.revenue(("dashboard_country_id", "=", self.france.id)), 0)

    def test_filters_of_the_view(self):
        """Each is a domain that the dashboard accepts, and means what it says."""
        team = self.env["crm.team"].create(
            {"name": "Mine", "company_id": self.company.id}
        )
        self.env["crm.team.member"].create(
            {"crm_team_id": team.id, "user_id": self.viewer.id}
        )
        self.make_order(1000, user_id=self.viewer.id)
        self.make_order(4000, team_id=team.id)
        view = (
            self.env["sale.order"]
            .with_user(self.viewer)
            .with_context(search_view_ref=SEARCH_VIEW)
            .get_view(False, "search")
        )
        self.assertEqual(view["id"], self.env.ref(SEARCH_VIEW).id)
        domains = {
            node.get("name"): safe_eval(node.get("domain"), {"uid": self.viewer.id})
            for node in etree.fromstring(view["arch"]).iter("filter")
        }
        self.assertEqual(
            {name: self.revenue(*domain) for name, domain in domains.items()},
            {"my_orders": 1000, "my_team": 4000, "without_salesperson": 4123},
        )

    def test_orders_keep_their_own_search(self):
        view = self.env["sale.order"].get_view(False, "search")
        self.assertNotEqual(view["id"], self.env.ref(SEARCH_VIEW).id)

    def test_favorite_keeps_what_is_chosen_beside_the_filters(self):
        action = self.env.ref("sale_dashboard.action_sale_dashboard")
        chosen = {"period": {"preset": "last_90_days"}, "measure": "total"}
        filters = self.env["ir.filters"].with_user(self.viewer)
        filters.create_filter(
            {
                "name": "Quarter",
                "action_id": action.id,
                "model_id": "sale.order",
                "domain": "[('user_id', '=', uid)]",
                "context": {"group_by": [], "sale_dashboard": chosen},
                "user_ids": [self.viewer.id],
            }
        )
        [found] = filters.get_filters("sale.order", action.id)
        self.assertEqual(safe_eval(found["context"])["sale_dashboard"], chosen)
