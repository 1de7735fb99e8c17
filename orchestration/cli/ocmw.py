"""Commands for whoever delivers: they need no data folder, no settings and no key. Their words are Dutch."""

import sys
from pathlib import Path

import click

from orchestration.cli import options
from orchestration.store.errors import WrongChoiceError


def _files(context: click.Context, parameter: click.Parameter, files: tuple[Path, ...]) -> tuple[Path, ...]:
    """The files that are named, once they are there: click would say in English that they are not."""
    if not files:
        raise WrongChoiceError("geef een of meer bestanden op, zoals: twe precheck trajecten_2026-01-31_gent.xlsx")
    for path in files:
        if path.is_dir():
            raise WrongChoiceError(f"{path} is een map; noem de bestanden erin, zoals {path / '*.xlsx'}")
        if not path.exists():
            raise WrongChoiceError(f"{path} bestaat niet; kijk de naam en de map na")
        if not path.is_file():
            raise WrongChoiceError(f"{path} is geen bestand; noem een bestand met gegevens")
    return files


@click.command()
@click.argument("files", nargs=-1, metavar="BESTAND...", type=click.Path(path_type=Path), callback=_files)
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
