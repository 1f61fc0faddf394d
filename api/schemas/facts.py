"""Facts as they come over the wire, about a person or about what is to be started: each may be *not known*.

The fields are those of `ontology/attributes.yml` and `ontology/opportunity-facts.yml`, named with underscores.
"""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import AfterValidator, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from api.schemas.common import AnyDay, Asked, Named

NOT_KNOWN: Final = "not known"

T = TypeVar("T")


class Besides:
    """Lets a field be written in another way, too: `read` turns it into the usual one; `schema` says what it is."""

    def __init__(self, read: Callable[[object], object], schema: JsonSchemaValue) -> None:
        self._read, self._schema = read, schema

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        found = handler(schema)
        return {"anyOf": [*found.get("anyOf", [found]), self._schema]}


def _none_when_not_known(given: object) -> object:
    return None if given == NOT_KNOWN else given


def _word_of_truth(given: object) -> object:
    return {True: "yes", False: "no"}[given] if isinstance(given, bool) else given


def _listed(given: object) -> object:
    return [given] if isinstance(given, str) else given


_OR_NOT_KNOWN: Final = Besides(_none_when_not_known, {"const": NOT_KNOWN})
Perhaps = Annotated[T | None, _OR_NOT_KNOWN]
"""Something that may be not known: left out, `null` or `not known`."""

YesOrNo = Annotated[Literal["yes", "no"], Besides(_word_of_truth, {"type": "boolean"})]
AnyTime = Annotated[AnyDay, Field(ge=date(1900, 1, 1), le=date(2100, 12, 31))]


class Said(Asked):
    """Something that is said, written exactly: a number is no text of digits."""

    model_config = ConfigDict(strict=True)


def field_of(name: str, known: dict[str, Any], fault: Callable[[str, str], str | None], most: int) -> tuple[Any, Any]:
    """The field for one fact of a vocabulary; `fault` says what is wrong with a value of it.

    `most`: the largest number that makes sense, where the vocabulary does not say.
    """

    def check(given: T) -> T:
        for value in given if isinstance(given, list) else (given,):
            if (wrong := fault(name, str(value))) is not None:
                raise ValueError(wrong)
        return given

    kind: Any = Named
    if "number" in known:
        kind = Annotated[int, Field(ge=0, le=known.get("most", most))]
    elif "date" in known:
        kind = AnyTime
    elif "values" in known:
        kind = YesOrNo if known["values"].keys() <= {"yes", "no"} else Literal[(*known["values"], "other")]
    if known.get("several"):
        text = {"type": "string"}
        kind = Annotated[list[kind], Field(min_length=1, max_length=10), Besides(_listed, text)]
    checked: Any = Annotated[kind, AfterValidator(check)]
    unit = f" In {known['number']}." if "number" in known else ""
    return Annotated[checked | None, _OR_NOT_KNOWN], Field(None, description=known["question"] + unit)


def facts_in(said: Said, names: dict[str, str]) -> dict[str, str]:
    """The facts that are known, by the names (and values) that rules have for them."""
    values = {name: getattr(said, field) for field, name in names.items()}
    return {
        name: ",".join(value) if isinstance(value, list) else str(value)
        for name, value in values.items()
        if value is not None
    }
