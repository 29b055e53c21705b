"""RFC 3161 timestamps over a signature, by the authorities of the trust root."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from kfm_gates.attest import codes_bundle as codes
from kfm_gates.attest.results import Refused, SignedTime, TimeSource
from kfm_gates.attest.trust_root import Authority, TrustRoot


def verified(stamps: Sequence[bytes], signature: bytes, root: TrustRoot) -> list[SignedTime]:
    """The times that the timestamps prove. One that does not hold refuses them all.

    Args:
        stamps: Time-stamp responses, DER.
        signature: What they have to be over.
        root: Whose authorities count, each within its window, both ends inclusive.

    Raises:
        Refused: A timestamp is of nobody known, over something else, or of a retired authority.
    """
    return [_one(stamp, signature, root) for stamp in stamps]


def _one(stamp: bytes, signature: bytes, root: TrustRoot) -> SignedTime:
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    retired: dt.datetime | None = None
    why = "no authority of the trust root made it"
    for authority in root.timestamp_authorities:
        chain = authority.chain
        if len(chain) < 2:
            continue
        builder = VerifierBuilder(roots=[chain[-1]], intermediates=list(chain[1:-1]))
        try:
            # Decoded for each: the library takes parts of the response away while it verifies.
            response = decode_timestamp_response(stamp)
            builder.tsa_certificate(chain[0]).build().verify_message(response, signature)
            time = response.tst_info.gen_time.astimezone(dt.UTC)
        except (VerificationError, ValueError) as error:
            why = str(error)
            continue
        if authority.window.holds([time]) and _in_force(authority, time):
            return SignedTime(TimeSource.TSA, time)
        retired = time
    if retired is not None:
        raise Refused(
            codes.TSA_RETIRED,
            "The timestamp authority was not in force at the time that it states.",
            got=retired.isoformat(),
        )
    raise Refused(codes.TIMESTAMP_INVALID, f"A timestamp does not hold: {why}.")


def _in_force(authority: Authority, time: dt.datetime) -> bool:
    return all(c.not_valid_before_utc <= time <= c.not_valid_after_utc for c in authority.chain)
