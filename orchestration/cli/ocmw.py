"""Commands for whoever delivers: they need no data folder, no settings and no key. Their words are Dutch."""

import sys
from pathlib import Path

import click

from orchestration.cli import options


@click.command()
@click.argument(
    "files", nargs=-1, required=True, metavar="BESTAND...", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--source", metavar="BRON", help="De bron van bestanden die niet als levering genoemd zijn, zoals trajecten."
)
@click.option(
    "--xlsx",
    metavar="PAD",
    type=click.Path(path_type=Path),
    help="Schrijf de rijen die geweigerd of gewaarschuwd worden naar een werkboek met de foute cellen gekleurd; bij "
    "meer bestanden is PAD een map. De naam krijgt VERTROUWELIJK, alleen u kunt het lezen, en een INSZ is gemaskeerd.",
)
def precheck(files: tuple[Path, ...], source: str | None, xlsx: Path | None) -> None:
    """Controleer leveringen voor u ze verstuurt: wat aanvaard, geweigerd of met een waarschuwing geladen zou worden.

    Er wordt niets geladen of verstuurd, en zonder --xlsx niets geschreven. Afsluitcode 1 wanneer iets geweigerd zou
    worden, anders 0.
    """
    from orchestration.quality.precheck import text, verdict
    from orchestration.store.settings import today

    found = verdict.of_files(files, today(), source)
    click.echo(text.text(list(found.values())))
    if xlsx:
        from orchestration.quality.precheck import workbook

        with options.written_to(xlsx):
            written = workbook.write(found, xlsx, today())
        click.echo("\n".join(["", *(f"VERTROUWELIJK, geschreven: {path}" for path in written)]))
        if not written:
            click.echo("Geen werkboek geschreven: er zijn geen rijen na te kijken.")
    sys.exit(0 if all(one.is_sound for one in found.values()) else 1)


COMMANDS = (precheck,)
