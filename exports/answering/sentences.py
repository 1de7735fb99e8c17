"""What the answer says of each annex kind besides figures: the sentence that presents the annex, and the caveats.

The caveats are those that a reader needs next to a quoted figure; the annex itself holds all notes and definitions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from exports.annexes.model import AnnexKind

SANCTIONS = "https://www.vdab.be/rechtenenplichten/sanctie"

_OVERVIEW = {
    "1": "het aantal in {years} opgestarte TWE-OCMW-trajecten met de vermoedelijke duur (in maanden)",
    "2": "het aantal in {years} opgestarte TWE-OCMW-trajecten naar geslacht, leeftijd, werkloosheidsduur, "
    "scholingsniveau (al dan niet kortgeschoold) en migratieachtergrond",
    "3/performance": "de loontoelagen die voor prestaties in {years} uitbetaald zijn",
    "3/payment": "de in {years} uitbetaalde loontoelagen",
    "4": "de in {years} uitgevoerde en vroegtijdig beëindigde TWE-OCMW-trajecten naargelang de duurtijd",
    "5": "de uitstroom naar werk in het NEC, het NEC in een sociale-economiebedrijf, het SEC en werk als zelfstandige, "
    "naast de uitstroom naar onder meer pensioen en ziekte en de deelname aan competentieversterking (opleiding of "
    "werkplekleren), voor trajecten met een meetdatum in {years}",
    "6": "het aantal TWE-OCMW-trajecten met een transmissie in de loop van 12 maanden na het einde van het traject, "
    "voor trajecten met een meetdatum in {years}",
    "ratio": "het aantal cliënten in een TWE-traject, het aantal leefloners, de ratio tussen beide en de wijziging "
    "ervan tegenover het vorige jaar, voor {years}",
    "intake": "de screenings van {years} op de vier gemeenschappelijke instroomcriteria en de toeleidingen",
    "aftercare": "de begeleiding na de tewerkstelling artikel 60 §7 in de in {years} beëindigde TWE-OCMW-trajecten",
}
"""By the key of the kind, or key/option where the option decides what the years are."""
_CAVEATS: dict[str, tuple[str, ...]] = {
    "1": ("De vermoedelijke duur is een planning bij de start van het traject, niet de werkelijke duur.",),
    "2": ("Het profiel is de toestand bij de start van het traject.",),
    "3": (
        "Deze bedragen kunnen nog veranderen: een OCMW heeft tot 10 jaar na de prestatiemaand de tijd om correcties "
        "door te voeren.",
    ),
    "4": ("Van een stopgezet traject is enkel bekend of het uitgevoerd dan wel vroegtijdig beëindigd is.",),
    "5": (
        "Deze data zijn een meting op één dag, exact 12 maanden na het einde van een TWE-OCMW-traject: de bijlage "
        "bevat enkel trajecten met een meetdatum in die jaren, die dus telkens 12 maanden eerder beëindigd zijn.",
        "Competentieversterking overlapt met de posities en mag er niet bij opgeteld worden.",
    ),
    "6": (
        "Het gaat om trajecten die telkens 12 maanden vóór de meetdatum beëindigd werden; een traject met meer dan één "
        "transmissie telt één keer.",
        "De Controledienst van VDAB beslist welk gevolg aan een transmissie gegeven wordt, rekening houdend met alle "
        f"elementen en met het federaal bepaalde sanctiekader, zie ook {SANCTIONS}.",
    ),
    "ratio": (
        "De ratio is geen aandeel en kan boven 100 % uitkomen: wie via artikel 60 §7 werkt, ontvangt loon en geen "
        "leefloon, en zit dus wel in de teller maar niet in de noemer.",
        "In een kleine gemeente doet één cliënt meer of minder de ratio sterk schommelen.",
    ),
    "intake": ("Geteld worden screenings: een cliënt die twee keer gescreend is, telt twee keer.",),
    "aftercare": (
        "Binnen de TWE OCMW bestaat geen aparte nazorg: het OCMW begeleidt de cliënt gedurende maximaal 24 maanden, "
        "ook wanneer de tewerkstelling artikel 60 §7 korter is. Als nazorg telt hier de begeleiding tussen het einde "
        "van de laatste tewerkstelling artikel 60 §7 en het einde van het traject.",
    ),
}


def listed(years: Sequence[int]) -> str:
    """(2020, 2021, 2022) -> "2020, 2021 en 2022", as the answers write years."""
    texts = [str(year) for year in years]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} en {texts[-1]}"


def overview(kind: AnnexKind, years: Sequence[int], options: Mapping[str, str] | None = None) -> str:
    """What the annex shows, in words; a kind without words of its own goes by its name."""
    chosen = ((options or {}).get(name, values[0]) for name, values in kind.options.items())
    keys = (kind.key, *(f"{kind.key}/{value}" for value in chosen))
    usual = f"{kind.name[0].lower()}{kind.name[1:]} in {{years}}"
    what = next((_OVERVIEW[key] for key in keys if key in _OVERVIEW), usual)
    return what.format(years=listed(years))


def opening(kind: AnnexKind, number: str, years: Sequence[int], options: Mapping[str, str] | None = None) -> str:
    """The sentence that presents an annex."""
    return f"In bijlage {number} kunt u een overzicht vinden van {overview(kind, years, options)}, per gemeente/stad."


def caveats(kind: AnnexKind) -> tuple[str, ...]:
    return _CAVEATS.get(kind.key, ())
