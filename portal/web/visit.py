"""One request as the pages see it: who asks, for which business, and what they sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData, Headers, QueryParams

from portal.accounts.business import Business
from portal.accounts.member import Member
from portal.accounts.session import SignIn
from portal.accounts.workplace import Workplace
from portal.errors import Unauthenticated
from portal.settings import Settings


@dataclass(frozen=True)
class Visit:
    """One request as the pages see it. `member` and `business` come from the sign-in, never from the request.
    `waiting` is the number of replies in doubt, for the badge; `workplaces` are those of a member of several;
    `quarantine` says why nothing leaves by itself, nothing where it does."""

    method: str
    path: str
    params: Mapping[str, str]
    query: QueryParams
    form: FormData
    headers: Headers
    ip: str
    settings: Settings
    state: Any
    sign_in: SignIn | None = None
    someone: Member | None = None
    tenant: Business | None = None
    cookie: str = ""
    waiting: int = 0
    workplaces: tuple[Workplace, ...] = ()
    quarantine: str = ""

    @property
    def member(self) -> Member:
        if self.someone is None:
            raise Unauthenticated()
        return self.someone

    @property
    def business(self) -> Business:
        if self.tenant is None:
            raise Unauthenticated()
        return self.tenant

    @property
    def actor(self) -> str:
        return f"member:{self.member.id}"

    @property
    def is_partial(self) -> bool:
        """Whether htmx asks for a fragment."""
        return self.headers.get("hx-request") == "true" and self.headers.get("hx-request-type") != "full"

    @property
    def csrf_token(self) -> str:
        return self.sign_in.csrf if self.sign_in else ""
