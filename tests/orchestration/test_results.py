"""What a run reports: why it was blocked, which files were rejected, and its exit code."""

from __future__ import annotations

from dataclasses import replace

import dagster as dg
import pytest

from orchestration import results
from orchestration.results import RunProblem, RunReport
from tests.orchestration.ingest.test_ledger import ENTRY


def outcome(*assets: dg.AssetsDefinition) -> list[str]:
    result = dg.materialize(list(assets), raise_on_error=False)
    return [str(problem) for problem in results.problems(result)]


def test_a_step_that_failed_is_reported_with_its_deepest_cause_in_one_line() -> None:
    @dg.asset
    def breaks() -> None:
        try:
            raise ValueError("the cause\nand more of it")
        except ValueError as error:
            raise RuntimeError("what came of it") from error

    assert outcome(breaks) == ["breaks: ValueError: the cause"]


def test_a_failure_that_says_what_to_do_is_reported_in_its_own_words() -> None:
    @dg.asset
    def breaks() -> None:
        raise dg.Failure("there is no publication; make one")

    assert outcome(breaks) == ["breaks: there is no publication; make one"]


@pytest.mark.parametrize(("passed", "blocking", "found"), [(True, True, 0), (False, False, 0), (False, True, 1)])
def test_a_check_is_a_problem_only_when_it_fails_and_blocks(passed: bool, blocking: bool, found: int) -> None:
    @dg.asset(check_specs=[dg.AssetCheckSpec("sums", asset="made", blocking=blocking)])
    def made() -> dg.MaterializeResult:
        return dg.MaterializeResult(check_results=[dg.AssetCheckResult(check_name="sums", passed=passed)])

    problems = [p for p in outcome(made) if p.startswith("check ")]
    assert problems == ["check made sums failed"] * found


def test_what_went_well_is_no_problem() -> None:
    @dg.asset
    def fine() -> None: ...

    assert outcome(fine) == []


def test_rejected_files_come_back_from_the_metadata_of_a_check() -> None:
    rejected = replace(ENTRY, status="rejected", message="lacks a column")
    metadata = results.rejected_files([rejected])
    assert results.names_of_rejected(metadata) == [ENTRY.file_name]
    assert results.names_of_rejected(results.rejected_files([])) == []
    (record,) = metadata[results.REJECTED_FILES].records
    assert record.data == {"file": ENTRY.file_name, "reason": "lacks a column"}


def test_the_exit_code_tells_a_blocked_run_and_a_rejected_file() -> None:
    accepted, rejected = replace(ENTRY, status="accepted"), replace(ENTRY, status="rejected")
    assert RunReport(loaded=[accepted], still_rejected=[("x.csv", "why")]).exit_code == 0
    assert RunReport(loaded=[accepted, rejected]).exit_code == 1
    assert RunReport(problems=[RunProblem("dbt")]).exit_code == 1


def test_a_problem_without_words_of_its_own_is_its_place() -> None:
    assert (str(RunProblem("check x failed")), str(RunProblem("x", "y: z"))) == ("check x failed", "x: y: z")
