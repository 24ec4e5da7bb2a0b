"""The Content-Security-Policy of a page that stands alone: one style in its head, no script, perhaps a form.

Such a page works on any browser, loads nothing, and runs nothing that somebody else's words could bring in.
"""

import base64
import hashlib


def style_policy(style: str) -> str:
    """The policy by which a page may show itself with `style`, and send its form to where it came from (CSP Level 3,
    `hash-source`: the style is named by its digest)."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
