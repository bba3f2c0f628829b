"""The user data of the instances: cloud-init takes them apart as they are meant, and their scripts do what they say."""

import base64
import email
import email.message
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.rendering import render
from tests.template.conftest import ROOT

AUTH = '{"registry.example": {"auth": "dXNlcjpwYXNz", "email": "o\'x@example.com"}}'


def user_data(**overrides: str) -> str:
    """Give the user data of the launch template."""
    data = render(**overrides)["LaunchTemplate"]["LaunchTemplateData"]["UserData"]
    return base64.b64decode(data).decode("ascii")


@dataclass(frozen=True, slots=True)
class Script:
    """A part of the user data."""

    name: str
    text: str


def scripts(text: str) -> list[Script]:
    """Give the parts of user data, as Python's own reader of MIME takes them apart."""
    found = email.message_from_string(text)
    assert found.get_content_type() == "multipart/mixed"
    parts = [part for part in found.walk() if not part.is_multipart()]
    assert {part.get_content_type() for part in parts} == {"text/x-shellscript"}
    return [Script(str(part.get_filename()), str(part.get_payload())) for part in parts]


@pytest.fixture(scope="module")
def cloud_init(request: pytest.FixtureRequest) -> Path:
    """The folder of cloud-init's Python code, from Debian's package; fetched once."""
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        pytest.skip("cloud-init's code comes from Debian's package, and there is no apt-get")
    folder = Path(request.config.cache.mkdir("cloud-init"))
    code = folder / "usr/lib/python3/dist-packages"
    if not code.is_dir():
        command = ["apt-get", "download", "-q", "cloud-init"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
        packages = sorted(folder.glob("cloud-init_*.deb"))
        if done.returncode or not packages:
            pytest.skip(f"apt-get has no package cloud-init: {done.stderr.strip()[-200:]}")
        subprocess.run(["dpkg", "-x", packages[-1], folder], check=True)
    return code


def test_cloud_init_takes_them_apart_as_they_are_meant(cloud_init: Path) -> None:
    data = user_data(RegistryAuthData=AUTH)
    command: list[str | Path] = [sys.executable, "-W", "ignore", ROOT / "tests/template/cloud_init_parts.py"]
    environment = {**os.environ, "PYTHONPATH": str(cloud_init)}
    done = subprocess.run(command, input=data, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    parts = json.loads(done.stdout)
    assert [part["type"] for part in parts] == ["text/x-shellscript"] * 2
    assert [Script(part["name"], part["text"]) for part in parts] == scripts(data)


def test_they_are_written_as_batch_wants_them() -> None:
    """Batch adds parts of its own: "a blank line after headers and before boundaries" (launch template support)."""
    lines = user_data().splitlines()
    boundaries = [number for number, line in enumerate(lines) if line.startswith("--==BOUNDARY==")]
    assert all(lines[number - 1] == "" for number in boundaries)
    assert lines[boundaries[-1]] == "--==BOUNDARY==--"
    for number in boundaries[:-1]:
        headers = lines[number + 1 : lines.index("", number)]
        assert all(": " in header for header in headers), headers
        assert lines[lines.index("", number) + 1] == "#!/bin/sh"
    assert len(user_data(RegistryAuthData=AUTH)) < 16_384, "EC2 takes 16 KB"


@pytest.mark.parametrize("auth", ["", AUTH])
def test_shellcheck_finds_nothing(auth: str, tmp_path: Path) -> None:
    for script in scripts(user_data(RegistryAuthData=auth)):
        (tmp_path / script.name).write_text(script.text)
    command: list[str | Path] = [ROOT / ".venv/bin/shellcheck", "--severity=style", *sorted(tmp_path.iterdir())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@dataclass(frozen=True, slots=True)
class Instance:
    """A folder that stands for an instance: commands that only note how they were called, and the agent's settings."""

    root: Path

    def run(self, script: Script, **failing: int) -> int:
        """Run a script with stubs, of which those named end with an exit code; gives its own."""
        for folder in ("bin", "etc/ecs"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        for name in ("iptables", "shutdown"):
            stub = self.root / "bin" / name
            stub.write_text(f'#!/bin/sh\necho {name} "$@" >> {self.root}/calls\nexit {failing.get(name, 0)}\n')
            stub.chmod(0o755)
        path = self.root / script.name
        path.write_text(script.text.replace("/etc/ecs/", f"{self.root}/etc/ecs/"))
        environment = {"PATH": f"{self.root}/bin:/usr/bin:/bin"}
        return subprocess.run(["/bin/sh", path], env=environment, capture_output=True, check=False).returncode

    @property
    def calls(self) -> list[str]:
        """The commands that were called."""
        return (self.root / "calls").read_text().splitlines()

    @property
    def settings(self) -> dict[str, str]:
        """The agent's settings."""
        lines = (self.root / "etc/ecs/ecs.config").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_metadata_are_closed_to_all_but_root_or_the_instance_gives_up(tmp_path: Path) -> None:
    closing = scripts(user_data())[0]
    instance = Instance(tmp_path)
    assert instance.run(closing) == 0
    rule = "iptables -w 30 -I OUTPUT -d 169.254.169.254 -m owner ! --uid-owner 0 -j REJECT"
    assert instance.calls == [rule]
    assert instance.run(closing, iptables=4) == 1
    assert instance.calls == [rule, rule, "shutdown -h now"]
    assert render()["LaunchTemplate"]["LaunchTemplateData"]["InstanceInitiatedShutdownBehavior"] == "terminate"


@pytest.mark.parametrize("auth", ["", AUTH])
def test_the_agent_gets_its_settings_beside_those_of_batch(auth: str, tmp_path: Path) -> None:
    instance = Instance(tmp_path)
    (tmp_path / "etc/ecs").mkdir(parents=True)
    (tmp_path / "etc/ecs/ecs.config").write_text("ECS_CLUSTER=batchs-own\n")
    assert instance.run(scripts(user_data(RegistryAuthData=auth))[1]) == 0
    settings = instance.settings
    assert settings["ECS_CLUSTER"] == "batchs-own"
    assert settings["ECS_ENABLE_SPOT_INSTANCE_DRAINING"] == "true"
    assert settings["ECS_AWSVPC_BLOCK_IMDS"] == "true"
    assert settings["ECS_DISABLE_PRIVILEGED"] == "true"
    assert settings.get("ECS_ENGINE_AUTH_DATA", "") == auth
    assert settings.get("ECS_ENGINE_AUTH_TYPE") == ("dockercfg" if auth else None)


_IN_A_NAMESPACE = """
ip link set lo up && ip addr add 169.254.169.254/32 dev lo
python3 -m http.server 80 --bind 169.254.169.254 --directory "$1" >/dev/null 2>&1 & server=$!
trap 'kill $server' EXIT
ask='from urllib.request import urlopen; print(urlopen("http://169.254.169.254/", timeout=5).status)'
reach() { python3 -c "$ask" 2>/dev/null; }
export ask
export -f reach
for _ in $(seq 100); do reach >/dev/null && break; sleep 0.1; done
echo "before: $(setpriv --reuid 10001 --clear-groups bash -c reach)"
sh "$2" || exit 1
echo "job: $(setpriv --reuid 10001 --clear-groups bash -c reach)"
echo "root: $(reach)"
"""


def rules_work_in_namespaces() -> bool:
    """Say whether this machine lets us make a network namespace with rules of its own."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "iptables", "ip", "setpriv"))):
        return False
    rule = "iptables -I OUTPUT -d 192.0.2.1 -m owner ! --uid-owner 0 -j REJECT"
    return subprocess.run(["unshare", "-n", *rule.split()], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(
    not rules_work_in_namespaces(), reason="a network namespace takes root, unshare, iptables, ip and setpriv"
)
def test_in_a_network_namespace_a_job_does_not_reach_the_metadata(tmp_path: Path) -> None:
    script = tmp_path / "metadata.sh"
    script.write_text(scripts(user_data())[0].text.replace("shutdown -h now", "true"))
    command = ["unshare", "-n", "bash", "-c", _IN_A_NAMESPACE, "bash", str(tmp_path), str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["before: 200", "job: ", "root: 200"]
