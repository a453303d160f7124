"""Three automations to start from, so that nobody begins with an empty form."""

from collections.abc import Mapping
from typing import Any

STARTS: Mapping[str, Mapping[str, Any]] = {
    "reminder": {
        "name": "Reminder before the project",
        "way": "project", "project_day": "project.starts_on", "project_days": "2", "project_side": "before",
        "project_time": "09:00",
        "text": "Hi {first_name|there}, this is {business}. A reminder: {project|your project} starts on {date}. "
                "Just reply here if anything has changed.",
    },
    "thanks": {
        "name": "Thank-you after a questionnaire",
        "way": "submitted", "submitted_wait": "1", "submitted_unit": "hour",
        "text": "Hi {first_name|there}, thank you for your answers. We read them and write to you soon. {business}",
    },
    "welcome": {
        "name": "The day after opting in",
        "way": "opted_in", "opted_in_wait": "1", "opted_in_unit": "day",
        "text": "Hi {first_name|there}, {business} here. Good to have you with us. If a question comes up, "
                "just reply to this text.",
    },
}  # fmt: skip
"""Fields of AutomationForm by the name in the address."""

SHOWN: Mapping[str, tuple[str, str, str]] = {
    "reminder": ("Remind before a project", "Two days before a project starts, at 09:00", "calendar"),
    "thanks": ("Thank for a questionnaire", "One hour after a client sends one in", "clipboard-list"),
    "welcome": ("Welcome a new number", "The day after a client opts in", "sun"),
}
"""What the list says of each: a title, when, and an icon."""
