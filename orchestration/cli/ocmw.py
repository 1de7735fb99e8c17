"""Commands for whoever delivers: they need no data folder, no settings and no key. Their words are Dutch."""

import sys
from pathlib import Path

import click


@click.command()
@click.argument(
    "files", nargs=-1, required=True, metavar="BESTAND...", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--source", metavar="BRON", help="De bron van bestanden die niet als levering genoemd zijn, zoals trajecten."
)
def precheck(files: tuple[Path, ...], source: str | None) -> None:
    """Controleer leveringen voor u ze verstuurt: wat aanvaard, geweigerd of met een waarschuwing geladen zou worden.

    Er wordt niets geladen, bewaard of verstuurd. Afsluitcode 1 wanneer iets geweigerd zou worden, anders 0.
    """
    from orchestration.quality.precheck import text, verdict
    from orchestration.store.settings import today

    found = verdict.of_files(files, today(), source)
    click.echo(text.text(found))
    sys.exit(0 if all(one.is_sound for one in found) else 1)


COMMANDS = (precheck,)
