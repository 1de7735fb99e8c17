"""Annex 3: wage subsidies paid, by year of performance (default) or of payment."""

from exports.annexes.model import AnnexKind, ChartPlan, Field, Mart, Measure, Note, Unavailable, Wide
from exports.annexes.rules import Cell
from exports.annexes.settling import Closing
from exports.xlsx.document import Format

SUBSIDIES = AnnexKind(
    key="3",
    name="Uitbetaalde loontoelagen",
    year_header="Jaar",
    unit="aantal loontoelagen (trajectmaanden) en bedragen in euro",
    marts=(
        Mart(
            "mart_wage_subsidies",
            (
                Field(
                    "basis",
                    "Basis (code)",
                    "welk jaar telt: dat van de prestatiemaand of dat van de betaaldatum",
                    label_set="wage_subsidy_basis",
                ),
                Field(
                    "subsidies",
                    "Aantal loontoelagen",
                    "aantal combinaties van traject en prestatiemaand met een nettobedrag boven nul",
                ),
                Field(
                    "amount_eur",
                    "Bedrag (euro)",
                    "nettosom van betalingen en correcties",
                    Format.EURO,
                    derived_from=("subsidies",),
                ),
                Field(
                    "correction_eur",
                    "Waarvan correcties (euro)",
                    "som van de correcties in het bedrag",
                    Format.EURO,
                    derived_from=("subsidies",),
                ),
            ),
            keys=("basis",),
            options={"basis": ("performance", "payment")},
        ),
    ),
    tables=(
        Wide(
            "Loontoelagen",
            "aantal en bedrag",
            (
                Measure("aantal loontoelagen", Cell("subsidies"), unit="trajectmaanden"),
                Measure("bedrag (euro)", Cell("amount_eur"), Format.EURO),
                Measure("waarvan correcties (euro)", Cell("correction_eur"), Format.EURO),
            ),
        ),
    ),
    totals="by_year",
    charts=(
        ChartPlan(
            "Uitbetaalde loontoelagen in Vlaanderen, bedrag",
            "clustered",
            "euro",
            "Loontoelagen",
            measures=("bedrag (euro)",),
        ),
        ChartPlan(
            "Uitbetaalde loontoelagen in Vlaanderen, aantal",
            "clustered",
            "aantal loontoelagen",
            "Loontoelagen",
            measures=("aantal loontoelagen",),
        ),
    ),
    city_charts=(
        ChartPlan(
            "Uitbetaalde loontoelagen per centrumstad",
            "bars",
            "euro",
            "Loontoelagen",
            measures=("bedrag (euro)",),
            series="years",
        ),
    ),
    sources=("loontoelagen",),
    notes=(
        Note(
            "De bedragen kunnen nog wijzigen: een OCMW kan een prestatiemaand tot 10 jaar later corrigeren.",
            ("bedrag (euro)",),
        ),
        Note(
            "Een correctie kan negatief zijn; een jaar met vooral correcties kan een negatief bedrag hebben.",
            ("waarvan correcties (euro)",),
        ),
        Note("Loontoelagen van een traject dat (nog) niet geleverd is, tellen mee als uitbetaald geld."),
        Note("De gemeente is die van het OCMW dat bij de betaling vermeld is."),
    ),
    headline=("aantal loontoelagen", "bedrag (euro)", "waarvan correcties (euro)"),
    closing=Closing(
        years=10,
        months=0,
        text="Een jaar is voorlopig tot 10 jaar na het einde ervan: zo lang kan een OCMW een prestatiemaand "
        "corrigeren.",
    ),
    closing_by_option={
        "payment": Closing(
            text="Een jaar is voorlopig tot en met eind februari van het volgende jaar: tot dan kunnen betalingen van "
            "het laatste kwartaal nog geleverd of verbeterd worden."
        )
    },
    breaks={
        2019: "Trajecten van vóór 2017 behielden tot eind 2018 de vroegere regeling voor artikel 60 §7; vanaf 2019 "
        "gelden de regels van TWE voor iedereen."
    },
    definitions=(
        (
            "Jaar",
            "volgens de basis die boven de tabel staat: het jaar van de prestatiemaand (de maand waarvoor betaald "
            "wordt) of het jaar van de betaaldatum.",
        ),
        (
            "Aantal loontoelagen",
            "het aantal combinaties van traject en prestatiemaand waarvan het nettobedrag binnen het jaar groter is "
            "dan nul.",
        ),
        ("Bedrag", "de nettosom van betalingen en correcties, in euro."),
        ("Waarvan correcties", "het deel van dat bedrag dat uit correcties bestaat, in euro."),
    ),
    unavailable=(
        Unavailable(
            "requested_amounts",
            "de aangevraagde loontoelagen en bedragen",
            "De bron bevat enkel uitbetaalde bedragen. De aanvragen zitten bij de POD Maatschappelijke Integratie, "
            "die het uniek loket is.",
        ),
    ),
)
