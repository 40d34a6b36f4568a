"""A mail server: booked documents go to their buyers from your own address, with your own words."""

from __future__ import annotations

from kontering.connectors.smtp.options import SETTINGS
from kontering.sdk.connector import SDK, Again, Call, Connector, Papers, Settings, Takes, Target

CREATE = Call(action="create", kind="mail", method="SMTP", path="", again=Again.NEVER)
"""Two mails are a complaint, a missing one is a line in the queue: one of which nobody knows isn't sent again."""


def posts(settings: Settings, papers: Papers) -> Target:
    from kontering.connectors.smtp.target import Post

    return Post(settings, papers)


def knock(settings: Settings) -> str:
    from kontering.connectors.smtp.server import knock as at_the_door

    return at_the_door(settings)


CONNECTOR = Connector(
    name="smtp",
    title="Mail server",
    sdk=SDK,
    settings=SETTINGS,
    takes={"mail": Takes(payload="smtp/mail", calls=(CREATE,))},
    posts=posts,
    knock=knock,
)
