"""The calls about addresses of the business's own programs, which get events."""

from portal.accounts.member import Right
from portal.api import endpoint
from portal.api.operation import Operation
from portal.api.value import Page

OPERATIONS = (
    Operation(
        "POST", "/webhook-endpoints", endpoint.create, Right.SETUP, "Have events sent to an address",
        endpoint.CreatedEndpoint, body=endpoint.NewEndpoint, status=201, is_secret=True,
        refuses="There are ten already, or one with this address.",
    ),
    Operation(
        "GET", "/webhook-endpoints", endpoint.page, Right.SETUP, "Addresses that get events, oldest first",
        endpoint.Endpoints, query=Page,
    ),
    Operation("GET", "/webhook-endpoints/{id}", endpoint.show, Right.SETUP, "One of them", endpoint.Endpoint),
    Operation(
        "PATCH", "/webhook-endpoints/{id}", endpoint.change, Right.SETUP, "Change it, or switch it off or on",
        endpoint.Endpoint, body=endpoint.EndpointChange, refuses="Another one has this address.",
    ),
    Operation(
        "POST", "/webhook-endpoints/{id}/secret", endpoint.rotate, Right.SETUP,
        "Make a new secret; the one before signs too for a day", endpoint.Secret, is_secret=True,
    ),
    Operation(
        "GET", "/webhook-endpoints/{id}/deliveries", endpoint.deliveries, Right.SETUP,
        "What became of each event, newest first", endpoint.Deliveries, query=Page,
    ),
    Operation(
        "DELETE", "/webhook-endpoints/{id}", endpoint.delete, Right.SETUP, "Delete it with its log", endpoint.Endpoint
    ),
)  # fmt: skip
