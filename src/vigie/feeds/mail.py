"""One digest to one recipient, by SMTP.

In: a delivery, the mail server. Out: Outcome. Encrypted or not at all (a server on this machine excepted): where the server offers no
STARTTLS, nothing is sent. One message for each recipient, so that none learns of another.
Left out: reading bounces.
"""

from __future__ import annotations

import smtplib
import ssl
from datetime import UTC, date, datetime, time
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from vigie.feeds.digest_config import MailConfig
from vigie.feeds.outbox import Delivery
from vigie.feeds.outcome import DELIVERED, Outcome, dead, later

TIMEOUT = 30.0  # seconds for each answer of the server


def message(delivery: Delivery, config: MailConfig) -> EmailMessage:
    """The message: the same delivery gives the same bytes, but for the border between its parts."""
    found = EmailMessage(policy=SMTP)
    content = delivery.content
    found["Subject"] = content["subject"]
    found["From"] = config.sender
    found["To"] = delivery.target
    found["Date"] = format_datetime(datetime.combine(date.fromisoformat(delivery.day), time(), tzinfo=UTC))
    found["Message-ID"] = f"<{delivery.id}@{config.sender.rpartition('@')[2]}>"
    found["Auto-Submitted"] = "auto-generated"
    found["X-Vigie-Digest"] = delivery.digest
    unsubscribe = config.unsubscribe or f"mailto:{config.sender}?subject=unsubscribe"
    found["List-Unsubscribe"] = f"<{unsubscribe}>"
    found.set_content(content["text"], cte="quoted-printable")
    found.add_alternative(content["html"], subtype="html", cte="quoted-printable")
    found.set_boundary(f"=_{delivery.digest}")
    return found


def send(delivery: Delivery, config: MailConfig, *, timeout: float = TIMEOUT) -> Outcome:
    """Try once. Nothing that the server says is passed on: it may quote the recipient."""
    try:
        with _connected(config, timeout) as server:
            if config.user:
                server.login(config.user, config.password)
            server.sendmail(config.sender, [delivery.target], message(delivery, config).as_bytes())
            return DELIVERED
    except smtplib.SMTPAuthenticationError as error:
        return later(f"the server refused the credentials ({error.smtp_code})")
    except smtplib.SMTPRecipientsRefused as error:
        return _coded(max((code for code, _ in error.recipients.values()), default=0), "the recipient")
    except smtplib.SMTPResponseException as error:
        return _coded(error.smtp_code, "the message")
    except smtplib.SMTPNotSupportedError:
        return dead("the server offers no STARTTLS, or no way to log in: nothing was sent")
    except smtplib.SMTPException as error:
        return later(f"the connection failed ({type(error).__name__})")
    except ssl.SSLError:
        return later("the certificate of the server is not trusted, or it speaks no TLS")
    except OSError as error:
        return later(f"the server was not reached ({type(error).__name__})")


def _connected(config: MailConfig, timeout: float) -> smtplib.SMTP:
    context = ssl.create_default_context(cafile=config.ca_file or None)
    if config.security == "tls":
        return smtplib.SMTP_SSL(config.host, config.port, timeout=timeout, context=context)
    server = smtplib.SMTP(config.host, config.port, timeout=timeout)
    if config.security == "starttls":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server


def _coded(code: int, what: str) -> Outcome:
    """4xx: greylisted, or busy; 5xx: for good (RFC 5321, 4.2.1). Of 0 to 3xx nobody knows."""
    return (
        dead(f"the server refused {what} ({code})")
        if code >= 500
        else later(f"the server put {what} off ({code})")
    )
