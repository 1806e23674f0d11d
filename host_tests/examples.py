"""Examples in documents and docstrings: they print what they say."""

import doctest
import json

RUN = """
import json, sys
with open(sys.argv[1]) as file:
    prepare, texts = json.load(file)
for title, examples in texts:
    names = {}
    exec(prepare, names)
    for source, expected in examples:
        try:
            try:
                value = eval(source, names)
                shown = "" if value is None else repr(value)
            except SyntaxError:
                exec(source, names)
                shown = ""
        except Exception as error:
            shown = "{}: {}".format(type(error).__name__, error)
        if shown != expected.strip():
            print(title, source, shown, sep="\\n")
"""


def check_examples(run, folder, texts, least, prepare=""):
    """Check the examples in each of `texts`, {title: text}, which have at least `least` of them together.

    `run(script, path)` runs a script with an argument and returns what it
    printed; `prepare` is what the examples of a text assume to have been run.
    """
    parser = doctest.DocTestParser()
    examples = [
        (title, [(example.source.rstrip(), example.want) for example in parser.get_examples(text)])
        for title, text in texts.items()
    ]
    assert sum(len(found) for _, found in examples) >= least
    path = folder / "examples"
    path.write_text(json.dumps([prepare, examples]))
    assert run(RUN, path) == ""
