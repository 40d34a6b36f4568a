"""Every diagnostic code with its title, in one list; docs/codes/ has a page for each.

K1 file, K2 expression, K3 template, K4 money and VAT, K5 document, K6 plan, K7 delivery.
"""

CODES: dict[str, str] = {
    # K1 file: YAML, mapping, project, table and test files
    # K2 expression
    # K3 template
    # K4 money and VAT
    # K5 document
    # K6 plan
    # K7 delivery
}
