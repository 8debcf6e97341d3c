"""A mail server of a test: aiosmtpd, and Python's email as the reader of what arrives.

server.py SETTINGS FOLDER, where SETTINGS is JSON:
  port      the port at 127.0.0.1
  security  "tls", "starttls" or "plain"
  pair      the folder of fullchain.pem and privkey.pem
  user      [name, password] that a client must sign in with
  tls_max   "TLSv1_1" for a server that speaks nothing later
  injected  lines that somebody between client and server adds to the answer to STARTTLS, in clear
  mail_from the answer to MAIL FROM
  dropped   true for a server that refuses every mail after its last byte

Each mail that is taken is written to FOLDER as N.json, decoded. The local part of a recipient decides on the answer: busy@ is told
451 once and then taken, gone@ is told 550, with its address in the text as servers do.
"""

import asyncio
import email
import email.policy
import json
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

SETTINGS, FOLDER = json.loads(sys.argv[1]), pathlib.Path(sys.argv[2])


class Handler:
    def __init__(self):
        self.count = 0
        self.busy = set()

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        return SETTINGS.get("mail_from", "250 2.1.0 OK")

    async def handle_RCPT(self, server, session, envelope, address, options):
        local = address.partition("@")[0]
        if local == "gone":
            return f"550 5.1.1 <{address}>: mailbox unknown"
        if local == "busy" and address not in self.busy:
            self.busy.add(address)
            return f"451 4.3.0 <{address}>: try again later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        if "dropped" in SETTINGS:
            return "554 5.6.0 dropped"
        raw = envelope.content
        message = email.message_from_bytes(raw, policy=email.policy.default)
        tls = server.transport.get_extra_info("ssl_object")
        mail = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "hello": session.host_name,
            "user": (session.auth_data or b"").decode(),
            "tls": tls.version() if tls else None,
            "headers": [[name, str(value)] for name, value in message.items()],
            "defects": [str(defect) for defect in message.defects],
            "is_ascii": raw.isascii(),
            "type": message.get_content_type(),
            "text": message.get_content().replace("\r\n", "\n"),
            "raw": raw.decode("ascii", "backslashreplace"),
        }
        self.count += 1
        unfinished = FOLDER / f"{self.count}.part"
        unfinished.write_text(json.dumps(mail), "utf-8")
        unfinished.rename(FOLDER / f"{self.count}.json")
        return "250 2.0.0 OK"


class Session(SMTP):
    async def push(self, status):
        if status.startswith("220 Ready to start TLS"):
            status = "\r\n".join([status, *SETTINGS.get("injected", [])])
        await super().push(status)


def authenticator(server, session, envelope, mechanism, data):
    login, password = data.login.decode(), data.password.decode()
    if [login, password] != SETTINGS["user"]:
        return AuthResult(success=False, handled=False)
    return AuthResult(success=True, auth_data=login.encode())


def context():
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    pair = pathlib.Path(SETTINGS["pair"])
    tls.load_cert_chain(pair / "fullchain.pem", pair / "privkey.pem")
    if "tls_max" in SETTINGS:
        tls.set_ciphers("ALL:@SECLEVEL=0")
        tls.minimum_version = ssl.TLSVersion.TLSv1
        tls.maximum_version = ssl.TLSVersion[SETTINGS["tls_max"]]
    return tls


async def serve():
    security, handler = SETTINGS["security"], Handler()
    needs_user = "user" in SETTINGS

    def session():
        return Session(
            handler,
            hostname="localhost",
            tls_context=context() if security == "starttls" else None,
            require_starttls=security == "starttls",
            authenticator=authenticator,
            auth_required=needs_user,
            auth_require_tls=security == "starttls",
        )

    tls = context() if security == "tls" else None
    loop = asyncio.get_running_loop()
    server = await loop.create_server(session, "127.0.0.1", SETTINGS["port"], ssl=tls)
    await server.serve_forever()


asyncio.run(serve())
