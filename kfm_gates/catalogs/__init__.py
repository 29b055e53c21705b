"""Catalogs of a run: STAC, DCAT, PROV and OpenLineage, read strictly and without a network.

One folder per kind of catalog. Each offers `CHECKS`, the obligations of its gate, and
`examine(documents, question) -> Examined`, which the gate, `lint` and the closure use alike.
"""
