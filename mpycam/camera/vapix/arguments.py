"""The arguments of a CGI, in the query string or as a form in the body."""

from urllib.parse import parse_qsl

# A client that names no type, or text/plain, sends a form all the same.
FORMS = ("application/x-www-form-urlencoded", "application/octet-stream", "text/plain")


async def arguments(request, query=True):
    """Return a request's arguments as a dictionary; those of a form go before those in the query string.

    `query` False leaves a POST's query string out.
    """
    result = dict(request.query) if query or request.method != "POST" else {}
    if request.method == "POST" and request.content_type in FORMS:
        body = (await request.read()).decode("utf-8", "replace")
        result |= dict(parse_qsl(body, keep_blank_values=True))
    return result
