"""What the demo company sells: 24 products in 5 categories."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """One product.

    :ivar code: internal reference, and the key under which orders name it.
    :ivar price: list price, untaxed, in euro.
    :ivar service: sold by the hour or the job, not by the piece.
    :ivar private: how often private persons ask for it, relative to the others.
    :ivar business: how often firms do.
    """

    code: str
    name: str
    category: str
    price: float
    private: float
    business: float
    service: bool = False


PENDANTS = "Pendants"
FLOOR_TABLE = "Floor and Table Lamps"
OUTDOOR = "Outdoor"
ACCESSORIES = "Bulbs and Accessories"
SERVICES = "Services"

CATEGORIES = (PENDANTS, FLOOR_TABLE, OUTDOOR, ACCESSORIES, SERVICES)

ITEMS = (
    Item("PEN-AURA", "Aura glass pendant", PENDANTS, 189.0, 8, 9),
    Item("PEN-BRISE", "Brise linen pendant", PENDANTS, 129.0, 10, 6),
    Item("PEN-CUIVRE", "Cuivre copper pendant", PENDANTS, 245.0, 5, 8),
    Item("PEN-DOME", "Dôme workshop pendant", PENDANTS, 159.0, 6, 9),
    Item("PEN-ETOILE", "Étoile chandelier, 12 arms", PENDANTS, 1290.0, 0.6, 2),
    Item("PEN-FILI", "Fili linear pendant, 150 cm", PENDANTS, 420.0, 1.5, 7),
    Item("LMP-GALET", "Galet table lamp", FLOOR_TABLE, 89.0, 14, 7),
    Item("LMP-HALO", "Halo reading lamp", FLOOR_TABLE, 119.0, 11, 6),
    Item("LMP-IRIS", "Iris desk lamp", FLOOR_TABLE, 98.5, 8, 11),
    Item("LMP-JONC", "Jonc floor lamp", FLOOR_TABLE, 265.0, 6, 5),
    Item("LMP-KOZE", "Kozé arc floor lamp", FLOOR_TABLE, 549.0, 2, 3),
    Item("LMP-LUNE", "Lune bedside pair", FLOOR_TABLE, 139.9, 9, 6),
    Item("OUT-MARIN", "Marin wall light", OUTDOOR, 109.0, 5, 8),
    Item("OUT-NOCTA", "Nocta path light", OUTDOOR, 64.5, 6, 9),
    Item("OUT-OLIVE", "Olive solar lantern", OUTDOOR, 39.9, 11, 4),
    Item("OUT-PHARE", "Phare façade projector", OUTDOOR, 380.0, 0.4, 4),
    Item("ACC-BULB6", "Filament bulb E27, box of 6", ACCESSORIES, 34.9, 14, 8),
    Item("ACC-BULB24", "LED bulb E27, box of 24", ACCESSORIES, 99.0, 1, 10),
    Item("ACC-DIM", "Wireless dimmer", ACCESSORIES, 45.0, 7, 7),
    Item("ACC-CORD", "Textile cord, 5 m", ACCESSORIES, 18.5, 8, 4),
    Item("SRV-STUDY", "Lighting study", SERVICES, 680.0, 0.3, 2.5, service=True),
    Item("SRV-INSTALL", "Installation, per hour", SERVICES, 72.0, 1.5, 5, service=True),
    Item("SRV-CARE", "Maintenance visit", SERVICES, 145.0, 0.3, 3, service=True),
    Item("SRV-DELIVERY", "Delivery and unpacking", SERVICES, 29.0, 6, 3, service=True),
)

# Never taken back, hence never on a return line.
CONSUMED = frozenset(item.code for item in ITEMS if item.service)
