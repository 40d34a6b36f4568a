"""The chart of accounts by role, and the VAT codes: Danish standard numbers, own words in Danish and English.

Accounts that the standard chart does not keep apart (shipping beside sales, VAT owed to another country) get a number
of their own, and `standard` says under which number of the public chart they are reported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

AccountKind = Literal["asset", "liability", "equity", "income", "expense"]


@dataclass(frozen=True, slots=True)
class Account:
    """One account: what it is for (`role`), its number, its name in both languages."""

    role: str
    number: str
    kind: AccountKind
    danish: str
    english: str
    standard: str

    def of_country(self, country: str) -> Account:
        """Its sub-account for one country's VAT: `7845-DE`."""
        role = f"{self.role}_{country}" if self.role == "vat_oss" else self.role
        number = f"{self.number}-{country}"
        return Account(role, number, self.kind, f"{self.danish} {country}", f"{self.english} {country}", self.standard)


@dataclass(frozen=True, slots=True)
class VatCode:
    """One VAT code with its rate (percent), the country it is owed to, and the box of the Danish return."""

    code: str
    rate: Decimal
    country: str | None
    box: str | None
    danish: str
    english: str


def _chart(rows: str) -> dict[str, Account]:
    fields = (tuple(part.strip() for part in row.split(";")) for row in rows.strip().splitlines())
    accounts = (Account(role, number, kind, da, en, std or number) for role, number, std, kind, da, en in fields)  # type: ignore[arg-type]
    return {account.role: account for account in accounts}


CHART = _chart("""
revenue; 1010; ; income; Salg i Danmark; Sales in Denmark
shipping_revenue; 1012; 1010; income; Fragt opkrævet hos kunder; Shipping charged to customers
discount_given; 1014; 1010; income; Rabatter til kunder; Discounts given
revenue_eu_goods; 1050; ; income; Varesalg til virksomheder i EU; Goods sold to businesses in the EU
revenue_oss; 1060; 1050; income; Salg til private i EU (One Stop Shop); Sales to consumers in the EU (One Stop Shop)
revenue_export; 1100; ; income; Varesalg uden for EU; Goods sold outside the EU
revenue_eu_services; 1150; ; income; Ydelser til virksomheder i EU; Services to businesses in the EU
revenue_export_services; 1200; ; income; Ydelser uden for EU; Services outside the EU
other_income; 1550; ; income; Andre indtægter; Other income
cogs; 1610; ; expense; Vareforbrug; Cost of goods sold
cost; 2810; ; expense; Andre omkostninger; Other costs
bad_debt; 2280; ; expense; Tab på kunder; Losses on customers
fees; 2390; ; expense; Gebyrer; Fees
rounding; 2720; ; expense; Øreafrunding; Rounding
fx_difference; 3610; ; expense; Kursforskelle; Exchange differences
inventory; 6140; ; asset; Varelager; Inventory
receivable; 6190; ; asset; Tilgodehavender hos kunder; Receivable from customers
psp_clearing; 6330; ; asset; Tilgode hos betalingsformidlere; Owed by payment gateways
psp_reserve; 6332; 6330; asset; Tilbageholdt af betalingsformidlere; Held back by payment gateways
dispute; 6334; 6330; asset; Omstridte betalinger; Disputed payments
prepaid_cost; 6390; ; asset; Forudbetalte omkostninger; Prepaid costs
cash; 6470; ; asset; Kasse; Cash
bank; 6480; ; asset; Bank; Bank
transfers; 6490; 6330; asset; Penge undervejs; Money in transit
opening_balance; 6940; ; equity; Overført fra tidligere; Brought forward
customer_prepayment; 7410; ; liability; Forudbetalinger fra kunder; Prepayments from customers
gift_card_liability; 7415; 7410; liability; Udstedte gavekort; Gift cards issued
payable; 7440; ; liability; Gæld til leverandører; Owed to suppliers
vat_out; 7680; ; liability; Moms af salg; VAT on sales
vat_reverse_charge; 7700; ; liability; Moms af køb med omvendt betalingspligt; VAT on reverse-charge purchases
vat_in; 7740; ; liability; Moms af køb; VAT on purchases
vat_owed; 7840; ; liability; Moms til afregning; VAT to be settled
vat_oss; 7845; 7840; liability; One Stop Shop-moms; One Stop Shop VAT
tips; 8040; ; liability; Drikkepenge til personalet; Tips owed to the staff
deferred_revenue; 8070; ; liability; Forudfaktureret salg; Deferred revenue
""")

CODES = {
    row.code: row
    for row in (
        VatCode("DK25", Decimal(25), "DK", "sales_vat", "Salg med 25 % moms", "Sales at 25 % VAT"),
        VatCode("DK0", Decimal(0), "DK", "C", "Salg til nulsats", "Zero-rated sales"),
        VatCode("DKRC", Decimal(0), "DK", "C", "Omvendt betalingspligt i Danmark", "Domestic reverse charge"),
        VatCode("EUG", Decimal(0), None, "B_goods", "Varer til virksomheder i EU", "Goods to businesses in the EU"),
        VatCode(
            "EUS", Decimal(0), None, "B_services", "Ydelser til virksomheder i EU", "Services to businesses in the EU"
        ),
        VatCode("EXP", Decimal(0), None, "C", "Varer ud af EU", "Goods leaving the EU"),
        VatCode("EXS", Decimal(0), None, "C", "Ydelser uden for EU", "Services outside the EU"),
        VatCode("OUT", Decimal(0), None, None, "Uden moms", "No VAT event"),
        VatCode("DK25-IN", Decimal(25), "DK", "purchase_vat", "Køb med 25 % moms", "Purchases at 25 % VAT"),
        VatCode("EUG-IN", Decimal(25), "DK", "A_goods", "Varer købt i EU", "Goods bought in the EU"),
        VatCode("EUS-IN", Decimal(25), "DK", "A_services", "Ydelser købt i EU", "Services bought in the EU"),
        VatCode("IMP-IN", Decimal(25), "DK", "import", "Varer købt uden for EU", "Goods bought outside the EU"),
        VatCode(
            "EXS-IN", Decimal(25), "DK", "services_abroad", "Ydelser købt uden for EU", "Services bought outside the EU"
        ),
    )
}

_STATES = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI"
EU = frozenset(_STATES.split())
_OSS = re.compile(r"OSS-([A-Z]{2})-(\d{1,2}(?:\.\d{1,2})?)")
_OWN = re.compile(r"([A-Z]{2})(\d{1,2}(?:\.\d{1,2})?|RC)(-IN)?")
_OSS_ROLE = re.compile(r"vat_oss_([A-Z]{2})")
_BY_CODE = {("revenue_export", "EXS"): "revenue_export_services"}


def made_code(code: str, country: str) -> VatCode | None:
    """A code that is made when it is first seen: One Stop Shop by country and rate, and other rates of the own country.

    >>> made_code("OSS-DE-19", "DK").country, made_code("OSS-FI-25.5", "DK").rate, made_code("OSS-US-5", "DK")
    ('DE', Decimal('25.5'), None)
    >>> made_code("SE12", "SE").box, made_code("SE12", "DK")
    ('sales_vat', None)
    """
    return _oss(code) or _own(code, country)


def _oss(code: str) -> VatCode | None:
    match = _OSS.fullmatch(code)
    if not match or match[1] not in EU:
        return None
    country, rate = match[1], Decimal(match[2])
    return VatCode(code, rate, country, "oss", f"One Stop Shop {country} {rate} %", f"One Stop Shop {country} {rate} %")


def _own(code: str, country: str) -> VatCode | None:
    match = _OWN.fullmatch(code)
    if not match or match[1] != country:
        return None
    rate = Decimal(match[2]) if match[2] != "RC" else Decimal(0)
    sold = "sales_vat" if rate else "C"
    box = "purchase_vat" if match[3] else sold
    danish, english = ("Køb", "Purchases") if match[3] else ("Salg", "Sales")
    return VatCode(code, rate, country, box, f"{danish} {code}", f"{english} {code}")


def default_account(role: str, code: str | None) -> Account | None:
    """The chart's account for a role; One Stop Shop sales and VAT have one for each country.

    >>> default_account("vat_oss_DE", "OSS-DE-19").number, default_account("revenue_oss", "OSS-SE-25").number
    ('7845-DE', '1060-SE')
    """
    match = _OSS_ROLE.fullmatch(role)
    if match:
        return CHART["vat_oss"].of_country(match[1]) if match[1] in EU else None
    if role.startswith(("cost_", "bank_")):  # a name of the project's, to which its table gives no account
        return CHART[role.partition("_")[0]]
    of = _oss(code) if code and role == "revenue_oss" else None
    account = CHART.get(_BY_CODE.get((role, code or ""), role))
    return account.of_country(of.country) if account and of and of.country else account


def kind_of_number(number: str) -> AccountKind:
    """The kind of an account that only a project's table names, by the standard chart's ranges."""
    first = int(number[:2]) if number[:2].isdigit() else 0
    if first < 16:
        return "income"
    if first < 50:
        return "expense"
    return "asset" if first < 65 else "equity" if first < 71 else "liability"
