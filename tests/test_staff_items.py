"""Every item that an accountant and her colleague noted, with the tests that hold it, or the answer.

An item's number is that of their list. The answers are for what is left as it is on purpose.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent

# item, what it was, file and function of a test that holds it
HELD = (
    (
        1,
        "a verdict that formulas do not know leaves the score blank",
        "test_workbook_agrees",
        "test_the_four_places_agree_on_every_fault",
    ),
    (
        2,
        "the summary counts too few unmet",
        "test_workbook_agrees",
        "test_the_four_places_agree_on_every_fault",
    ),
    (
        3,
        "money that is text drops out of the total",
        "test_workbook_agrees",
        "test_the_four_places_agree_on_every_fault",
    ),
    (4, "points above 100 pass", "test_workbook_agrees", "test_the_four_places_agree_on_every_fault"),
    (
        4,
        "no check of points in the sheet",
        "test_points_note",
        "test_a_sum_of_points_that_is_not_100_is_said_while_typing",
    ),
    (
        5,
        "smaller is better without a sign",
        "test_assess",
        "test_without_a_sign_more_of_something_bad_is_never_exceeded",
    ),
    (5, "saved costs", "test_assess", "test_a_cost_that_was_saved_is_the_more_the_better"),
    (
        6,
        "rows where the formulas do not reach",
        "test_template_sheets",
        "test_rows_and_sheets_that_a_person_adds",
    ),
    (6, "a row without formulas is told", "test_template_sheets", "test_a_row_without_the_formulas_is_told"),
    (
        7,
        "copied project sheets",
        "test_template_sheets",
        "test_lines_for_twenty_projects_are_shown_and_each_line_says_whose_form_it_is",
    ),
    (
        8,
        "rows that are inserted, pasted over, deleted",
        "test_template_sheets",
        "test_checks_tints_and_formulas_follow_rows_that_are_inserted_pasted_over_and_deleted",
    ),
    (
        10,
        "nothing asks for money, goals, year",
        "test_workbook_agrees",
        "test_the_four_places_agree_on_pairs_of_faults",
    ),
    (
        11,
        "old results after fill and check --fix",
        "test_results_kept_right",
        "test_a_filled_and_a_mended_workbook_hold_right_results",
    ),
    (
        11,
        "old results after split, merge and submit",
        "test_results_kept_right",
        "test_parts_the_merged_workbook_and_the_submission_hold_right_results",
    ),
    (
        11,
        "a false S03 after merge",
        "test_results_kept_right",
        "test_a_merged_workbook_gives_no_finding_about_an_old_score",
    ),
    (
        12,
        "work lost without a question",
        "test_nothing_lost",
        "test_a_file_of_somebody_else_stays_until_the_person_insists",
    ),
    (
        12,
        "a read-only file was replaced",
        "test_nothing_lost",
        "test_an_open_or_read_only_file_stays_also_where_the_person_insists",
    ),
    (14, "可报送 against check", "test_workbook_agrees", "test_the_four_places_agree_on_every_fault"),
    (15, "any reason silences a low rate", "test_rules_money", "test_what_explains_nothing_is_no_reason"),
    (
        16,
        "levels whose words contradict the treatment",
        "test_counts",
        "test_levels_and_treatments_are_never_joined_into_one_word",
    ),
    (
        17,
        "counts differ between places",
        "test_counts",
        "test_one_workbook_counts_alike_in_every_place_of_a_department",
    ),
    (
        18,
        "who signs, what is white, what is locked",
        "test_words",
        "test_the_manual_says_what_the_workbook_does",
    ),
    (18, "nothing is locked", "test_words", "test_nothing_is_called_locked_where_nothing_is"),
    (19, "yunnan in 元 and 万元", "test_words", "test_amounts_say_their_unit_where_they_are_typed"),
    (20, "a cut budget called slow execution", "test_selfreport", "test_a_cut_budget_is_no_slow_execution"),
    (
        21,
        "zero execution with an unrelated reason",
        "test_rules_money",
        "test_a_budget_without_spending_is_asked_about",
    ),
    (27, "English and unhelpful messages", "test_mistakes", "test_a_mistake_is_answered_in_chinese"),
    (
        27,
        "words of the library underneath",
        "test_mistakes",
        "test_words_of_the_library_underneath_do_not_come_through",
    ),
    (27, "no right to write", "test_mistakes", "test_a_folder_that_refuses_is_said_in_chinese"),
    (27, "layouts have no Chinese names", "test_mistakes", "test_a_layout_is_named_in_chinese_or_by_its_id"),
    (27, "lock files", "test_mistakes", "test_lock_files_beside_others_are_left_out_with_a_word"),
    (27, "watch checks our own lists", "test_mistakes", "test_watch_leaves_lists_and_kept_copies_alone"),
    (
        27,
        "submit without a terminal",
        "test_submission",
        "test_without_a_terminal_what_is_to_be_mended_is_not_passed_over",
    ),
    (28, "reasons with a measure accused", "test_text_models", "test_a_measure_is_none_accused_of_missing"),
    (33, "fill writes another sign than the form", "test_fill", "test_a_target_in_a_sentence"),
    (
        34,
        "department, date and file date of the report",
        "test_selfreport",
        "test_name_and_date_close_the_report_and_the_file_is_of_today",
    ),
    (34, "year in the title of the report", "test_selfreport", "test_a_year_that_no_form_names_is_asked_for"),
    (34, "-4.00% breaks behind its sign", "test_selfreport", "test_a_minus_sign_stays_with_its_number"),
    (
        9,
        "clearing the yellow cells takes formulas",
        "test_template_rows",
        "test_a_form_whose_yellow_cells_were_cleared_works_as_before",
    ),
    (
        9,
        "a score looks like a cell to fill in",
        "test_template_rows",
        "test_no_cell_that_looks_like_one_to_fill_in_holds_a_formula",
    ),
    (10, "an empty report", "test_report_progress", "test_the_report_is_counted_alike"),
    (
        13,
        "a list four rows too low",
        "test_template_rows",
        "test_tasks_and_indicators_each_choose_from_their_own_list",
    ),
    (22, "rows do not grow", "test_templates", "test_rows_of_indicators_grow_with_their_text"),
    (
        22,
        "reasons in merged cells",
        "test_template_print",
        "test_no_column_with_long_texts_of_indicators_is_merged",
    ),
    (
        22,
        "printed text is cut",
        "test_template_print",
        "test_rows_with_more_text_than_they_show_are_named",
    ),
    (
        22,
        "submit raises no heights",
        "test_submission",
        "test_rows_are_high_enough_for_their_texts_in_the_submission",
    ),
    (23, "forced onto one page", "test_templates", "test_every_sheet_takes_as_many_pages_as_it_needs"),
    (
        23,
        "too small to read",
        "test_template_print",
        "test_every_sheet_prints_one_page_wide_at_seventy_percent_or_more",
    ),
    (
        24,
        "empty rows print",
        "test_template_print",
        "test_rows_without_an_indicator_do_not_print_in_the_submission",
    ),
    (
        24,
        "empty lines of the summary print",
        "test_template_print",
        "test_lines_without_a_project_do_not_print_in_the_submission",
    ),
    (
        24,
        "no heads on the second page",
        "test_templates",
        "test_heads_of_columns_stand_on_each_page_and_the_title_stays_in_sight",
    ),
    (25, "an inserted row is not named", "test_template_sheets", "test_a_row_without_the_formulas_is_told"),
    (
        25,
        "an inserted row has no lists",
        "test_template_sheets",
        "test_checks_tints_and_formulas_follow_rows_that_are_inserted_pasted_over_and_deleted",
    ),
    (
        26,
        "line breaks, full-width digits, missing %",
        "test_pasted_texts",
        "test_pasted_values_are_judged_or_said_to_be_unclear",
    ),
    (29, "12300 for ≥12公里", "test_rules", "test_a_case_gives_exactly_its_findings"),
    (
        31,
        "no frozen rows",
        "test_templates",
        "test_heads_of_columns_stand_on_each_page_and_the_title_stays_in_sight",
    ),
    (
        35,
        "a name is cut in 自查",
        "test_template_print",
        "test_the_name_of_the_department_form_is_whole_in_its_line_of_the_check",
    ),
    (
        36,
        "the department's name at the stamp",
        "test_template_projects",
        "test_twenty_two_projects_are_all_summed",
    ),
    (18, "who signs, on the form itself", "test_template_print", "test_those_who_sign_have_their_place"),
)

EXPECTED = (  # section 5: what such people expect
    (
        "佐证材料清单, 评分说明",
        "test_evidence",
        "test_the_list_travels_through_fill_split_merge_and_submit",
    ),
    (
        "分值合计100",
        "test_points_note",
        "test_a_sum_of_points_that_is_not_100_is_said_while_typing",
    ),
    (
        "落款",
        "test_selfreport",
        "test_name_and_date_close_the_report_and_the_file_is_of_today",
    ),
)

ANSWERED = {
    10: """Empty signatures count nowhere: they are written by hand on the printed sheet, and the sealed scan
    is looked for by the bureau. `check` tells the bureau of a block that was typed in part (T09).""",
    22: """Merged cells (goals, tasks) do not grow while a person types, and no formula knows the height of a
    row. So 自查 names the rows to look at, and `submit` makes them higher.""",
    24: """On the sheets that people type into empty rows stay, because people fill them in; no formula and no
    print area can leave out rows in the middle. Who has no program hides them by hand (manual, 打印).""",
    30: """A colleague's inserted row goes into the next spare row: rows are not inserted into somebody's
    workbook, whose formulas and print set-up would move; its levels stand in the row itself. 自查 is about
    the whole workbook; a single form has its own progress line and 判定.""",
    32: """Codes such as [D03] stay at the end of a line on screen: `selfeval rules D03` explains them. They
    are in no notice (test_notices).""",
    34: """A chart that moves to the next page leaves room above it: Word decides where it fits, and the
    report is a draft that people finish in Word.""",
}


@pytest.mark.parametrize(("file", "function"), sorted({row[-2:] for row in (*HELD, *EXPECTED)}))
def test_the_test_that_holds_an_item_is_there(file, function):
    tree = ast.parse((HERE / f"{file}.py").read_text(encoding="utf-8"))
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_item_is_held_or_answered():
    assert {row[0] for row in HELD} | set(ANSWERED) == set(range(1, 37))
