import pytest


@pytest.fixture
def call(monkeypatch, capsys):
    """A command as a program runs it: its exit code, its standard output and its standard error."""
    from gazemap import cli

    def made(*arguments):
        monkeypatch.setattr("sys.argv", ["gazemap", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        captured = capsys.readouterr()
        return stopped.value.code or 0, captured.out, captured.err

    return made
