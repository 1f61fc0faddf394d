"""The column dictionary holds together: whatever it names exists, and its examples are good data."""

from collections import defaultdict

import pytest

from loaders.rows import PUBLISHED
from loaders.tables import CELL_TYPES, COMMON, TABLES, Column, Table, get_table
from loaders.values import read_value
from ontology import resources
from ontology.namespaces import slug

COLUMNS = [
    pytest.param(table, column, id=f"{table.name}.{column.name}")
    for table in TABLES.values()
    for column in table.columns.values()
]


def test_there_is_a_table_for_each_file_and_the_order_is_stable() -> None:
    files = [path.stem for path in resources.paths("tables/*.yml") if path.stem != "common"]
    assert list(TABLES) == files == sorted(files)
    assert all(name == table.name for name, table in TABLES.items())


def test_a_table_that_is_not_there_is_a_key_error() -> None:
    assert get_table("roles").file == "roles.csv"
    with pytest.raises(KeyError):
        get_table("robots")


def test_the_readme_of_the_dictionary_knows_every_kind_of_cell() -> None:
    readme = resources.text("tables/README.md")
    assert [name for name in CELL_TYPES if f"`{name}`" not in readme] == []


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_a_table_has_a_key_of_required_columns_and_the_common_columns(table: Table) -> None:
    assert all(table.columns[name].required for name in table.key)
    assert tuple(table.columns)[-len(COMMON) :] == COMMON
    assert table.class_name
    assert table.about


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_column_names_only_what_exists(table: Table, column: Column) -> None:
    assert set(column.ref) <= TABLES.keys()
    assert bool(column.ref) == (column.type.name in ("ref", "refs"))
    assert bool(column.choices) == (column.type.name in ("choice", "choices"))
    if column.status_from is not None:
        assert PUBLISHED in table.columns[column.status_from].choices
    assert column.language in (None, "en")


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_the_example_of_a_column_is_good_data(table: Table, column: Column) -> None:
    if column.example:
        for part in column.example.split("|") if column.type.several else [column.example]:
            read_value(column, part)


def test_no_two_choices_of_a_scheme_become_one_concept() -> None:
    notations = defaultdict(set)
    for table in TABLES.values():
        for column in table.columns.values():
            for choice in column.choices if column.scheme else ():
                notations[column.scheme, slug(choice)].add(choice)
    assert {key: words for key, words in notations.items() if len(words) > 1} == {}


def test_an_attribute_of_a_column_that_nothing_reads_is_a_programming_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from loaders import tables

    with pytest.raises(ValueError, match="colour"):
        tables._column("x", {"type": "text", "about": "", "colour": "red"})
    with pytest.raises(ValueError, match="quotation marks"):
        tables._column("x", {"type": "choice", "about": "", "choices": [True]})
