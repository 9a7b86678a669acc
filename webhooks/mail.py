"""Mail: one letter a delivery, by SMTP (RFC 5321) with TLS and login, under a Message-ID that never changes."""

import smtplib
import socket
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from time import monotonic

from engine.outbox import Owed
from webhooks.letters import written
from webhooks.links import Links
from webhooks.safe_http import connected, resolve
from webhooks.sending import Failed, Sent
from webhooks.trust import trusting

NO_ADDRESS = "No mail address is known. An administrator writes one down on the page of the person."


@dataclass(frozen=True, kw_only=True)
class Mail:
    """
    A mail server to send by.

    Args:
        tls: `tls` from the first byte, `starttls` after the greeting, `none` in the clear.
        sender: the address that letters come from.
        public_url: where Steward is served, for links.
        zone: the organisation's.
        links: makes those by which a call is acknowledged.
        ca_file: certificates to trust instead of the machine's.
        seconds: for each step of the conversation.
        whole: seconds for all of it, from the connection on; then it is cut, however slowly the server speaks.
    """

    host: str
    port: int
    tls: str
    user: str
    password: str
    sender: str
    public_url: str
    zone: str
    links: Links | None = None
    ca_file: str = ""
    seconds: float = 20
    whole: float = 120

    def send(self, owed: Owed) -> Sent | Failed:
        """Send one letter. A refusal of this address or this letter is final; whatever else goes wrong may pass."""
        if not owed.email:
            return Failed(NO_ADDRESS, permanent=True)
        try:
            message = self.message(owed)
        except (HeaderParseError, ValueError, IndexError) as error:
            return Failed(f"{owed.email} is no address that mail can go to: {error}", permanent=True)
        until = monotonic() + self.whole
        try:
            with connected(resolve(self.host, self.port), self.port, until) as link:
                server = self._greeted(link)
                try:
                    server.send_message(message, self.sender, [owed.email])
                finally:
                    server.close()  # Once it took the letter, nothing that it says can make it unsent.
            return Sent()
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            return Failed(_told(code, said), permanent=code >= 500)
        except smtplib.SMTPAuthenticationError as error:
            return Failed(_told(error.smtp_code, error.smtp_error))
        except smtplib.SMTPDataError as error:
            return Failed(_told(error.smtp_code, error.smtp_error), permanent=error.smtp_code >= 500)
        except smtplib.SMTPResponseException as error:
            return Failed(_told(error.smtp_code, error.smtp_error))
        except (OSError, smtplib.SMTPException, ValueError) as error:
            return Failed(f"{type(error).__name__}: {error}")

    def message(self, owed: Owed) -> EmailMessage:
        """The message with its headers; those of one case stand in one thread."""
        letter = written(owed, address=self.public_url, zone=self.zone, links=self.links)
        domain = self.sender.rpartition("@")[2] or "localhost"
        message = EmailMessage(policy=SMTP)
        message["From"] = Address("Steward", addr_spec=self.sender)
        message["To"] = Address(" ".join(owed.name.split()), addr_spec=owed.email or "")
        message["Subject"] = letter.subject
        message["Message-ID"] = f"<{owed.id}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notes come back.
        if owed.instance_id:
            message["References"] = message["In-Reply-To"] = f"<case.{owed.instance_id}@{domain}>"
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        return message

    def _greeted(self, link: socket.socket) -> smtplib.SMTP:
        """The server at the other end of a connection, greeted, with TLS and logged in."""
        link.settimeout(self.seconds)
        context = trusting(self.ca_file)
        if self.tls == "tls":
            link = context.wrap_socket(link, server_hostname=self.host)
        server = _Over(link, self.host, self.port, self.seconds)
        try:
            if self.tls == "starttls":
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


class _Over(smtplib.SMTP):
    """Speaks over a connection that exists already."""

    def __init__(self, link: socket.socket, host: str, port: int, seconds: float) -> None:
        self._link = link
        super().__init__(host, port, timeout=seconds)

    def _get_socket(self, _host: str, _port: int, _timeout: float) -> socket.socket:
        return self._link


def _told(code: int, said: bytes | str) -> str:
    return f"{code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
