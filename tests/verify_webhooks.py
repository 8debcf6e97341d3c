"""Verifies webhooks with the PyPI package standardwebhooks, as tests/browser/verify_webhooks.mjs does with npm's."""

import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

webhook = Webhook(sys.argv[1])


def verifies(body, headers):
    try:
        webhook.verify(body, headers)
        return True
    except WebhookVerificationError:
        return False


lines = [json.loads(line) for line in sys.stdin]
assert not any(verifies(line["body"] + " ", line["headers"]) for line in lines), "a changed body verifies"
print(sum(verifies(line["body"], line["headers"]) for line in lines))
