"""The kinds of answers that VAPIX gives."""

import html

from aiohttp import web


def text(body, status=200):
    """A plain text answer."""
    return web.Response(status=status, body=body.encode("utf-8", "replace"), content_type="text/plain")


def xml(body, charset="utf-8"):
    """An XML answer; `body` has no declaration yet."""
    return web.Response(
        body=f'<?xml version="1.0" encoding="{charset}" ?>\n{body}\n'.encode(charset, "xmlcharrefreplace"),
        content_type="text/xml",
        charset=charset,
    )


def page(message, status=200):
    """The little HTML page that older CGIs answer with."""
    body = f"<html>\n<head>\n</head>\n<body>\n{html.escape(message, quote=False)}\n</body>\n</html>\n"
    return web.Response(status=status, text=body, content_type="text/html")
