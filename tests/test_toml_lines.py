"""Lines of keys in a TOML file."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from icos_core.describing.toml_lines import key_lines, line_of

TEXT = '''# a comment with [brackets]
[station]
id = "a#[" # text
contact = { institution = "E [x", email = "d" }
"odd key".b = 1

[[calibrate]]
calibrator="fco2"
[[calibrate.standards]]
run_type = """a
"b" ] """ # more
xco2 = [1, 2,
 3, # a comment, with comma
 { a = 1 }
]
[[calibrate.standards]]
xco2 = 2024-01-01T00:00:00Z
[calibrate.standards.deep]
er = 1e5
[[calibrate]]
last = \'\'\'
x\'\'\'\'
empty = ""
'''


def test_lines_of_every_kind_of_key():
    lines = key_lines(TEXT)
    rows = TEXT.splitlines()
    for key, start in {
        "station": "[station]",
        "station.contact.email": "contact",
        "station.odd key.b": '"odd key"',
        "calibrate[0]": "[[calibrate]]",
        "calibrate[0].standards[0].run_type": "run_type",
        "calibrate[0].standards[0].xco2[1]": "xco2",
        "calibrate[0].standards[0].xco2[2]": " 3,",
        "calibrate[0].standards[0].xco2[3].a": " { a",
        "calibrate[0].standards[1].xco2": "xco2 = 2024",
        "calibrate[0].standards[1].deep.er": "er",
        "calibrate[1].last": "last",
        "calibrate[1].empty": "empty",
    }.items():
        assert rows[lines[key] - 1].startswith(start), key


def test_absent_key_has_the_line_of_its_table():
    lines = key_lines(TEXT)
    assert line_of(lines, "calibrate[0].standards[1].uncertainty") == lines["calibrate[0].standards[1]"]
    assert line_of(lines, "nothing") is None


KEYS = st.from_regex(r"[a-z]{1,4}", fullmatch=True)
SCALARS = st.sampled_from(["1", "-2.5e3", "true", '"te#xt]"', "'li]t}'", '"""mul\n"ti\n"""', "2024-01-01T00:00:00Z", "'''a\n'''", '"\\""'])
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[\n" + ", # c\n".join(items) + "\n]")
        | st.dictionaries(KEYS, inner.filter(lambda text: "\n" not in text), max_size=3).map(
            lambda table: "{ " + ", ".join(f"{key} = {value}" for key, value in table.items()) + " }"
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES, max_size=3), max_size=3))
def test_every_key_that_tomllib_reads_has_a_line(tables):
    text = "\n".join(f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in table.items()) for name, table in tables.items())
    lines = key_lines(text)
    rows = text.splitlines()

    def visit(value, key):
        if key:
            last = key.rpartition(".")[2]
            assert "[" in last or last in rows[lines[key] - 1], key
        if isinstance(value, dict):
            for name, inner in value.items():
                visit(inner, f"{key}.{name}" if key else name)
        elif isinstance(value, list):
            for position, inner in enumerate(value):
                visit(inner, f"{key}[{position}]")

    visit(tomllib.loads(text), "")
