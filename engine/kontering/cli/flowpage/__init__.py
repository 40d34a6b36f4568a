"""An accountant's page on a flow: what goes to which account and VAT code, when, and why."""
