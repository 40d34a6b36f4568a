"""Every sentence of a flow's page, in English and Danish."""

from kontering.cli.flowpage.state_sentences import STATES

SENTENCES: dict[str, tuple[str, str]] = {
    # kinds of documents
    "an invoice": ("an invoice", "en faktura"),
    "a credit_note": ("a credit note", "en kreditnota"),
    "a document": ("a document", "et bilag"),
    # headings
    "when": ("When", "Hvornår"),
    "lines": ("What is sold, and its account", "Det solgte, og dets konto"),
    "vat": ("VAT", "Moms"),
    "payments": ("Payments", "Betalinger"),
    "terms": ("Buyers and terms", "Købere og betingelser"),
    "products": ("Products", "Varer"),
    "totals": ("Rounding and proof of totals", "Afrunding og afstemning"),
    "held": ("What waits for a person", "Det der venter på et menneske"),
    "fields": ("Where each field comes from", "Hvor hvert felt kommer fra"),
    # in short
    "lead": (
        "Each {record} of **{source}** ({source_title}) becomes {document} in **{target}** ({target_title}).",
        "Hver {record} fra **{source}** ({source_title}) bliver til {document} i **{target}** ({target_title}).",
    ),
    "mapping says": ("The mapping `{mapping}`: {doc}", "Mappingen `{mapping}`: {doc}"),
    "dated": (
        "The document's day is `{text}`{zone}; it decides the VAT period.",
        "Bilagets dato er `{text}`{zone}; den afgør momsperioden.",
    ),
    "zoned": (" as a day in {zone}", " som dato i {zone}"),
    # when
    "state": ("State in the source", "Status i kilden"),
    "happens": ("What happens", "Hvad der sker"),
    "every other": ("every other", "alle andre"),
    "draft": ("a draft is made; a person books it", "der laves en kladde; et menneske bogfører den"),
    "book": ("booked", "bogføres"),
    "hold": ("held until a person decides", "venter til et menneske beslutter"),
    "skip": ("nothing", "intet"),
    "cancel": (
        "what was not booked is dropped, what was booked is credited",
        "det der ikke er bogført bortfalder, det bogførte krediteres",
    ),
    "send": ("sent on; there is nothing to book", "sendes videre; der er intet at bogføre"),
    "rule": ("Rule of the mapping", "Mappingens regel"),
    "condition": ("When", "Når"),
    "reason": ("Reason given", "Begrundelse"),
    "stop skip": ("nothing is booked", "intet bogføres"),
    "stop hold": ("held", "venter"),
    "stop error": ("refused as wrong", "afvises som forkert"),
    "schedule": ("The source is read {schedule}.", "Kilden læses {schedule}."),
    "closed hold": (
        "A document whose period is closed waits for a person.",
        "Et bilag i en lukket periode venter på et menneske.",
    ),
    "closed next_open_day": (
        "A document whose period is closed is booked on the first open day, and its VAT belongs to that day.",
        "Et bilag i en lukket periode bogføres på første åbne dag, og momsen hører til den dag.",
    ),
    "closed error": (
        "A document whose period is closed fails, and is listed as failed.",
        "Et bilag i en lukket periode fejler, og står som fejlet.",
    ),
    "edited hold": (
        "A record that changes after its document was booked waits for a person.",
        "En post der ændres efter bogføring venter på et menneske.",
    ),
    "edited credit_and_rebill": (
        "A record that changes after its document was booked is credited in full and invoiced anew.",
        "En post der ændres efter bogføring krediteres helt og faktureres på ny.",
    ),
    "mail target": (
        "{target} sends the document to the buyer when it is booked.",
        "{target} sender bilaget til køberen når det bogføres.",
    ),
    "mail never": ("Nothing is sent to buyers.", "Der sendes intet til købere."),
    "needs": ("It waits for: {flows}.", "Det venter på: {flows}."),
    # lines
    "lines intro": (
        "Each line has a role; the role and the line's VAT code give the account.",
        "Hver linje har en rolle; rollen og linjens momskode giver kontoen.",
    ),
    "line": ("Line", "Linje"),
    "kind": ("Kind", "Art"),
    "of": ("From", "Fra"),
    "amount": ("Amount", "Beløb"),
    "role": ("Role", "Rolle"),
    "for": ("What it is for", "Hvad den er til"),
    "code": ("VAT code", "Momskode"),
    "by account": ("Accounts by role and VAT code", "Konti efter rolle og momskode"),
    "no account": ("none: such a document waits", "ingen: et sådant bilag venter"),
    "open accounts": (
        "Where no account stands (—), {target} finds it itself, from what it is given.",
        "Hvor der ingen konto står (—), finder {target} den selv ud fra det den får.",
    ),
    "discount_into": (
        "Discounts lower the lines that they hit; they have no account of their own.",
        "Rabatter trækkes fra de linjer de rammer; de har ingen egen konto.",
    ),
    "discount_separate": (
        "Discounts stand as lines of their own, one for each VAT code.",
        "Rabatter står som egne linjer, én for hver momskode.",
    ),
    "deferred": (
        "Lines with a service period are revenue over that period ({how}); until then they are on `deferred_revenue`.",
        "Linjer med en periode indtægtsføres over perioden ({how}); indtil da står de på `deferred_revenue`.",
    ),
    "daily": ("by days", "pr. dag"),
    "monthly": ("by months", "pr. måned"),
    "stock": (
        "The cost of what is sold is posted with it: `cogs` against `inventory`.",
        "Vareforbruget bogføres sammen med salget: `cogs` mod `inventory`.",
    ),
    "goods": ("goods", "varer"),
    "subscription": ("subscription", "abonnement"),
    "shipping": ("shipping", "fragt"),
    "fee": ("fee", "gebyr"),
    "discount": ("discount", "rabat"),
    "gift_card": ("gift card", "gavekort"),
    "tip": ("tip", "drikkepenge"),
    "adjustment": ("adjustment", "regulering"),
    "rounding": ("rounding", "afrunding"),
    "when condition": ("if `{text}`", "hvis `{text}`"),
    # settings of the mapping
    "params": ("Settings of the mapping", "Mappingens indstillinger"),
    "param": ("Setting", "Indstilling"),
    "value": ("Value", "Værdi"),
    # roles
    "role bank": ("money on the bank", "penge i banken"),
    "role cash": ("money in the till", "penge i kassen"),
    "role psp_clearing": ("what a payment gateway owes", "tilgode hos betalingsformidler"),
    "role psp_reserve": ("what a gateway keeps back", "tilbageholdt af betalingsformidler"),
    "role receivable": ("what customers owe", "tilgodehavender hos kunder"),
    "role revenue": ("sales at home", "salg i hjemlandet"),
    "role shipping_revenue": ("shipping at home", "fragt i hjemlandet"),
    "role revenue_oss": ("sales to consumers in the EU", "salg til private i EU"),
    "role revenue_eu_goods": ("goods to firms in the EU", "varer til virksomheder i EU"),
    "role revenue_eu_services": ("services to firms in the EU", "ydelser til virksomheder i EU"),
    "role revenue_export": ("sales outside the EU", "salg uden for EU"),
    "role discount_given": ("discounts shown as lines", "rabatter vist som linjer"),
    "role deferred_revenue": ("sold, for a time still to come", "forudfaktureret salg"),
    "role gift_card_liability": ("gift cards sold and not used", "udstedte gavekort"),
    "role customer_prepayment": ("money that came before the invoice", "forudbetalinger fra kunder"),
    "role vat_out": ("VAT on sales at home", "salgsmoms"),
    "role vat_oss": ("One Stop Shop VAT", "One Stop Shop-moms"),
    "role fees": ("what gateways and banks charge", "gebyrer til betalingsformidlere og bank"),
    "role rounding": ("small differences", "øreafrunding"),
    "role fx_difference": ("exchange differences", "kursforskelle"),
    "role cogs": ("cost of goods sold", "vareforbrug"),
    "role inventory": ("goods in stock", "varelager"),
    # what target tables give
    "give account": ("Account", "Konto"),
    "give vat_code": ("VAT code in {target}", "Momskode i {target}"),
    "give group": ("Product group in {target}", "Varegruppe i {target}"),
    "give zone": ("VAT zone in {target}", "Momszone i {target}"),
    "give number": ("Term in {target}", "Betingelse i {target}"),
    "give other": ("{name} in {target}", "{name} i {target}"),
    # VAT
    "vat intro": (
        "VAT is never reckoned anew: what the source charged must fit one of the codes that the sale can have, or the "
        "document waits. Rates are those of {day}.",
        "Moms beregnes aldrig på ny: det kilden har opkrævet skal passe til en af de koder som salget kan have, ellers "
        "venter bilaget. Satserne er dem der gælder {day}.",
    ),
    "credit vat": (
        "A credit note has the VAT codes and rates of its invoice, whatever they were; these are all there can be.",
        "En kreditnota har sin fakturas momskoder og satser, hvad de end var; dette er dem der kan forekomme.",
    ),
    "buyer": ("Buyer", "Køber"),
    "rate": ("Rate", "Sats"),
    "note": ("Text on the document", "Tekst på bilaget"),
    "treatment": ("Treatment", "Behandling"),
    "treatment domestic": ("domestic", "indenlandsk"),
    "treatment oss": ("One Stop Shop", "One Stop Shop"),
    "treatment eu_goods": ("goods within the EU", "varesalg til EU"),
    "treatment eu_services": ("services within the EU", "ydelser til EU"),
    "treatment export": ("outside the EU", "uden for EU"),
    "treatment voucher": ("no VAT event", "ingen momsbegivenhed"),
    "case home": ("anyone in {country}", "alle i {country}"),
    "case home rc": (
        "a firm in {country}, for products under the domestic reverse charge",
        "en virksomhed i {country}, for varer med indenlandsk omvendt betalingspligt",
    ),
    "case consumer": ("a private buyer in another EU country", "en privat køber i et andet EU-land"),
    "case firm": (
        "a firm in another EU country whose VAT number passes its check",
        "en virksomhed i et andet EU-land, hvis momsnummer består kontrollen",
    ),
    "case abroad": ("anyone outside the EU", "alle uden for EU"),
    "case card": ("whoever buys a gift card for any goods", "køber af et gavekort til flere formål"),
    "supply goods": ("goods", "varer"),
    "supply digital": ("digital services", "digitale ydelser"),
    "supply service": ("services", "ydelser"),
    "supplies": ("What is sold: {supplies}.", "Der sælges: {supplies}."),
    "reverse charge": ("reverse charge", "omvendt betalingspligt"),
    "legal eu_goods": ("intra-Community supply, Article 138", "EU-varesalg uden moms, artikel 138"),
    "legal reverse_charge": ("reverse charge, Article 196", "omvendt betalingspligt, artikel 196"),
    "legal domestic_reverse_charge": ("domestic reverse charge", "indenlandsk omvendt betalingspligt"),
    "number error": (
        "A VAT number that fails its check makes the document wait.",
        "Et momsnummer der ikke består kontrollen får bilaget til at vente.",
    ),
    "number charge_as_consumer": (
        "A buyer whose VAT number fails its check counts as a private buyer.",
        "En køber hvis momsnummer ikke består kontrollen regnes som privat.",
    ),
    "abroad hold": (
        "Own VAT charged on what leaves the EU makes the document wait.",
        "Er der opkrævet egen moms af noget der forlader EU, venter bilaget.",
    ),
    "abroad accept": (
        "Own VAT charged on what leaves the EU is booked as a domestic sale.",
        "Er der opkrævet egen moms af noget der forlader EU, bogføres det som indenlandsk salg.",
    ),
    "untaxed hold": (
        "A domestic line without any VAT in the source makes the document wait.",
        "En indenlandsk linje helt uden moms i kilden får bilaget til at vente.",
    ),
    "untaxed zero_rated": (
        "A domestic line without any VAT in the source is zero-rated.",
        "En indenlandsk linje helt uden moms i kilden er nulsats.",
    ),
    "below": (
        "The seller is below the threshold for distance sales: private buyers in the EU pay {country} VAT.",
        "Sælger er under grænsen for fjernsalg: private købere i EU betaler moms i {country}.",
    ),
    "oss table": ("One Stop Shop, country by country", "One Stop Shop, land for land"),
    "country": ("Country", "Land"),
    "revenue": ("Revenue", "Omsætning"),
    "vat account": ("VAT", "Moms"),
    # payments
    "method": ("Method in the source", "Metode i kilden"),
    "registered": ("Registered", "Registreres"),
    "yes": ("yes", "ja"),
    "no": ("no", "nej"),
    "receivable intro": (
        "What the buyer owes is on `receivable`{account}. A registered payment closes it and moves the amount to the "
        "method's account.",
        "Det køberen skylder står på `receivable`{account}. En registreret betaling lukker det og flytter beløbet til "
        "metodens konto.",
    ),
    "account is": (" (account {account})", " (konto {account})"),
    "credit intro": (
        "Money that goes back is posted the other way round, on the same accounts.",
        "Penge der går retur posteres modsat, på de samme konti.",
    ),
    "own methods": ("any other", "alle andre"),
    "prepaid": (
        "Money that came before the document's day waits on `customer_prepayment`.",
        "Penge der kom før bilagets dato venter på `customer_prepayment`.",
    ),
    "cash rounding": (
        "Cash is rounded to {step}; the difference goes to `rounding`.",
        "Kontanter afrundes til {step}; forskellen går til `rounding`.",
    ),
    "currency": (
        "In foreign currency the document's own rate counts, else the project's rate of that day; differences at "
        "payment go to `fx_difference`. Books are kept in {currency}.",
        "I fremmed valuta gælder bilagets egen kurs, ellers projektets kurs den dag; forskelle ved betaling går til "
        "`fx_difference`. Bøgerne føres i {currency}.",
    ),
    # terms
    "days": ("Days of credit", "Kreditdage"),
    "group": ("Customer group in {target}", "Kundegruppe i {target}"),
    "consumer": ("private", "privat"),
    "business": ("firm", "virksomhed"),
    "public": ("public body (EAN)", "offentlig (EAN)"),
    "paid by": ("paid by {method}", "betalt med {method}"),
    "otherwise": ("{days} unless the source says it", "{days} medmindre kilden siger andet"),
    "match": (
        "A buyer is recognised by {keys}, in this order.",
        "En køber genkendes på {keys}, i den rækkefølge.",
    ),
    "missing create": ("Who isn't found is made.", "Findes køberen ikke, oprettes den."),
    "missing hold": (
        "Where nobody is found the document waits.",
        "Findes køberen ikke, venter bilaget.",
    ),
    "single": (
        "All sales go to one customer: {number}.",
        "Alt salg går på én kunde: {number}.",
    ),
    "update": ("These follow the source: {fields}.", "Disse følger kilden: {fields}."),
    "product match": ("A product is recognised by {keys}.", "En vare genkendes på {keys}."),
    "product create": ("One that isn't found is made.", "Findes varen ikke, oprettes den."),
    "product fallback": (
        "For one that isn't found, product {number} stands in.",
        "Findes varen ikke, bruges vare {number}.",
    ),
    "product hold": ("Where it isn't found the document waits.", "Findes varen ikke, venter bilaget."),
    "no product": (
        "A line without a product takes product {number}.",
        "En linje uden vare får vare {number}.",
    ),
    # totals
    "totals intro": (
        "The lines must come to the total that the source claims, and the target must come to the same, before "
        "anything is booked.",
        "Linjerne skal give den total kilden oplyser, og målet skal nå den samme, før noget bogføres.",
    ),
    "totals within": (
        "A difference up to {tolerance} becomes one visible line without VAT (product {product}, role `rounding`"
        "{account}); a larger one makes the document wait.",
        "En forskel op til {tolerance} bliver én synlig linje uden moms (vare {product}, rolle `rounding`{account}); "
        "en større får bilaget til at vente.",
    ),
    "totals hold": (
        "Any difference makes the document wait.",
        "Enhver forskel får bilaget til at vente.",
    ),
    "vat tolerance": (
        "VAT may differ by {tolerance} per rate where the total is right.",
        "Momsen må afvige {tolerance} pr. sats, når totalen er rigtig.",
    ),
    "vat line": (
        "Where the source doesn't say how it rounds, VAT is rounded on each line.",
        "Hvor kilden ikke siger hvordan den afrunder, afrundes momsen på hver linje.",
    ),
    "vat document": (
        "Where the source doesn't say how it rounds, VAT is rounded once for each VAT code.",
        "Hvor kilden ikke siger hvordan den afrunder, afrundes momsen én gang pr. momskode.",
    ),
    "zero skip": ("A document that comes to nothing is not booked.", "Et bilag på nul bogføres ikke."),
    "zero book": ("A document that comes to nothing is booked too.", "Også et bilag på nul bogføres."),
    # held
    "held intro": (
        "Such a document stands in the queue with its reason; nothing of it is booked until a person has decided.",
        "Et sådant bilag står i køen med sin begrundelse; intet af det bogføres før et menneske har besluttet.",
    ),
    "why": ("Reason", "Grund"),
    "word": ("Word in the queue", "Ord i køen"),
    "hold VAT_MISMATCH": (
        "What was charged fits no VAT code that this sale can have",
        "Den opkrævede moms passer ikke til nogen momskode som salget kan have",
    ),
    "hold VAT_NUMBER_INVALID": ("The buyer's VAT number fails its check", "Købers momsnummer består ikke kontrollen"),
    "hold MIXED_VAT_COUNTRIES": (
        "The document would be taxed in two countries",
        "Bilaget ville blive momset i to lande",
    ),
    "hold UNKNOWN_COUNTRY": ("The country is unknown", "Landet er ukendt"),
    "hold TOTAL_MISMATCH": (
        "The lines differ from the claimed total by more than {tolerance}",
        "Linjerne afviger mere end {tolerance} fra den oplyste total",
    ),
    "hold TOTALS_DIFFER": (
        "{target} comes to other totals than the document",
        "{target} når andre totaler end bilaget",
    ),
    "hold AMBIGUOUS": (
        "Several customers or products in {target} fit equally well",
        "Flere kunder eller varer i {target} passer lige godt",
    ),
    "hold CUSTOMER_MISSING": ("The customer isn't in {target}", "Kunden findes ikke i {target}"),
    "hold PRODUCT_MISSING": ("The product isn't in {target}", "Varen findes ikke i {target}"),
    "hold NO_PRODUCT": ("A line has no product", "En linje har ingen vare"),
    "hold PAYLOAD": (
        "A table of {target} has no row that fits: {tables}",
        "En tabel for {target} har ingen række der passer: {tables}",
    ),
    "hold PERIOD_CLOSED": ("The period is closed", "Perioden er lukket"),
    "hold EDITED_AFTER_BOOKING": ("The record changed after booking", "Posten blev ændret efter bogføring"),
    "hold STATE": ("The source's state says so: {states}", "Kildens status siger det: {states}"),
    "hold STATE_UNKNOWN": ("The source's state is not in the list above", "Kildens status står ikke på listen ovenfor"),
    "hold NO_RATE": ("No exchange rate is known for the currency", "Ingen kurs kendes for valutaen"),
    "hold REFUSED": ("{target} refuses the document", "{target} afviser bilaget"),
    "hold ORIGINAL_UNKNOWN": ("The credited invoice isn't known", "Den krediterede faktura er ikke kendt"),
    "hold REFUND_EXCEEDS_REMAINING": (
        "It credits more than is left of the invoice",
        "Der krediteres mere end der er tilbage af fakturaen",
    ),
    # fields
    "fields title": ("Field by field", "Felt for felt"),
    "field": ("Field of the document", "Bilagets felt"),
    "from": ("From", "Fra"),
    "place": ("Written at", "Skrevet i"),
    "fixed": ("always {value}", "altid {value}"),
    "from table": ("table {table}, by {keys}", "tabel {table}, efter {keys}"),
    "from mapping": ("mapping {mapping}", "mapping {mapping}"),
    # foot
    "foot": (
        "Made by Kontering {version} from mapping `{mapping}` ({digest}) and project `{project}` ({project_digest}).",
        "Lavet af Kontering {version} ud fra mappingen `{mapping}` ({digest}) og projektet `{project}` "
        "({project_digest}).",
    ),
    "book title": ("How {project} is booked", "Sådan bogføres {project}"),
    "title invoice": ("Flow {flow}: invoices in {target}", "Flow {flow}: fakturaer i {target}"),
    "title credit_note": ("Flow {flow}: credit notes in {target}", "Flow {flow}: kreditnotaer i {target}"),
    "title other": ("Flow {flow}: documents in {target}", "Flow {flow}: bilag i {target}"),
    "contents": ("Flows", "Flows"),
    **STATES,
}
