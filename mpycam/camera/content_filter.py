"""Filters of the content of events: the part of XPath that the ONVIF core specification asks for (ItemFilter).

Expression = Term {"or" Term}      Term = Factor {"and" Factor}
Factor = "not" "(" Expression ")" | "(" Expression ")" | "boolean" "(" Path ")"
Path = "//SimpleItem" ["[" Test "]"]
Test = Expression of @Name = "..." and @Value = "..."
"""

import re

MOST_CHARACTERS = 4096
# How deeply parentheses may nest.
DEEPEST = 50
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<path>//(?:\w+:)?\w+) | (?P<attribute>@\w+) | (?P<string>"[^"]*"|'[^']*') | (?P<word>\w+)
        | (?P<mark>[()\[\]=])
    )""",
    re.VERBOSE,
)


class ContentFilterError(ValueError):
    """A content filter is malformed."""


class ContentFilter:
    """A filter such as `boolean(//SimpleItem[@Name="port" and @Value="1"])`."""

    def __init__(self, text):
        if len(text) > MOST_CHARACTERS:
            raise ContentFilterError(f"a content filter has at most {MOST_CHARACTERS} characters")
        self._tokens = _tokens(text)
        self._position = self._depth = 0
        self._test = self._either(self._factor)
        if self._position != len(self._tokens):
            raise ContentFilterError(f"unexpected '{self._tokens[self._position]}'")

    def matches(self, event):
        """Whether an Event is selected."""
        return self._test([*event.source.items(), *event.key.items(), *event.data.items()])

    # Each of these reads a part of the expression and returns its test: a function of all items where a
    # whole expression is read, of one item within the brackets.

    def _either(self, factor):
        tests = [self._both(factor)]
        while self._take("or"):
            tests.append(self._both(factor))
        return lambda subject: any(test(subject) for test in tests)

    def _both(self, factor):
        tests = [self._group(factor)]
        while self._take("and"):
            tests.append(self._group(factor))
        return lambda subject: all(test(subject) for test in tests)

    def _group(self, factor):
        negated = self._take("not")
        if not negated and self._peek() != "(":
            return factor()
        self._need("(")
        self._depth += 1
        if self._depth > DEEPEST:
            raise ContentFilterError(f"more than {DEEPEST} parentheses within each other")
        test = self._either(factor)
        self._depth -= 1
        self._need(")")
        return (lambda subject: not test(subject)) if negated else test

    def _factor(self):
        self._need("boolean")
        self._need("(")
        path = self._next()
        # Events have no ElementItems, so nothing else is ever found.
        simple = re.fullmatch(r"//(\w+:)?SimpleItem", path) is not None
        test = None
        if self._take("["):
            test = self._either(self._comparison)
            self._need("]")
        self._need(")")
        return lambda items: simple and any(test is None or test(item) for item in items)

    def _comparison(self):
        attribute = self._next()
        if attribute not in ("@Name", "@Value"):
            raise ContentFilterError(f"need @Name or @Value, have '{attribute}'")
        self._need("=")
        string = self._next()
        if string[:1] not in "\"'" or len(string) < 2:
            raise ContentFilterError(f"need a string in quotes, have '{string}'")
        index, wanted = (0 if attribute == "@Name" else 1), string[1:-1]
        return lambda item: item[index] == wanted

    def _peek(self):
        return self._tokens[self._position] if self._position < len(self._tokens) else ""

    def _next(self):
        token = self._peek()
        if not token:
            raise ContentFilterError("the filter ends too early")
        self._position += 1
        return token

    def _take(self, token):
        found = self._peek() == token
        self._position += found
        return found

    def _need(self, token):
        found = self._next()
        if found != token:
            raise ContentFilterError(f"need '{token}', have '{found}'")


def _tokens(text):
    tokens, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if not match:
            raise ContentFilterError(f"cannot read '{text[position : position + 20]}'")
        tokens.append(match[match.lastgroup])
        position = match.end()
    return tokens
