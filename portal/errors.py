"""Every error that reaches a person or a script, with its HTTP status and one sentence.

Problem                   500  something that has a status and a sentence
├── BadRequest            400  the request cannot be understood
├── Unauthenticated       401  nobody is signed in, or the token is unknown
├── Forbidden             403  signed in, but the role may not
├── Elsewhere             403  the page is of a business that this browser has left
├── Unproven              403  signed in long ago: the password is asked again
├── NotFound              404  absent, or somebody else's (never told apart)
├── Conflict              409  true, but not now; `reason` and `unlock` say what would change it
├── TooLarge              413  the body is over its limit
├── Invalid               422  typed values that break a rule; `fields` maps a name to its sentences
├── TooMany               429  a limit is used up
└── Unavailable           503  cannot keep its promises now; try again
"""

from collections.abc import Mapping, Sequence


class Problem(Exception):
    """Base of all: `status`, `title` (what kind) and `detail` (this time, a sentence for people)."""

    status = 500
    title = "Something went wrong"

    def __init__(self, detail: str = "", *, title: str | None = None) -> None:
        self.title = title or type(self).title
        self.detail = detail or self.title
        super().__init__(self.detail)


class BadRequest(Problem):
    status = 400
    title = "This request cannot be understood"


class Unauthenticated(Problem):
    status = 401
    title = "Please sign in"


class Forbidden(Problem):
    status = 403
    title = "Your role does not allow this"


class Elsewhere(Problem):
    """Somebody of several businesses switched in another tab (behaviours.md M-11)."""

    status = 403
    title = "You switched to another business"


class Unproven(Problem):
    """For acts that an unlocked screen alone must not do (promises.md E.2)."""

    status = 403
    title = "Please enter your password again"


class NotFound(Problem):
    status = 404
    title = "There is nothing here"


class Conflict(Problem):
    """Carries the gate's machine-readable `reason` and `unlock`, the one thing that would change it."""

    status = 409
    title = "This is not possible right now"

    def __init__(self, detail: str = "", *, reason: str = "conflict", unlock: str = "") -> None:
        super().__init__(detail)
        self.reason = reason
        self.unlock = unlock


class TooLarge(Problem):
    status = 413
    title = "This is too large"


class Invalid(Problem):
    """Carries `fields`: the name of each refused value with the sentences about it."""

    status = 422
    title = "Some values need another look"

    def __init__(self, detail: str = "", *, fields: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(detail)
        self.fields = {name: list(sentences) for name, sentences in (fields or {}).items()}


class TooMany(Problem):
    """Carries `retry_after`, the whole seconds to wait; 0 where nobody can say."""

    status = 429
    title = "Too many attempts; please wait a little"

    def __init__(self, detail: str = "", *, retry_after: int = 0) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(Problem):
    """Carries `retry_after`, as TooMany does."""

    status = 503
    title = "Not available right now; please try again"

    def __init__(self, detail: str = "", *, retry_after: int = 0) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class SettingsError(Exception):
    """A setting is missing or wrong; the sentence tells the operator what to set."""
