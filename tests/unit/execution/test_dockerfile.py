"""How an image starts is read from its Dockerfile."""

from pathlib import Path

import pytest
from backroom_local.execution.dockerfile import DockerfileError, read_dockerfile
from backroom_local.execution.images import find_image, image_name

ROOT = Path(__file__).parents[3]


def write(folder: Path, text: str) -> Path:
    """A Dockerfile."""
    path = folder / "Dockerfile"
    path.write_text(text)
    return path


def test_the_final_stage_counts(tmp_path: Path) -> None:
    config = read_dockerfile(
        write(
            tmp_path,
            """\
# syntax=docker/dockerfile:1
FROM python AS build
ENV STAGE=build ONLY=build
ENTRYPOINT ["make"]
CMD ["all"]
FROM python
ENV STAGE=final QUOTED="two words" \\
    # a comment in the middle
    LAST=1
ENV DERIVED=${STAGE}-x PATH=/venv/bin:$PATH HOME=/nonexistent
entrypoint ["python", \\
  "app.py"]
CMD ["--all"]
""",
        )
    )
    assert config.argv(()) == ("python", "app.py", "--all")
    assert config.argv(("one", "two")) == ("python", "app.py", "one", "two")
    wanted = {"STAGE": "final", "QUOTED": "two words", "LAST": "1", "DERIVED": "final-x"}
    assert dict(config.environment) == wanted


def test_cmd_alone_is_replaced_whole(tmp_path: Path) -> None:
    config = read_dockerfile(write(tmp_path, 'FROM scratch\nCMD ["a"]\n'))
    assert (config.argv(()), config.argv(("b",))) == (("a",), ("b",))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("FROM a\n", "has neither ENTRYPOINT nor CMD"),
        ("FROM a\n\nENTRYPOINT python app.py\n", "Dockerfile:3: ENTRYPOINT python app.py is not in exec form"),
        ('FROM a\nCMD ["a", 1]\n', "Dockerfile:2: CMD"),
    ],
)
def test_what_cannot_be_run_says_where_and_how_to_mend_it(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(DockerfileError, match="Dockerfile") as error:
        read_dockerfile(write(tmp_path, text))
    assert says in str(error.value)


@pytest.mark.parametrize(
    "image",
    [
        "image_resize",
        "image_resize:1.2",
        "123456789012.dkr.ecr.eu-central-1.amazonaws.com/backroom/image_resize@sha256:ab",
        "localhost:5000/image_resize:tag@sha256:ab",
    ],
)
def test_an_image_is_known_by_its_last_path_component(image: str) -> None:
    assert image_name(image) == "image_resize"
    found = find_image(image, (ROOT / "nowhere", ROOT / "containers"))
    assert found is not None
    assert found.folder == ROOT / "containers" / "image_resize"


def test_what_an_image_has_of_other_folders_of_the_project_is_known(tmp_path: Path) -> None:
    own = tmp_path / "containers" / "planner"
    for folder in (own / "own", tmp_path / "functions/plan/planners", tmp_path / "layers/backroom/backroom"):
        folder.mkdir(parents=True)
    write(
        own,
        """\
FROM python AS build
COPY layers/backroom/backroom /venv/backroom
FROM python
COPY --from=build /venv /venv
COPY --chown=10001 functions/plan/planners nowhere/at/all ./
COPY containers/planner/own ./own
COPY . .
ENTRYPOINT ["python", "app.py"]
""",
    )
    image = find_image("planner", (tmp_path / "containers",))
    assert image is not None
    assert image.sources == (tmp_path / "layers/backroom/backroom", tmp_path / "functions/plan/planners")


@pytest.mark.parametrize("image", ["busybox", "", "x/..", "image_resize_2", "@sha256:ab"])
def test_other_images_are_foreign(image: str) -> None:
    assert find_image(image, (ROOT / "containers",)) is None


def test_every_image_of_the_project_can_be_started_from_its_dockerfile() -> None:
    for dockerfile in (ROOT / "containers").glob("*/Dockerfile"):
        *_, last = read_dockerfile(dockerfile).argv(())
        started = dockerfile.parent / last
        assert started.is_file() or (started / "__main__.py").is_file(), f"{dockerfile} starts {last}"
