"""`check`: every dependency of a working service, one line each. Changes and sends nothing unless asked."""

from typing import TYPE_CHECKING, Annotated

import typer

from inbox_worker.cli.common import ConfigOption, JsonOption, clear_errors, config_path, print_json

if TYPE_CHECKING:
    from inbox_worker.checks import Finding


def check(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    send_test: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Also send one test message to ADDRESS")
    ] = None,
) -> None:
    """Look at everything that the service depends on. Each line is ok, or what is wrong and how to mend it."""
    from inbox_worker import log
    from inbox_worker.checks import Finding, examine, send
    from inbox_worker.config import load

    with clear_errors():
        path = config_path(config)
        settings = load(path)
        log.setup(settings.log.format, "error")
        worst = 0
        _show(Finding("configuration", str(path)), as_json)
        for finding in examine(settings):
            _show(finding, as_json)
            worst = max(worst, finding.exit_code)
        if send_test:
            finding = send(settings, send_test)
            _show(finding, as_json)
            worst = max(worst, finding.exit_code)
    raise typer.Exit(worst)


def _show(finding: "Finding", as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "what": finding.what,
                "ok": finding.ok,
                "warning": finding.warning,
                "detail": finding.detail,
                "remedy": finding.remedy,
            }
        )
        return
    word, colour = ("ok", "green") if finding.ok else ("WRONG", "red")
    if finding.warning:
        word, colour = "look", "yellow"
    typer.secho(f"{word:6}", fg=colour, nl=False)
    typer.echo(f"{finding.what}: {finding.detail}")
    if finding.remedy:
        typer.echo(f"      {finding.remedy}")
