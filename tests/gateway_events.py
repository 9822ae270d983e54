"""Requests as API Gateway hands them to a function."""

from typing import Any


def event(
    method: str,
    path: str,
    body: str = "",
    headers: dict[str, str] | None = None,
    authorizer: dict[str, Any] | None = None,
    query: str = "",
) -> dict[str, Any]:
    """Return a request as API Gateway hands it to a function, form 2.0."""
    context: dict[str, Any] = {
        "http": {"method": method, "path": path, "sourceIp": "203.0.113.9", "protocol": "HTTP/1.1"},
        "stage": "$default",
        "requestId": "r1",
    }
    if authorizer is not None:
        context["authorizer"] = authorizer
    return {
        "version": "2.0",
        "routeKey": "ANY /{proxy+}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"content-type": "application/json", "host": "api.example.com"}
        | (headers or {}),
        "requestContext": context,
        "body": body,
        "isBase64Encoded": False,
    }
