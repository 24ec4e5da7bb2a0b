"""The checked-in files: made from the declarations, valid, and guarded by `python -m services.contracts check`."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from pydantic import AfterValidator

from services.contracts.__main__ import main
from services.contracts.compatibility import breaks
from services.contracts.declared import Declaration, channel_of, declarations
from services.contracts.examples import UnfitExample, records
from services.contracts.generated import HOME, Files, generated, last_release, release, stale, write
from services.contracts.instances import corners
from services.contracts.schemas import public_schema
from services.contracts.topics import TOPICS
from tests.contract.probes import Masked, event, public

MODELS = declarations()
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.type)


@pytest.fixture(scope="module")
def files() -> Files:
    return generated(MODELS)


def test_they_are_what_the_declarations_make(files: Files) -> None:
    assert stale(files) == []


def test_another_process_makes_the_same(files: Files, tmp_path: Path) -> None:
    order = [sys.executable, "-m", "services.contracts", "generate", "--home", str(tmp_path)]
    subprocess.run(order, env={**os.environ, "PYTHONHASHSEED": "4711"}, check=True, capture_output=True, timeout=120)
    assert stale(files, tmp_path) == []


def test_nothing_breaks_what_was_released() -> None:
    assert breaks(last_release(), MODELS, TOPICS) == []


def test_every_topic_has_types_and_every_type_a_topic() -> None:
    assert {topic.name for topic in TOPICS} <= {channel_of(model) for model in MODELS}
    for model in MODELS:
        assert model.type.startswith(f"cn.community.{model.topic.service}."), model.type
        assert model.type.endswith(".v1"), model.type


@each_model
def test_a_schema_is_a_schema_and_its_examples_fit(model: Declaration) -> None:
    schema = json.loads((HOME / f"schemas/{model.type}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:community:schema:{model.type}"
    assert schema["description"], "a docstring says what it means"
    assert set(schema["properties"]) == model.public_fields
    fixtures = json.loads((HOME / f"examples/{model.type}.json").read_text(encoding="utf-8"))
    for value in (fixture["value"] for fixture in fixtures if fixture["value"] is not None):
        Draft202012Validator(schema).validate(value)


@each_model
def test_the_model_and_its_schema_agree(model: Declaration) -> None:
    validator = Draft202012Validator(public_schema(model))
    for instance in corners(public_schema(model)):
        read = model.published().model_validate(instance)
        validator.validate(read.model_dump(mode="json", include=read.model_fields_set))


def test_an_example_that_its_model_refuses_is_named() -> None:
    def refuse(value: str) -> str:
        raise ValueError("never")

    with pytest.raises(UnfitExample, match=r"probe\.sent\.v1: words refuses its own example \(Value error, never\)"):
        records(event({"words": (public(Masked, AfterValidator(refuse)), ...)}))


def test_stale_missing_and_orphaned_files_are_named_and_put_right(files: Files, tmp_path: Path) -> None:
    write(files, tmp_path)
    assert stale(files, tmp_path) == []
    (tmp_path / "asyncapi.json").write_text("{}", encoding="utf-8")
    (tmp_path / "schemas" / f"{MODELS[0].type}.json").unlink()
    (tmp_path / "examples" / "cn.community.gone.v1.json").write_text("[]", encoding="utf-8")
    assert stale(files, tmp_path) == [
        "asyncapi.json is not what the declarations make.",
        f"schemas/{MODELS[0].type}.json is missing.",
        "examples/cn.community.gone.v1.json belongs to no declaration.",
    ]
    write(files, tmp_path)
    assert stale(files, tmp_path) == []


def test_a_release_is_compared_with_what_comes_later(tmp_path: Path) -> None:
    release(MODELS, tmp_path)
    assert {old.type for old in last_release(tmp_path)} == {model.type for model in MODELS}
    assert breaks(last_release(tmp_path), MODELS, TOPICS) == []
    assert breaks(last_release(tmp_path), MODELS[1:], TOPICS)[0].startswith(f"{MODELS[0].type}: the type is gone")


def test_nothing_stale_is_released(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["release", "--home", str(tmp_path)]) == 1
    assert "asyncapi.json is missing. Run: python -m services.contracts generate" in capsys.readouterr().err
    assert not (tmp_path / "released").exists()
    assert main(["generate", "--home", str(tmp_path)]) == 0
    assert main(["release", "--home", str(tmp_path)]) == 0
    assert main(["check", "--home", str(tmp_path)]) == 0


@pytest.fixture(scope="module")
def released_tree(files: Files, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the contracts, generated and released, whose declarations a test may change."""
    tree = tmp_path_factory.mktemp("tree")
    shutil.copytree(HOME, tree / "services/contracts", ignore=shutil.ignore_patterns("__pycache__", "released"))
    (tree / "services/__init__.py").touch()
    home = tree / "services/contracts"
    write(files, home)
    release(MODELS, home)
    return tree


def checked(tree: Path, *, to: Path, change: tuple[str, str]) -> subprocess.CompletedProcess[str]:
    """The outcome of `check` in a copy of `tree` where the words of a declaration were changed."""
    shutil.copytree(tree, to, dirs_exist_ok=True)
    file = to / "services/contracts/issues/cases.py"
    before, after = change
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "services.contracts", "check"],
        cwd=to,
        env={**os.environ, "PYTHONPATH": str(to)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


COUNT = "    sent_back: Public[int]\n    reason: Internal[Office[str]]"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            (COUNT, "    reason: Internal[Office[str]]"),
            "case.sent-back.v1: sent_back was removed; old readers look for it.",
        ),
        ((COUNT, f"    phone: Public[str] = ''\n{COUNT}"), "case.sent-back.v1: phone is text of any kind;"),
        ((COUNT, f"    words: str = ''\n{COUNT}"), "CaseSentBack.words: mark it Public[...] or Internal[...]"),
        ((COUNT, f"    added: Public[int] = 0\n{COUNT}"), "sent-back.v1.json is not what the declarations make. Run:"),
    ],
)
def test_check_fails_on_a_changed_declaration_and_says_why(
    released_tree: Path, tmp_path: Path, change: tuple[str, str], sentence: str
) -> None:
    outcome = checked(released_tree, to=tmp_path, change=change)
    assert outcome.returncode == 1
    assert sentence in outcome.stderr
    assert "Traceback" not in outcome.stderr
