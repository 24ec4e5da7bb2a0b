"""What a category asks of a report besides its text: typed questions, after the attributes of Open311."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.contracts.marks import Code

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""A short sentence of the catalogue."""


class QuestionKind(StrEnum):
    """What is answered: the datatypes of Open311. `string` is one line, `text` a paragraph."""

    STRING = "string"
    NUMBER = "number"
    DATETIME = "datetime"
    TEXT = "text"
    ONE_OF = "singlevaluelist"
    SOME_OF = "multivaluelist"


class Choice(BaseModel):
    """One answer of a list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    zh: Words
    en: Words


class Question(BaseModel):
    """One question; its place among the category's questions is its order. `choices` belong to the lists alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    kind: QuestionKind
    zh: Words
    en: Words
    required: bool = False
    choices: Annotated[tuple[Choice, ...], Field(max_length=50)] = ()
