"""The threads of a process of an instance take turns quickly: one that computes does not delay one that writes."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from coterie.cli import child


@pytest.fixture(autouse=True)
def restored_interval() -> Iterator[None]:
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)


@pytest.mark.parametrize("kind", ["instance", "web", "worker"])
def test_every_process_of_an_instance_shares_its_interpreter(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sys.setswitchinterval(0.005)
    # a folder that cannot be one: the process ends before it serves
    (tmp_path / "file").touch()
    monkeypatch.setenv("COTERIE_DATA", str(tmp_path / "file" / "data"))
    monkeypatch.setattr(sys, "argv", ["child", kind, "0", "0"])
    with pytest.raises(SystemExit):
        child.main()
    assert sys.getswitchinterval() == pytest.approx(child.SWITCH_SECONDS)
