"""A Sigstore of our own, in memory, for tests: CA, CT log, Rekor v1 and v2, TSA, trust root.

See the README beside this file for what is real about it and how each attack is built.
"""

from __future__ import annotations

from virtual_sigstore.identities import Claims, person, workflow
from virtual_sigstore.sigstore import T0, VirtualSigstore

__all__ = ["T0", "Claims", "VirtualSigstore", "person", "workflow"]
