"""The sample shop's buyers; all of them, and their firms and numbers, are invented."""

from __future__ import annotations

from kontering.connectors.woocommerce.simulator.checkout import Buyer

VAT = "_billing_vat_number"
EAN = "_billing_ean"
REFERENCE = "_billing_reference"


def buyer(
    name: str,
    street: str,
    postcode: str,
    city: str,
    country: str = "DK",
    *,
    company: str = "",
    email: str | None = None,
    customer: int = 0,
    ship_to: dict[str, str] | None = None,
    note: str = "",
) -> Buyer:
    """A buyer whose mail address, unless given, is made from the name."""
    first, _, last = name.rpartition(" ")
    address = {
        "first_name": first or last,
        "last_name": last if first else "",
        "company": company,
        "address_1": street,
        "city": city,
        "postcode": postcode,
        "country": country,
        "email": f"{(first or last).lower().replace(' ', '.')}@post.example" if email is None else email,
        "phone": "",
    }
    return Buyer(billing=address, customer=customer, ship_to=ship_to, note=note)


IDA = buyer("Ida Prøve", "Testvej 1", "5000", "Odense C", customer=31)
CARLA = buyer("Carla Nymand", "Havnegade 4, 2. th.", "2100", "København Ø", customer=32)
MADS = buyer("Mads Overby", "Møllevej 18", "8600", "Silkeborg", customer=33)
NANNA = buyer("Nanna Overby", "Møllevej 18", "8600", "Silkeborg", customer=34)
JONAS = buyer("Jonas Kvist", "Skovbrynet 7", "4000", "Roskilde")
SOFIE = buyer("Sofie Bang", "Strandvejen 210", "2900", "Hellerup", note="Stil pakken i carporten.\nTak!")
CAFE = buyer("Rune Holm", "Torvet 3", "5700", "Svendborg", company="Café Solsiden ApS", customer=35)
OFFICE = buyer("Lea Friis", "Industrivej 40", "7100", "Vejle", company="Friis Revision P/S", customer=36)
MUNICIPALITY = buyer(
    "Signe Holm",
    "Rådhuspladsen 2",
    "9000",
    "Aalborg",
    company="Nordvik Kommune, Børnehuset Solsikken",
    customer=37,
    email="solsikken@nordvik.example",
)
GRETA = buyer("Greta Maurer", "Lindenallee 12", "10115", "Berlin", "DE")
LUKAS = buyer("Lukas Brandt", "Am Deich 3", "26122", "Oldenburg", "DE", customer=38)
AINO = buyer("Aino Rantanen", "Rantakatu 5 A 2", "00170", "Helsinki", "FI")
PIETER = buyer("Pieter de Wit", "Keizersgracht 1", "1015 CJ", "Amsterdam", "NL")
STORSJO = buyer("Elsa Lind", "Hamngatan 8", "831 30", "Östersund", "SE", company="Storsjö Handel AB", customer=39)
NORRSKEN = buyer("Nils Berg", "Odengatan 20", "114 55", "Stockholm", "SE", company="Norrsken Form")
INGRID = buyer("Ingrid Solberg", "Fjordgata 9", "7010", "Trondheim", "NO")
CANARY = buyer("Elena Duarte", "Calle del Faro 2", "35007", "Las Palmas", "ES")
HARUKA = buyer("Haruka Endo", "2-4 Jinnan", "150-0041", "Shibuya", "JP", customer=40)
EMOJI = buyer("Zoë 🦊 Lykke 🎈", "Regnbuevej 5", "5230", "Odense M", email="zoe@post.example", note="Glædelig 🎄!")
HEBREW = buyer("נועה לוי", "Nørrebrogade 44, 3.", "2200", "København N", email="noa@post.example")
ARABIC = buyer("ليلى حداد", "Gellerupvej 12", "8220", "Brabrand", email="laila@post.example")
NO_MAIL = buyer("Karl Dam", "Kirkebakken 2", "6800", "Varde", email="")
LONG = buyer(
    "Ditte Sand",
    "Bygaden 1",
    "4700",
    "Næstved",
    email="ditte@post.example",
    company="Foreningen til Bevarelse og Udbredelse af Kendskabet til Traditionel Dansk Kaffekultur, "
    "Kolonialhandel og Brændingshåndværk i Sydsjælland, på Møn og Lolland-Falster med tilhørende Øer",
)
GIVER = buyer(
    "Tove Riis",
    "Egevej 9",
    "6000",
    "Kolding",
    ship_to={
        "first_name": "Bo",
        "last_name": "Riis",
        "company": "",
        "address_1": "Kollegievej 2, vær. 114",
        "postcode": "8000",
        "city": "Aarhus C",
        "country": "DK",
    },
)
ENTITY = buyer("Anne & Per O'Dall", "Vestergade 6", "5500", "Middelfart", email="dall@post.example")

REGISTERED = (IDA, CARLA, MADS, NANNA, CAFE, OFFICE, MUNICIPALITY, LUKAS, STORSJO, HARUKA)
FIRST = ("Ida", "Mads", "Freja", "Noah", "Alma", "Oscar", "Clara", "William", "Emma", "Lucas", "Agnes", "Viktor")
LAST = ("Krogh", "Toft", "Lund", "Bjerre", "Skov", "Winther", "Dahl", "Mølgaard", "Bech", "Riis", "Thygesen", "Bay")
STREETS = ("Møllevej", "Skolegade", "Engdraget", "Nørregade", "Birkealle", "Havnevej", "Kirkestien", "Ågade")
TOWNS = (
    ("1620", "København V"),
    ("2300", "København S"),
    ("5000", "Odense C"),
    ("6700", "Esbjerg"),
    ("7400", "Herning"),
    ("8000", "Aarhus C"),
    ("8900", "Randers C"),
    ("9000", "Aalborg"),
)
