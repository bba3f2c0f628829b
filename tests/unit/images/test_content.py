"""An image's tag changes exactly when something does that it is made of; each engine builds it in its own words."""

import shutil
import tomllib
from pathlib import Path

import pytest
from backroom_local.execution.dockerfile import read_dockerfile
from samcli.cli.types import CfnParameterOverridesType
from samtranslator.yaml_helper import yaml_parse

from scripts.images.content import Source, sources
from scripts.images.engines import Build, NoEngineError, find, host_platform
from scripts.images.registry import Reference, ecr_region

ROOT = Path(__file__).parents[3]
BASE = f"python:3.13-slim@sha256:{'0' * 64}"
PLATFORMS = ("linux/arm64", "linux/amd64")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of all that images are made of."""
    root = tmp_path_factory.mktemp("checkout")
    for folder in ("containers", "layers/backroom/backroom", "functions/plan/planners"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return root


@pytest.mark.parametrize(
    ("changed", "tagged_anew"),
    [
        ("containers/sitemap/sitemap/slices.py", {"sitemap"}),
        ("containers/sitemap/Dockerfile", {"sitemap"}),
        ("containers/image_resize/imaging/kinds.py", {"image_resize", "product_images"}),
        ("functions/plan/planners/report.py", {"planner"}),
        ("layers/backroom/backroom/worker/run.py", None),
        ("containers/sitemap/requirements.in", set()),
    ],
)
def test_a_tag_changes_exactly_with_what_the_image_is_made_of(
    checkout: Path, changed: str, tagged_anew: set[str] | None
) -> None:
    images = sources(checkout)
    before = {image.name: image.tag(BASE, PLATFORMS) for image in images}
    file, text = checkout / changed, (checkout / changed).read_text()
    file.write_text(f"{text}# another\n")
    after = {image.name: image.tag(BASE, PLATFORMS) for image in images}
    file.write_text(text)
    expected = set(before) if tagged_anew is None else tagged_anew
    assert {name for name in before if before[name] != after[name]} == expected
    assert before == {image.name: image.tag(BASE, PLATFORMS) for image in images}


def test_the_base_and_the_platforms_are_part_of_the_tag(checkout: Path) -> None:
    sitemap = Source("sitemap", checkout)
    tags = {
        sitemap.tag(base, platforms) for base in (BASE, BASE[:-1] + "1") for platforms in (PLATFORMS, PLATFORMS[:1])
    }
    assert len(tags) == 4
    assert sitemap.tag(BASE, PLATFORMS[::-1]) == sitemap.tag(BASE, PLATFORMS)


def test_a_context_is_what_the_dockerfile_copies_and_no_more(checkout: Path, tmp_path: Path) -> None:
    image = Source("planner", checkout)
    image.copy(tmp_path)
    found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {str(path) for path in image.files()}
    assert {"containers/planner/app.py", "functions/plan/planners/report.py"} <= found
    assert not any(path.startswith("containers/sitemap") for path in found)


def test_every_image_is_a_parameter_of_the_template() -> None:
    declared = {
        name for name in yaml_parse((ROOT / "template.yaml").read_text())["Parameters"] if name.endswith("Image")
    }
    assert {image.parameter for image in sources(ROOT)} == declared


def test_all_images_are_built_alike() -> None:
    """The beginning, which takes the time, is the same but for names; so engines and instances share the layers."""
    heads = set()
    for image in sources(ROOT):
        text = (ROOT / image.dockerfile).read_text()
        head = text.partition("\nARG BASE")[2].partition("# Large layers")[0]
        heads.add(head.replace(f"containers/{image.name}/", "containers/NAME/"))
        assert "USER 10001\n" in text
        assert read_dockerfile(ROOT / image.dockerfile).entrypoint[0] == "python"
    assert len(heads) == 1


@pytest.mark.parametrize("environment", ["default", "dev", "prod"])
def test_deploys_take_the_digests_from_where_they_are_written(
    environment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    section = tomllib.loads((ROOT / "samconfig.toml").read_text())[environment]["deploy"]["parameters"]
    written = tmp_path / f".aws-sam/images-{environment}.yaml"
    written.parent.mkdir()
    written.write_text(f"SitemapImage: r.example/backroom/sitemap@sha256:{'1' * 64}\n")
    monkeypatch.chdir(tmp_path)
    given = CfnParameterOverridesType().convert(section["parameter_overrides"], None, None)
    assert given["SitemapImage"] == f"r.example/backroom/sitemap@sha256:{'1' * 64}"
    assert environment != "prod" or given["Schedules"] == "ENABLED"


@pytest.mark.parametrize(
    ("there", "platforms", "first"),
    [
        ({"podman", "buildah"}, PLATFORMS, ("podman", "build", "--platform", "linux/arm64,linux/amd64")),
        ({"buildah"}, PLATFORMS, ("buildah", "build", "--platform", "linux/arm64,linux/amd64")),
        ({"docker"}, (host_platform(),), ("docker", "build", "--tag", "r.example/a:1")),
    ],
)
def test_the_engine_that_is_there_builds(there: set[str], platforms: tuple[str, ...], first: tuple[str, ...]) -> None:
    engine = find(platforms, lambda name: name if name in there else None, lambda *_command: False)
    build = Build("r.example/a:1", Path("/c/Dockerfile"), Path("/c"), platforms, BASE)
    commands = engine.commands(build)
    assert commands[0][: len(first)] == first
    assert ("--build-arg", f"BASE={BASE}") == commands[0][-5:-3]
    assert commands[-1][1] in ("push", "manifest")


def test_without_buildx_docker_builds_for_its_own_platform_only() -> None:
    with pytest.raises(NoEngineError, match="install docker-buildx"):
        find(PLATFORMS, lambda name: name if name == "docker" else None, lambda *_command: False)
    with pytest.raises(NoEngineError, match="no docker, podman or buildah"):
        find(PLATFORMS, lambda _name: None, lambda *_command: False)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("python:3.13-slim", "https://registry-1.docker.io/v2/library/python/manifests/3.13-slim"),
        ("me/own", "https://registry-1.docker.io/v2/me/own/manifests/latest"),
        ("localhost:5000/a/b:c", "http://localhost:5000/v2/a/b/manifests/c"),
        ("public.ecr.aws/docker/library/python:3.13", "https://public.ecr.aws/v2/docker/library/python/manifests/3.13"),
    ],
)
def test_a_reference_says_where_its_manifest_is(text: str, url: str) -> None:
    assert Reference.parse(text).url == url


def test_ecr_is_known_by_its_name() -> None:
    assert ecr_region("123456789012.dkr.ecr.eu-central-1.amazonaws.com") == "eu-central-1"
    assert ecr_region("123456789012.dkr.ecr.eu-central-1.amazonaws.com.example") is None
