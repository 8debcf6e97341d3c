"""Extensions of schemathesis (tests/schemathesis.sh)."""

import schemathesis

# A part of a file is sent as it is.
schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
