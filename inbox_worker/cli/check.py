"""`check`: every dependency of a working service, one line each. Changes and sends nothing unless asked."""

from typing import Annotated

import typer

from inbox_worker.cli.common import ConfigOption, JsonOption, clear_errors, config_path, print_json_lines


def check(
    config: ConfigOption = None,
    as_json: JsonOption = False,
    send_test: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Also send one test mail to ADDRESS")] = None,
) -> None:
    """Check configuration, templates, database, IMAP and SMTP. Each line is ok, or what is wrong and the remedy."""
    from inbox_worker import log
    from inbox_worker.checks import examine, send
    from inbox_worker.config import load

    with clear_errors():
        path = config_path(config)
        settings = load(path)
        log.setup(settings.log.format, "error")
        findings = list(examine(settings))
        if send_test:
            findings.append(send(settings, send_test))
    if as_json:
        print_json_lines({"what": f.what, "ok": f.ok, "detail": f.detail, "remedy": f.remedy} for f in findings)
    else:
        typer.echo(f"ok      configuration: {path}")
        for finding in findings:
            typer.secho("ok    " if finding.ok else "WRONG ", fg="green" if finding.ok else "red", nl=False)
            typer.echo(
                f"  {finding.what}: {finding.detail}" + (f"\n        {finding.remedy}" if finding.remedy else "")
            )
    raise typer.Exit(max((finding.exit_code for finding in findings), default=0))
