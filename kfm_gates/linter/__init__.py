"""`lint`: is a single document in order, outside of any run? It decides about no run.

Receipts, logs and catalogs are asked what the gates ask of them, as far as one document can answer
by itself; the findings are those of the gates. Files of `.kfm/` are asked what `check` asks of
them when it reads them. OPA is not needed, a profile neither.
"""
