"""The columns of each source, restated from the contract as plain data.

This table is written a second time on purpose: the pipeline has its own, and the two are compared only by what
they make of the same deliveries. Do not import the pipeline's contracts here.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Column:
    """kind: text, insz, nis, date, month, integer, amount, yesno or code. low/high: inclusive range."""

    name: str
    kind: str
    required: bool = False
    codes: tuple[str, ...] = ()
    low: int | date | None = None
    high: int | None = None

    @property
    def lake_name(self) -> str:
        """What a loaded row calls it: of a person only a key is loaded."""
        if self.kind != "insz":
            return self.name
        return "client_key" if self.name == "klant_id" else f"{self.name}_key"

    @property
    def is_identification(self) -> bool:
        """A key or a reference, where a person number doesn't belong."""
        return self.kind == "text" and self.name.endswith("_id")


@dataclass(frozen=True)
class Source:
    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


REQUIRED = True
WITHDRAWN = Column("verwijderd", "yesno")

# In order of priority: the first that covers a day is where the client stands.
POSITIONS = (
    "NEC", "NEC_SOCIALE_ECONOMIE", "SEC", "ZELFSTANDIGE", "OPLEIDING", "WERKZOEKEND", "LEEFLOON", "ZIEKTE",
    "PENSIOEN", "ANDER_GEWEST", "OVERLEDEN", "ANDERE",
)  # fmt: skip
WORKPLACE_LEARNING = ("WES", "IBO", "OPLEIDINGSSTAGE")
ACTIONS = (*WORKPLACE_LEARNING, "OPLEIDING", "COACHING")
INTAKE_CRITERIA = (
    "werkervaring_nodig",
    "generieke_competenties_te_ontwikkelen",
    "nec_haalbaar_binnen_2_jaar",
    "minstens_halftijds_inzetbaar",
)

SOURCES = {
    source.name: source
    for source in (
        Source("trajecten", ("traject_id",), (
            Column("traject_id", "text", REQUIRED),
            Column("klant_id", "insz", REQUIRED),
            Column("ocmw_nis", "nis", REQUIRED),
            Column("startdatum", "date", REQUIRED, low=date(2017, 1, 1)),
            Column("vermoedelijke_einddatum", "date"),
            Column("einddatum", "date"),
            Column("beeindiging", "code", codes=("UITGEVOERD", "VROEGTIJDIG")),
        )),
        Source("klantprofielen", ("traject_id",), (
            Column("traject_id", "text", REQUIRED),
            Column("geslacht", "code", codes=("M", "V", "X")),
            Column("leeftijd", "integer", low=15, high=99),
            Column("werkloosheidsduur_maanden", "integer", low=0, high=720),
            Column("kortgeschoold", "yesno"),
            Column("migratieachtergrond", "yesno"),
        )),
        Source("art60_tewerkstellingen", ("tewerkstelling_id",), (
            Column("tewerkstelling_id", "text", REQUIRED),
            Column("traject_id", "text", REQUIRED),
            Column("startdatum", "date", REQUIRED),
            Column("einddatum", "date"),
            Column("sector", "code", codes=("PRIVE", "SOCIALE_ECONOMIE", "LOKAAL_BESTUUR", "ANDERE")),
        )),
        Source("begeleidingsacties", ("actie_id",), (
            Column("actie_id", "text", REQUIRED),
            Column("klant_id", "insz", REQUIRED),
            Column("type", "code", REQUIRED, codes=ACTIONS),
            Column("startdatum", "date", REQUIRED),
            Column("einddatum", "date"),
        )),
        Source("loontoelagen", ("betaling_id",), (
            Column("betaling_id", "text", REQUIRED),
            Column("traject_id", "text", REQUIRED),
            Column("ocmw_nis", "nis", REQUIRED),
            Column("prestatiemaand", "month", REQUIRED),
            Column("betaaldatum", "date", REQUIRED),
            Column("soort", "code", REQUIRED, codes=("BETALING", "CORRECTIE")),
            Column("bedrag", "amount", REQUIRED),
        )),
        Source("arbeidsmarktposities", ("positie_id",), (
            Column("positie_id", "text", REQUIRED),
            Column("klant_id", "insz", REQUIRED),
            Column("positie", "code", REQUIRED, codes=POSITIONS),
            Column("startdatum", "date", REQUIRED),
            Column("einddatum", "date"),
        )),
        Source("transmissies", ("transmissie_id",), (
            Column("transmissie_id", "text", REQUIRED),
            Column("klant_id", "insz", REQUIRED),
            Column("transmissiedatum", "date", REQUIRED),
        )),
        Source("leefloners", ("nis_code", "maand"), (
            Column("nis_code", "nis", REQUIRED),
            Column("maand", "month", REQUIRED),
            Column("leefloners", "integer", REQUIRED, low=0),
            Column("equivalent_leefloners", "integer", low=0),
        )),
        Source("screenings", ("screening_id",), (
            Column("screening_id", "text", REQUIRED),
            Column("klant_id", "insz", REQUIRED),
            Column("ocmw_nis", "nis", REQUIRED),
            Column("screeningsdatum", "date", REQUIRED),
            Column("besluit", "code", REQUIRED, codes=("TOEGELEID", "NIET_TOEGELEID")),
            *(Column(name, "yesno") for name in INTAKE_CRITERIA),
        )),
        Source("insz_wijzigingen", ("oude_insz",), (
            Column("oude_insz", "insz", REQUIRED),
            Column("nieuwe_insz", "insz", REQUIRED),
            Column("ingangsdatum", "date", REQUIRED),
        )),
    )
}  # fmt: skip
