"""Addresses that are signed for a time: the same file under an address that changes with every signature."""

from typing import Final
from urllib.parse import unquote_plus

# Query parameters that only sign an address, by the one that holds the signature. Names are compared without case.
# Sources: Amazon S3 "Authenticating requests: query parameters" (versions 4 and 2), Google Cloud Storage "Signed URLs"
# (V4 and V2), Azure Storage "Create a service SAS" and "Create a user delegation SAS", Amazon CloudFront "Use signed
# URLs". Parameters that choose or change content (`versionId`, `snapshot`, `response-content-type`, …) are none.
_AMAZON: Final = "x-amz-algorithm x-amz-credential x-amz-date x-amz-expires x-amz-security-token x-amz-signedheaders"
_GOOGLE: Final = "x-goog-algorithm x-goog-credential x-goog-date x-goog-expires x-goog-signedheaders"
_AZURE: Final = "se si sip sp spr sr srt ss st sdd saoid suoid scid skoid sktid skt ske sks skv sduoid skdutid"
_SCHEMES: Final = tuple(
    (signature, frozenset(marks.split()), frozenset(others.split()))
    for signature, marks, others in (
        ("x-amz-signature", "", _AMAZON),
        ("x-goog-signature", "", _GOOGLE),
        ("signature", "awsaccesskeyid", "expires x-amz-security-token"),
        ("signature", "googleaccessid", "expires"),
        ("signature", "key-pair-id", "expires policy hash-algorithm"),
        ("sig", "sv se sp", _AZURE),
        ("sig", "sv si sr", _AZURE),
    )
)


def without_signature(address: str) -> str:
    """An address without the parameters that only sign it; one that is not signed is returned unchanged.

    All other parameters and the fragment are kept as written, in their order.
    """
    start, question, tail = address.partition("?")
    if not question or "://" not in start:
        return address
    query, hash_sign, fragment = tail.partition("#")
    parameters = query.split("&")
    names = [unquote_plus(parameter.partition("=")[0]).lower() for parameter in parameters]
    signing = _signing(frozenset(names))
    if not signing:
        return address
    kept = "&".join(text for name, text in zip(names, parameters, strict=True) if name not in signing)
    return start + (f"?{kept}" if kept else "") + hash_sign + fragment


def _signing(names: frozenset[str]) -> frozenset[str]:
    """Those of an address's parameters that sign it; none without a signature of a known scheme."""
    for signature, marks, others in _SCHEMES:
        if signature in names and marks <= names:
            return frozenset({signature}) | marks | others
    return frozenset()
