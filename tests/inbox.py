"""A real mail server on loopback that keeps what it gets, and misbehaves when told."""

import email
import email.policy
import time
from dataclasses import dataclass, field

from aiosmtpd.controller import Controller


class _Server(Controller):
    def _trigger_server(self):
        # It asks for any free port, and connects to it to have it begin.
        self.port = self.server.sockets[0].getsockname()[1]
        return super()._trigger_server()


@dataclass
class Inbox:
    """What arrived, and how to answer.

    :param refused: addresses that are refused
    :param dying: how many mails to break off before their answer
    :param seconds: how long to take for each mail
    :param on_noop, on_mail: called at these moments; ``on_mail`` before the answer
    """

    refused: set = field(default_factory=set)
    dying: int = 0
    seconds: float = 0
    on_noop: object = None
    on_mail: object = None
    mails: list = field(default_factory=list)  # (address, EmailMessage)
    peers: set = field(default_factory=set)  # connections that mails came by

    def __enter__(self):
        self.controller = _Server(self, hostname="127.0.0.1", port=0)
        self.controller.start()
        return self

    def __exit__(self, *_error):
        self.controller.stop()

    def reset(self):
        """As it was in the beginning."""
        self.__init__()

    @property
    def port(self):
        return self.controller.port

    @property
    def addresses(self):
        return sorted(address for address, _mail in self.mails)

    def of(self, address):
        """The mails to an address, oldest first."""
        return [mail for to, mail in self.mails if to == address]

    def only(self, address):
        [mail] = self.of(address)
        return mail

    # ------------------------------------------------------------------
    # Called by the server
    # ------------------------------------------------------------------

    async def handle_NOOP(self, _server, _session, _envelope, _argument):
        if self.on_noop:
            self.on_noop(self)
        return "250 OK"

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address in self.refused:
            return "550 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.dying:
            self.dying -= 1
            server.transport.abort()
            return "421 Dying"
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails += [(address, mail) for address in envelope.rcpt_tos]
        self.peers.add(session.peer)
        if self.on_mail:
            self.on_mail(self)
        time.sleep(self.seconds)
        return "250 OK"


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


def page_of(mail):
    return mail.get_body(("html",)).get_content()
