"""What the demo companies will contain, decided before anything is written.

Pure Python, no ORM: the same seed, day and size give the same plan on every machine,
whatever else the database holds. Every day is decided whether or not it is over;
what lies after the present moment is dropped at the end (:func:`_settle`), so the hour
at which the function runs changes the last day only.
"""

import bisect
import math
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

import pytz
from dateutil.relativedelta import relativedelta

from . import names
from .catalogue import CONSUMED, ITEMS

MONTHS = 18

# Share of the quotations that become orders: what the tables below come to.
EXPECTED_CONVERSION = 0.68

# How busy a month, a weekday (Monday first) and an hour are, relative to the others.
MONTH_FACTOR = (
    0.86, 0.84, 0.95, 0.96, 1.02, 1.0, 0.84, 0.52, 1.06, 1.18, 1.5, 1.4
)  # fmt: skip
WEEKDAY_FACTOR = (1.05, 1.16, 1.1, 1.08, 0.94, 0.36, 0.18)
OFFICE_HOURS = {
    8: 0.4, 9: 1.0, 10: 1.3, 11: 1.2, 12: 0.5, 13: 0.6, 14: 1.1, 15: 1.2,
    16: 1.2, 17: 0.9, 18: 0.4,
}  # fmt: skip
EVENING_HOURS = {0: 0.1, 7: 0.1, 19: 0.8, 20: 1.2, 21: 1.1, 22: 0.7, 23: 0.3}
HOLIDAYS = frozenset(
    ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
)
GROWTH = 0.6

# What one euro buys at the start of the 18 months, and how far that moves in a month.
FIRST_RATES = {"USD": 1.084, "GBP": 0.861, "CHF": 0.957}
MONTHLY_SWING = {"USD": 0.012, "GBP": 0.007, "CHF": 0.006}

PRIVATE, SMALL, MEDIUM, LARGE = "private", "small", "medium", "large"

# Per kind of customer: how often it orders (before the long tail), how many lines, how
# many pieces a line, how likely a quotation is won, how likely an order is discounted.
HABITS = {
    PRIVATE: (1.0, (1, 3), (1, 2), 0.69, 0.05),
    SMALL: (2.2, (1, 4), (1, 8), 0.65, 0.12),
    MEDIUM: (3.2, (2, 5), (2, 12), 0.62, 0.22),
    LARGE: (4.2, (2, 6), (4, 18), 0.58, 0.4),
}


@dataclass(frozen=True)
class Salesperson:
    """:ivar level: ``own``, ``all`` or ``manager``: whose documents he sees."""

    login: str
    name: str
    team: str
    level: str = "own"


@dataclass(frozen=True)
class CompanySpec:
    """What one company is, as opposed to what happened in it.

    :ivar countries: (country, share of the customers); the first is its own.
    :ivar teams: team names; the first sells to private persons at home, the second to
        firms at home, the last abroad (one name alone does all).
    :ivar share: its part of all the orders.
    """

    code: str
    name: str
    currency: str
    zip: str
    city: str
    street: str
    timezone: str
    countries: tuple
    teams: tuple
    salespeople: tuple
    vat: float
    share: float

    @property
    def home(self):
        return self.countries[0][0].code


MAIN = CompanySpec(
    code="ML",
    name="Maison Lumière",
    currency="EUR",
    zip="75003",
    city="Paris",
    street="18 rue de Turenne",
    timezone="Europe/Paris",
    countries=(
        (names.FRANCE, 62),
        (names.BELGIUM, 6),
        (names.GERMANY, 8),
        (names.NETHERLANDS, 4),
        (names.ITALY, 4),
        (names.SPAIN, 3),
        (names.UNITED_KINGDOM, 7),
        (names.UNITED_STATES, 6),
    ),
    teams=("Shops", "Trade and Projects", "Export"),
    salespeople=(
        Salesperson("demo", "Camille Laurent", "Trade and Projects", "all"),
        Salesperson("marc.demo", "Marc Delmas", "Shops"),
        Salesperson("lucie.demo", "Lucie Fournier", "Shops"),
        Salesperson("samir.demo", "Samir Benali", "Shops"),
        Salesperson("nadia.demo", "Nadia Costa", "Trade and Projects"),
        Salesperson("paul.demo", "Paul Lemoine", "Trade and Projects"),
        Salesperson("ingrid.demo", "Ingrid Vogt", "Export", "all"),
        Salesperson("helene.demo", "Hélène Caron", "Export", "manager"),
    ),
    vat=20.0,
    share=0.92,
)

SECOND = CompanySpec(
    code="LG",
    name="Lumière Genève",
    currency="CHF",
    zip="1204",
    city="Genève",
    street="7 rue de la Confédération",
    timezone="Europe/Zurich",
    countries=((names.SWITZERLAND, 88), (names.FRANCE, 12)),
    teams=("Suisse",),
    salespeople=(Salesperson("reto.demo", "Reto Ammann", "Suisse"),),
    vat=8.1,
    share=0.08,
)


@dataclass
class Customer:
    """A commercial entity and, for a firm, the people there who order.

    :ivar contacts: (name, email, function) of the contact persons.
    :ivar joined: day of its first quotation.
    :ivar left: day from which it asks for nothing any more, or None.
    """

    index: int
    kind: str
    name: str
    email: str
    country: str
    currency: str
    street: str
    zip: str
    city: str
    salesperson: Salesperson
    contacts: list
    joined: date
    left: date | None
    weight: float
    archived: bool = False

    @property
    def is_company(self):
        return self.kind != PRIVATE


@dataclass
class Line:
    """An order line; without a ``code``, a heading above those that follow."""

    code: str | None
    quantity: float = 0.0
    price: float = 0.0
    discount: float = 0.0
    text: str = ""


@dataclass
class Order:
    """A quotation and what became of it; the datetimes are naive UTC.

    :ivar contact: index into the customer's contacts, or None for the entity itself.
    :ivar ordered: when it was confirmed, or None.
    :ivar state: the final ``sale.order.state``.
    """

    customer: Customer
    contact: int | None
    created: datetime
    validity: date
    currency: str
    salesperson: Salesperson | None
    team: str | None
    ordered: datetime | None = None
    state: str = "draft"
    locked: bool = False
    reference: str = ""
    lines: list = field(default_factory=list)

    @property
    def date_order(self):
        return self.ordered or self.created


@dataclass
class CompanyPlan:
    spec: CompanySpec
    customers: list
    orders: list


@dataclass
class Plan:
    """:ivar rates: list of (first day of a month, {ISO code: units per euro})."""

    today: date
    rates: list
    companies: list


def make_plan(today, now, seed, orders):
    """Decide everything.

    :param date today: the last day, in the companies' zone.
    :param datetime now: the present moment, naive UTC; nothing happens after it.
    :param int seed: another seed, another company.
    :param int orders: how many confirmed orders to aim at, both companies together.
    """
    start = today - relativedelta(months=MONTHS) + timedelta(days=1)
    rates = _plan_rates(Random(f"{seed}:rates"), start, today)
    companies = [
        _plan_company(
            Random(f"{seed}:{spec.code}"), spec, start, today, now, orders, rates
        )
        for spec in (MAIN, SECOND)
    ]
    return Plan(today, rates, companies)


def rate_at(rates, currency, day):
    """Units of ``currency`` per euro on ``day``."""
    if currency == "EUR":
        return 1.0
    position = bisect.bisect_right([month for month, _rates in rates], day) - 1
    return rates[max(position, 0)][1][currency]


def _plan_rates(rng, start, today):
    """Monthly rates that wander, the last of them for the month of ``today``."""
    rates = []
    current = dict(FIRST_RATES)
    month = start.replace(day=1)
    while month <= today:
        rates.append((month, {code: round(v, 6) for code, v in current.items()}))
        for code, swing in MONTHLY_SWING.items():
            current[code] *= 1 + rng.uniform(-swing, swing * 1.25)
        month += relativedelta(months=1)
    return rates


def _plan_company(rng, spec, start, today, now, orders, rates):
    confirmed = max(round(orders * spec.share), 20)
    wanted = round(confirmed / EXPECTED_CONVERSION)
    days = _plan_days(rng, start, today, wanted)
    count = max(round(confirmed * 0.2), min(confirmed // 3, 45))
    customers = _plan_customers(rng, spec, days, count)
    zone = pytz.timezone(spec.timezone)
    planned = [
        _plan_order(rng, spec, customer, day, first, zone, rates)
        for customer, day, first in _plan_requests(rng, customers, days)
    ]
    planned += _plan_today(rng, spec, customers, today, zone, rates)
    _plan_credits(rng, planned, confirmed)
    planned = [order for order in planned if order.created <= now]
    for order in planned:
        _settle(order, now)
    planned.sort(key=lambda order: (order.created, order.customer.index))
    _archive_some(customers, planned, today)
    return CompanyPlan(spec, customers, planned)


def _plan_days(rng, start, today, wanted):
    """The day of each of the ``wanted`` quotations, in order."""
    days = [start + timedelta(days=n) for n in range((today - start).days + 1)]
    busy = []
    for position, day in enumerate(days):
        factor = 1 + GROWTH * position / len(days)
        factor *= MONTH_FACTOR[day.month - 1] * WEEKDAY_FACTOR[day.weekday()]
        if (day.month, day.day) in HOLIDAYS:
            factor *= 0.15
        busy.append(factor * rng.uniform(0.75, 1.25))
    return sorted(rng.choices(days, busy, k=wanted))


def _plan_customers(rng, spec, days, count):
    """Invent ``count`` customers; some of ``days`` become their first quotations."""
    # A third was there before: they come back during the first quarter of the time.
    # The others are won over the whole of it, when business is brisk.
    returning = rng.sample(days[: len(days) // 4], count // 3)
    joined = returning + rng.sample(days, count - len(returning))
    rng.shuffle(joined)
    fresh = _FreshNames(rng)
    customers = []
    for index in range(count):
        country = _pick(rng, spec.countries)
        kind = _pick(rng, ((PRIVATE, 50), (SMALL, 30), (MEDIUM, 14), (LARGE, 6)))
        rank = rng.randint(1, count)
        weight = HABITS[kind][0] * (count / (rank + 9)) ** 0.75
        left = None
        if rng.random() < 0.2:
            left = joined[index] + timedelta(days=rng.randint(60, 330))
        zip_code, city = rng.choice(country.cities)
        name, email = fresh.customer(country, kind != PRIVATE, city)
        contacts = []
        if kind != PRIVATE:
            people = 1 if kind == SMALL else rng.randint(1, 3)
            contacts = [fresh.contact(country, email) for _n in range(people)]
        customers.append(
            Customer(
                index=index,
                kind=kind,
                name=name,
                email=email,
                country=country.code,
                currency=country.currency,
                street=rng.choice(country.streets).format(number=rng.randint(1, 140)),
                zip=zip_code,
                city=city,
                salesperson=_account_manager(rng, spec, country, kind),
                contacts=contacts,
                joined=joined[index],
                left=left,
                weight=weight,
            )
        )
    return customers


def _account_manager(rng, spec, country, kind):
    if len(spec.teams) == 1:
        team = spec.teams[0]
    elif country.code != spec.home:
        team = spec.teams[-1]
    else:
        team = spec.teams[0 if kind == PRIVATE else 1]
    return rng.choice([person for person in spec.salespeople if person.team == team])


def _plan_requests(rng, customers, days):
    """Who asks for a quotation on which day: (customer, day, is it the first)."""
    beginners = {}
    for customer in customers:
        beginners.setdefault(customer.joined, []).append(customer)
    known = []
    requests = []
    for day in days:
        if beginners.get(day):
            customer = beginners[day].pop(0)
            known.append(customer)
            requests.append((customer, day, True))
            continue
        active = [c for c in known if not c.left or day < c.left]
        if active:
            weights = [customer.weight for customer in active]
            requests.append((rng.choices(active, weights)[0], day, False))
    return requests


def _plan_today(rng, spec, customers, today, zone, rates):
    """Orders of private persons all through the last day, even on a Sunday."""
    persons = [c for c in customers if not c.is_company and c.joined < today]
    planned = []
    for clock in (time(8, 12), time(9, 41), time(11, 5), time(14, 38), time(17, 20)):
        if persons:
            customer = rng.choice(persons)
            order = _plan_order(rng, spec, customer, today, False, zone, rates)
            order.created = _to_utc(zone, datetime.combine(today, clock))
            order.ordered = order.created + timedelta(minutes=rng.randint(3, 12))
            order.state, order.locked = "sale", False
            planned.append(order)
    return planned


def _plan_order(rng, spec, customer, day, first, zone, rates):
    _often, line_range, _pieces, win_rate, discounted = HABITS[customer.kind]
    created_local = _moment(rng, customer, day)
    business = customer.is_company
    valid_days = 30 if business else 14
    order = Order(
        customer=customer,
        contact=None,
        created=_to_utc(zone, created_local),
        validity=day + timedelta(days=valid_days),
        currency=customer.currency,
        salesperson=customer.salesperson,
        team=customer.salesperson.team,
    )
    if customer.contacts and rng.random() < 0.6:
        order.contact = rng.randrange(len(customer.contacts))
    if business and rng.random() < 0.2:
        order.reference = f"PO-{rng.randint(1000, 99999)}"
    _assign(rng, spec, order)
    _add_lines(rng, order, day, rng.randint(*line_range), discounted, rates)

    # Foreign firms compare longer; a new customer's first quotation is one he accepts.
    win_rate -= 0.05 if customer.country != spec.home else 0.0
    # Conversion moves by some points over the year, as it does in life.
    win_rate += 0.05 * math.sin(day.toordinal() / 58)
    if first or rng.random() < win_rate:
        ordered_local = _confirmation(rng, customer, created_local, valid_days)
        order.ordered = _to_utc(zone, ordered_local)
        order.state = "sale"
        if rng.random() < 0.015 and not first:
            order.state = "cancel"
        elif rng.random() < 0.06:
            order.locked = True
        if rng.random() < 0.025 and not first:
            _add_return(order)
    else:
        order.state = _pick(rng, (("cancel", 45), ("sent", 43), ("draft", 12)))
    return order


def _assign(rng, spec, order):
    """Stand-ins for some orders, nobody at all for a few."""
    luck = rng.random()
    if luck < 0.03:
        order.salesperson = order.team = None
    elif luck < 0.055:
        order.salesperson = None
    elif luck < 0.12:
        colleagues = [p for p in spec.salespeople if p.team == order.team]
        order.salesperson = rng.choice(colleagues)


def _add_lines(rng, order, day, count, discounted, rates):
    customer = order.customer
    weights = [i.business if customer.is_company else i.private for i in ITEMS]
    discount = rng.choice((5.0, 5.0, 10.0, 15.0)) if rng.random() < discounted else 0.0
    rate = rate_at(rates, order.currency, day)
    chosen = []
    if customer.kind == LARGE and rng.random() < 0.2:
        floors = ("Ground floor", "First floor", "Reception")
        chosen.append(Line(None, text=rng.choice(floors)))
    for item in _distinct(rng, ITEMS, weights, count):
        if item.service:
            quantity = rng.randint(2, 12) if item.code == "SRV-INSTALL" else 1
        else:
            quantity = _pieces(rng, customer.kind, item)
        chosen.append(Line(item.code, quantity, round(item.price * rate, 2), discount))
    order.lines = chosen


def _pieces(rng, kind, item):
    """Fewer of what is dear."""
    low, high = HABITS[kind][2]
    if item.price > 300:
        high = max(low, high // 4)
        low = min(low, high)
    return rng.randint(low, high)


def _add_return(order):
    """One piece of an earlier delivery goes back with this order."""
    for line in order.lines:
        if line.code and line.code not in CONSUMED:
            order.lines.append(Line(line.code, -1.0, line.price, line.discount))
            return


def _plan_credits(rng, planned, confirmed):
    """A few whole orders go back: negative ones, some days later."""
    candidates = [
        order
        for order in planned
        if order.state == "sale"
        and not order.locked
        and not any(line.code in CONSUMED or line.quantity < 0 for line in order.lines)
    ]
    for original in rng.sample(candidates, min(len(candidates), confirmed // 250 + 1)):
        delay = timedelta(days=rng.randint(6, 13))
        planned.append(
            Order(
                customer=original.customer,
                contact=original.contact,
                created=original.ordered + delay,
                validity=original.validity + delay + timedelta(days=14),
                currency=original.currency,
                salesperson=original.salesperson,
                team=original.team,
                ordered=original.ordered + delay + timedelta(minutes=25),
                state="sale",
                reference="Return",
                lines=[
                    Line(line.code, -line.quantity, line.price, line.discount)
                    for line in original.lines
                    if line.code
                ],
            )
        )


def _settle(order, now):
    """Undo what has not happened yet."""
    if order.ordered and order.ordered > now:
        order.ordered, order.locked, order.state = None, False, "sent"
    age = now - order.created
    if order.ordered is None:
        # Nobody gives a quotation up, or even sends it, within minutes.
        if order.state == "cancel" and age < timedelta(days=5):
            order.state = "sent"
        if order.state == "sent" and age < timedelta(hours=3):
            order.state = "draft"
    elif order.locked and now - order.ordered < timedelta(days=60):
        order.locked = False


def _archive_some(customers, planned, today):
    """Some who bought, left long ago and were archived since: three, or only one."""
    last = {}
    for order in planned:
        last[order.customer.index] = order.date_order.date()
    quiet = [
        customer
        for customer in customers
        if customer.left
        and customer.index in last
        and (today - last[customer.index]).days > 120
    ]
    for customer in quiet[: 3 if len(customers) > 100 else 1]:
        customer.archived = True


def _moment(rng, customer, day):
    """A local time on ``day``: office hours, and evenings for some."""
    hours = OFFICE_HOURS
    if rng.random() < (0.06 if customer.is_company else 0.35):
        hours = EVENING_HOURS
    hour = rng.choices(list(hours), list(hours.values()))[0]
    clock = time(hour, rng.randint(0, 59), rng.randint(0, 59))
    return datetime.combine(day, clock)


def _confirmation(rng, customer, created, valid_days):
    """When the customer says yes: at once, or after thinking; rarely on a weekend."""
    if rng.random() < (0.16 if customer.is_company else 0.42):
        return created + timedelta(minutes=rng.randint(8, 150))
    median = 4.0 if customer.is_company else 2.2
    delay = min(1 + int(rng.lognormvariate(math.log(median), 0.8)), valid_days - 5)
    day = created.date() + timedelta(days=delay)
    if day.weekday() >= 5 and rng.random() < (0.92 if customer.is_company else 0.55):
        day += timedelta(days=7 - day.weekday() + rng.choice((0, 0, 1, 2, 3)))
    return _moment(rng, customer, day)


def _to_utc(zone, local):
    return zone.localize(local).astimezone(pytz.utc).replace(tzinfo=None)


def _pick(rng, weighted):
    values, weights = zip(*weighted, strict=True)
    return rng.choices(values, weights)[0]


def _distinct(rng, values, weights, count):
    """``count`` different values, the heavy ones more often."""
    values, weights = list(values), list(weights)
    chosen = []
    for _n in range(min(count, len(values))):
        position = rng.choices(range(len(values)), weights)[0]
        chosen.append(values.pop(position))
        weights.pop(position)
    return chosen


def _slug(text):
    """ASCII letters and digits of ``text``, words joined by dots."""
    plain = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(c if c.isascii() else "" for c in plain)
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    return ".".join(words)


class _FreshNames:
    """Names nobody has yet."""

    def __init__(self, rng):
        self.rng = rng
        self.taken = set()

    def customer(self, country, is_company, city):
        """:return: (name, email)"""
        if not is_company:
            name = self._person(country)
            return name, f"{_slug(name)}@example.com"
        attempt = 0
        while True:
            attempt += 1
            pattern = self.rng.choice(country.firms)
            if attempt > 20 or len(country.surnames) * len(country.firms) < 30:
                pattern += " {city}" if "{city}" not in pattern else " {surname}"
            name = pattern.format(surname=self.rng.choice(country.surnames), city=city)
            if self._take(name):
                return name, f"contact@{_slug(name).replace('.', '-')}.example.com"

    def contact(self, country, company_email):
        """:return: (name, email, function)"""
        name = self._person(country)
        domain = company_email.partition("@")[2]
        return name, f"{_slug(name)}@{domain}", self.rng.choice(names.FUNCTIONS)

    def _person(self, country):
        attempt = 0
        while True:
            attempt += 1
            first = self.rng.choice(country.first_names)
            if attempt > 20:
                first += f"-{self.rng.choice(country.first_names)}"
            name = f"{first} {self.rng.choice(country.surnames)}"
            if self._take(name):
                return name

    def _take(self, name):
        if name in self.taken:
            return False
        self.taken.add(name)
        return True
