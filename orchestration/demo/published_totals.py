"""Published totals and rates that the synthetic data are drawn around.

Every number is here once, with its source. A number marked "general knowledge" has no public source: it
gives an order of magnitude, so that the demo looks like the real thing, and is evidence of nothing.
"""

#: Number of trajectories for which the totals below hold unscaled.
REFERENCE_TRAJECTORIES = 60_000

#: Trajectories running in 2017 and 2018 (minister Muyters, February 2019, as quoted by Knack and Het Laatste Nieuws).
#: The measure began on 1 January 2017, so those of 2017 also started in 2017; 2018 holds 2017 starts still running.
RUNNING_2017 = 4_851
RUNNING_2018 = 8_581

#: Trajectories running in 2024 whose art. 60 job began in time (Flemish Parliament, written question 319, 2025-2026).
TIMELY_RUNNING_2024 = 9_222
#: From 2025 on a larger share starts in time, which brings January-November 2025 near the 9,763 of the same source.
TIMELY_RISE_2025 = 0.10

#: Shares of the provinces. Antwerpen 4,131 and Oost-Vlaanderen 1,707 of the 8,581 of 2018 (same source as
#: RUNNING_2018); the split of the rest is general knowledge.
PROVINCE_SHARES = {
    "Antwerpen": 4_131 / 8_581,
    "Oost-Vlaanderen": 1_707 / 8_581,
    "West-Vlaanderen": 0.125,
    "Limburg": 0.105,
    "Vlaams-Brabant": 1 - (4_131 + 1_707) / 8_581 - 0.125 - 0.105,
}

#: Share of each centre city in its province, by NIS code of 2017 (general knowledge: the large OCMWs dominate).
CITY_SHARES = {
    "Antwerpen": {11002: 0.62, 12025: 0.09, 13040: 0.05},
    "Oost-Vlaanderen": {44021: 0.52, 41002: 0.08, 46021: 0.09},
    "West-Vlaanderen": {35013: 0.20, 31005: 0.18, 34022: 0.15, 36015: 0.08},
    "Limburg": {71016: 0.22, 71022: 0.18},
    "Vlaams-Brabant": {24062: 0.30},
}

#: Relative number of starts from 2019 on (general knowledge: growth with a dip in 2020); the last one is repeated.
START_PATTERN = {2019: 0.92, 2020: 0.82, 2021: 0.98, 2022: 1.06, 2023: 1.08, 2024: 1.08, 2025: 1.12}

#: Starts per calendar month, relative (general knowledge: quiet summers, busy autumns).
MONTH_PATTERN = (1.15, 1.0, 1.05, 0.95, 0.9, 0.95, 0.65, 0.7, 1.25, 1.25, 1.1, 0.75)

#: Leefloners in Flanders as (year, month, persons). January 2018 and 2019: POD MI figures in Nieuwsblad, 19 September
#: 2019. The other points only draw a plausible path (dip before 2020, the rise of 2020-2021 and of 2022-2023).
LEEFLONERS_PATH = (
    (2017, 1, 36_900), (2018, 1, 37_744), (2019, 1, 38_179), (2020, 1, 37_300), (2020, 7, 40_600), (2021, 3, 40_900),
    (2022, 1, 37_800), (2023, 1, 40_200), (2024, 1, 41_000), (2025, 1, 42_100), (2030, 1, 45_000),
)  # fmt: skip
#: Persons with an equivalent leefloon for every leefloner (same source: about 3,300 beside 37,744).
EQUIVALENT_SHARE = 3_300 / 37_744

#: Exit to work one day after the end of the trajectory (28.80 % for ends in 2024; written question 319, 2025-2026).
EXIT_TO_WORK_AFTER_ONE_DAY = 0.288

#: Monthly subsidy in cents for a full-time art. 60 job, for each year from 2017 on. The real amounts are not public in
#: what we could read; they follow the leefloon of a single person (general knowledge), and so do these.
MONTHLY_SUBSIDY_CENTS = (88_000, 91_000, 93_500, 95_900, 98_500, 107_200, 121_400, 126_300, 130_100, 132_700)
#: Part-time share of the full amount, supplement under 25, supplement in the social economy (general knowledge).
PART_TIME_RATE, UNDER_25_RATE, SOCIAL_ECONOMY_RATE = 0.625, 1.25, 1.2
