"""Names and places the demo customers are made of, by country.

Only plain data lives here. Zip codes and cities are real and belong together, people
and firms are invented, and every address ends in ``example.com`` (RFC 2606).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Country:
    """What invented customers of one country are called and where they live.

    :ivar currency: ISO code of the currency their quotations are written in.
    :ivar firms: patterns of firm names; ``{surname}`` and ``{city}`` are filled in.
    :ivar streets: patterns of street lines; ``{number}`` is filled in.
    """

    code: str
    currency: str
    first_names: tuple[str, ...]
    surnames: tuple[str, ...]
    firms: tuple[str, ...]
    cities: tuple[tuple[str, str], ...]
    streets: tuple[str, ...]


FRENCH_FIRST_NAMES = (
    "Adèle", "Alain", "Amélie", "Antoine", "Aurélie", "Baptiste", "Béatrice",
    "Bruno", "Cécile", "Céline", "Chloé", "Clément", "Damien", "Delphine", "Élise",
    "Émilie", "Étienne", "Fabien", "Florence", "François", "Gaëlle", "Guillaume",
    "Hélène", "Hugo", "Inès", "Jérôme", "Julie", "Laure", "Léa", "Louis", "Manon",
    "Mathilde", "Mélanie", "Nathalie", "Olivier", "Pauline", "Philippe", "Quentin",
    "Sandrine", "Sébastien", "Sophie", "Théo", "Valérie", "Victor", "Yann", "Zoé",
)  # fmt: skip

FRENCH_SURNAMES = (
    "Aubert", "Barbier", "Bertrand", "Blanchard", "Bonnet", "Boucher", "Brun",
    "Carpentier", "Chevalier", "Colin", "Da Silva", "Delaunay", "Deschamps",
    "Dufour", "Dumas", "Fabre", "Faure", "Fleury", "Fontaine", "Gaillard",
    "Garnier", "Gautier", "Girard", "Guérin", "Henry", "Hubert", "Jacquet",
    "Lambert", "Leclerc", "Lefèvre", "Lemaire", "Leroux", "Marchand", "Masson",
    "Mercier", "Meunier", "Moreau", "Morin", "Noël", "Olivier", "Perrin",
    "Picard", "Poirier", "Renard", "Renaud", "Rivière", "Robin", "Roussel",
    "Royer", "Schmitt", "Tessier", "Vasseur", "Vidal", "Weber",
)  # fmt: skip

FRANCE = Country(
    code="FR",
    currency="EUR",
    first_names=FRENCH_FIRST_NAMES,
    surnames=FRENCH_SURNAMES,
    firms=(
        "Hôtel {surname}", "Brasserie {surname}", "Cabinet {surname} Architectes",
        "Galerie {surname}", "{surname} Immobilier", "Boulangerie {surname}",
        "Clinique {surname}", "{surname} & Associés", "Atelier {surname}",
        "Librairie {surname}", "{surname} Agencement", "Domaine {surname}",
        "Hôtel de {city}", "Théâtre de {city}", "{surname} Décoration",
    ),
    cities=(
        ("75011", "Paris"), ("75006", "Paris"), ("69002", "Lyon"),
        ("13006", "Marseille"), ("33000", "Bordeaux"), ("44000", "Nantes"),
        ("59800", "Lille"), ("67000", "Strasbourg"), ("31000", "Toulouse"),
        ("06000", "Nice"), ("35000", "Rennes"), ("34000", "Montpellier"),
        ("21000", "Dijon"), ("38000", "Grenoble"), ("37000", "Tours"),
    ),
    streets=(
        "{number} rue Victor Hugo", "{number} avenue de la Gare",
        "{number} place du Marché", "{number} rue des Lilas",
        "{number} boulevard Voltaire", "{number} quai des Tanneurs",
    ),
)  # fmt: skip

BELGIUM = Country(
    code="BE",
    currency="EUR",
    first_names=FRENCH_FIRST_NAMES,
    surnames=(
        "Claes", "De Smet", "Dubois", "Goossens", "Jacobs", "Janssens", "Lambrecht",
        "Maes", "Mertens", "Peeters", "Vandamme", "Wouters",
    ),
    firms=("Hôtel {surname}", "{surname} Interieur", "Brasserie {surname}",
           "{surname} & Fils", "Musée de {city}"),
    cities=(("1000", "Bruxelles"), ("4000", "Liège"), ("5000", "Namur"),
            ("9000", "Gent"), ("2000", "Antwerpen")),
    streets=("Rue Neuve {number}", "Chaussée de Mons {number}",
             "Stationsstraat {number}"),
)  # fmt: skip

GERMANY = Country(
    code="DE",
    currency="EUR",
    first_names=(
        "Anna", "Bernd", "Claudia", "Dirk", "Eva", "Franziska", "Georg", "Heike",
        "Jan", "Katrin", "Lukas", "Martina", "Nils", "Petra", "Stefan", "Ute",
    ),
    surnames=(
        "Albrecht", "Becker", "Brandt", "Fischer", "Hartmann", "Huber", "Keller",
        "Köhler", "Krüger", "Lange", "Neumann", "Schäfer", "Vogel", "Winkler",
    ),
    firms=("Hotel {surname}", "{surname} Einrichtungen GmbH", "Praxis {surname}",
           "{surname} Innenarchitektur", "Stadttheater {city}"),
    cities=(("10115", "Berlin"), ("20095", "Hamburg"), ("80331", "München"),
            ("50667", "Köln"), ("70173", "Stuttgart"), ("04109", "Leipzig")),
    streets=("Hauptstraße {number}", "Lindenweg {number}", "Am Markt {number}"),
)  # fmt: skip

NETHERLANDS = Country(
    code="NL",
    currency="EUR",
    first_names=("Anouk", "Bram", "Daan", "Femke", "Joris", "Lotte", "Maarten",
                 "Sanne", "Thijs", "Willem"),
    surnames=("Bakker", "De Boer", "Dekker", "Jansen", "Kuipers", "Meijer",
              "Smit", "Van Dijk", "Visser", "De Wit"),
    firms=("Hotel {surname}", "{surname} Interieur BV", "{surname} Wonen"),
    cities=(("1012 AB", "Amsterdam"), ("3011 AA", "Rotterdam"),
            ("3511 AB", "Utrecht"), ("5611 AA", "Eindhoven")),
    streets=("Kerkstraat {number}", "Nieuwe Gracht {number}", "Dorpsweg {number}"),
)  # fmt: skip

ITALY = Country(
    code="IT",
    currency="EUR",
    first_names=("Alessandra", "Carlo", "Chiara", "Davide", "Elena", "Giulia",
                 "Lorenzo", "Marta", "Paolo", "Stefano"),
    surnames=("Bianchi", "Colombo", "Conti", "Esposito", "Ferrari", "Gallo",
              "Greco", "Moretti", "Ricci", "Romano"),
    firms=("Albergo {surname}", "{surname} Arredamenti Srl", "Studio {surname}"),
    cities=(("20121", "Milano"), ("10121", "Torino"), ("40121", "Bologna"),
            ("50122", "Firenze")),
    streets=("Via Roma {number}", "Corso Garibaldi {number}", "Via Dante {number}"),
)  # fmt: skip

SPAIN = Country(
    code="ES",
    currency="EUR",
    first_names=("Alba", "Carmen", "Diego", "Elena", "Javier", "Lucía", "Marcos",
                 "Nuria", "Pablo", "Raquel"),
    surnames=("Castro", "Delgado", "Fernández", "García", "Iglesias", "López",
              "Molina", "Navarro", "Ortega", "Serrano"),
    firms=("Hotel {surname}", "{surname} Interiores SL", "Restaurante {surname}"),
    cities=(("28001", "Madrid"), ("08002", "Barcelona"), ("46002", "Valencia"),
            ("48001", "Bilbao")),
    streets=("Calle Mayor {number}", "Avenida de la Paz {number}"),
)  # fmt: skip

UNITED_KINGDOM = Country(
    code="GB",
    currency="GBP",
    first_names=("Alice", "Callum", "Eleanor", "George", "Harriet", "James",
                 "Lucy", "Oliver", "Rosie", "Thomas"),
    surnames=("Baxter", "Carter", "Fletcher", "Hughes", "Marsh", "Palmer",
              "Reid", "Shaw", "Turner", "Wright"),
    firms=("The {surname} Hotel", "{surname} Interiors Ltd", "{surname} & Sons",
           "{city} Playhouse"),
    cities=(("EC1A 1BB", "London"), ("M1 1AE", "Manchester"), ("BS1 4DJ", "Bristol"),
            ("EH1 1BB", "Edinburgh")),
    streets=("{number} High Street", "{number} Station Road", "{number} Mill Lane"),
)  # fmt: skip

UNITED_STATES = Country(
    code="US",
    currency="USD",
    first_names=("Abigail", "Benjamin", "Caroline", "Ethan", "Grace", "Henry",
                 "Megan", "Nathan", "Olivia", "Samuel"),
    surnames=("Anderson", "Brooks", "Coleman", "Hayes", "Jenkins", "Morgan",
              "Parker", "Sullivan", "Walker", "Webster"),
    firms=("{surname} Hospitality Inc.", "{surname} Design Group",
           "The {surname} Gallery", "{surname} Restaurants LLC"),
    cities=(("10001", "New York"), ("02108", "Boston"), ("60601", "Chicago"),
            ("94103", "San Francisco")),
    streets=("{number} Main Street", "{number} Oak Avenue", "{number} Park Place"),
)  # fmt: skip

SWITZERLAND = Country(
    code="CH",
    currency="CHF",
    first_names=FRENCH_FIRST_NAMES,
    surnames=("Aebischer", "Bolomey", "Chappuis", "Favre", "Jaquet", "Monnier",
              "Pittet", "Rochat", "Savary", "Tissot", "Vuilleumier", "Zbinden"),
    firms=("Hôtel {surname}", "{surname} Architecture SA", "Clinique {surname}",
           "Auberge {surname}", "{surname} Rénovation Sàrl"),
    cities=(("1204", "Genève"), ("1003", "Lausanne"), ("1700", "Fribourg"),
            ("2000", "Neuchâtel"), ("1820", "Montreux")),
    streets=("Rue du Rhône {number}", "Chemin des Vignes {number}",
             "Avenue de la Gare {number}"),
)  # fmt: skip

# What a contact person does at a firm.
FUNCTIONS = ("Purchasing", "Management", "Interior designer", "Facilities")
