# Orders with their lines, text to text.
. as $order
| (.tax_lines | map({key: (.rate_id | tostring), value: .rate_percent}) | from_entries) as $rates
| {
    number, status, currency, key: "order/\(.number)",
    first: .billing.first_name, last: .billing.last_name,
    name: "\(.billing.first_name) \(.billing.last_name)",
    street: .billing.address_1, postcode: .billing.postcode, city: .billing.city, country: .billing.country,
    place: "\(.billing.postcode) \(.billing.city)", email: .billing.email, method: .payment_method,
    kind: (if .customer_id != 0 then "member" else "guest" end),
    side: (if .prices_include_tax then "gross" else "net" end),
    vat: (.total_tax | tonumber), gross: (.total | tonumber),
    lines: [.line_items[] | {
      id: (.id | tostring), name, quantity,
      amount: ((.total | tonumber) + (.total_tax | tonumber)),
      rate: $rates[(.taxes[0].id | tostring)],
      text: "\(.quantity) x \(.name)"
    }]
  }
