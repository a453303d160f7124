"""What a call of the API is: a row of the table in routes.py, the call as its work sees it, and its answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlmodel import Session

from portal.accounts.business import Business, Capability
from portal.accounts.member import Right
from portal.accounts.session import ApiToken
from portal.database import Database, Lane
from portal.settings import Settings

READS = ("GET", "HEAD")
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Call:
    """One call, checked. Business and role come from the token, never from the request (law 9). `wants` is the form of
    its answer, one of those that the operation has."""

    token: ApiToken
    business: Business
    settings: Settings
    ip: str
    params: Mapping[str, str]
    query: BaseModel | None = None
    body: BaseModel | None = None
    cleared: Any = None
    wants: str = "application/json"

    @property
    def actor(self) -> str:
        """A beginning of the token's hash: enough to tell tokens apart, useless to sign in with."""
        return f"token:{self.token.id[:16]}"

    @property
    def id(self) -> str:
        return self.params["id"]

    def given(self, kind: type[Model]) -> Model:
        """The body, as the operation declares it."""
        assert isinstance(self.body, kind)
        return self.body

    def asked(self, kind: type[Model]) -> Model:
        """The query, as the operation declares it."""
        assert isinstance(self.query, kind)
        return self.query


@dataclass(frozen=True)
class File:
    """An answer in another form than JSON; `make` takes its time, and is asked when the transaction is over."""

    media_type: str
    name: str
    make: Callable[[], bytes]


@dataclass(frozen=True)
class Answer:
    """What to say: a model, an object of plain values, or a file."""

    body: BaseModel | Mapping[str, Any] | File
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Work = Callable[[Session, Call], Answer]


@dataclass(frozen=True)
class Operation:
    """One method of one path. `answer` is the shape of a good answer with `status`; `refuses` says what a 409 means;
    `drains`: answered only when no text to the subscription in the path is on its way any more (law 6);
    `hushes`: before the work, in a transaction of its own: the conversations in which nothing may go out any more;
    `clears`: after that, in short transactions of its own, what the work would take long for; its answer is
    `Call.cleared`;
    `is_secret`: its answer holds a secret, and is kept encrypted where it is kept at all;
    `notes`: writes down that it was read, in a transaction of its own, after it was found and before anything leaves;
    `also`: the other media types that it can answer in, asked for by `Accept`."""

    method: str
    path: str
    work: Work
    right: Right
    summary: str
    answer: type[BaseModel]
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    status: int = 200
    refuses: str = ""
    needs: Capability | None = None
    lane: Lane = Lane.ROAD
    drains: bool = False
    hushes: Callable[[Session, Call], list[str]] | None = None
    clears: Callable[[Database, Call], Any] | None = None
    is_secret: bool = False
    notes: Callable[[Session, Call], None] | None = None
    also: tuple[str, ...] = ()

    @property
    def is_write(self) -> bool:
        return self.method not in READS
