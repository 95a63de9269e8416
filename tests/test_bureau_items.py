"""Every item that an officer noted over a whole season, with the tests that hold it, or the answer.

Items 1 to 15 are about numbers and facts, 16 to 22 the officer's own work, 23 to 30 words in
notices, 31 to 39 failures. The answers are for what is left as it is on purpose.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent

# item, what it was, file and function of a test that holds it
HELD = (
    (1, "a reply that only explains", "test_season", "test_a_reply_that_only_explains_is_a_new_version"),
    (
        1,
        "diff called it the same",
        "test_season",
        "test_two_versions_that_differ_only_in_what_was_explained_are_not_called_the_same",
    ),
    (2, "second return", "test_season", "test_the_second_return_is_one_workbook_with_true_states"),
    (3, "two sources of one project", "test_season_roster", "test_a_project_with_two_sources_is_one_project"),
    (3, "in every sheet", "test_season_sums", "test_a_row_of_each_project"),
    (
        4,
        "findings of a version that does not count",
        "test_season_sums",
        "test_findings_to_mend_and_to_explain_are_those_of_the_scene",
    ),
    (
        4,
        "rows that contradict each other",
        "test_county_workbook",
        "test_of_two_versions_of_which_none_is_later_one_counts_and_both_rows_say_so",
    ),
    (
        5,
        "states and rows of both years",
        "test_season_next_year",
        "test_every_project_of_both_years_has_its_row",
    ),
    (
        5,
        "differences add up",
        "test_season_next_year",
        "test_differences_of_projects_add_up_to_the_difference_of_the_years",
    ),
    (5, "like with like", "test_season_next_year", "test_the_front_page_compares_like_with_like"),
    (
        6,
        "a form without indicators",
        "test_rules_files",
        "test_an_indicator_table_without_any_row_is_only_partly_read",
    ),
    (
        7,
        "notices name project and file",
        "test_notices",
        "test_a_notice_on_two_projects_names_them_in_each_of_its_parts",
    ),
    (8, "未填", "test_season_sums", "test_front_page_rates_grades_and_indicators"),
    (
        8,
        "blank workbooks",
        "test_season_roster",
        "test_a_workbook_in_which_nothing_was_filled_in_has_not_been_reported",
    ),
    (8, "of money too", "test_season_sums", "test_front_page_money"),
    (9, "one number", "test_season_roster", "test_one_number_of_what_is_to_be_done"),
    (9, "on the console", "test_season_sums", "test_the_console_says_the_same_numbers"),
    (
        10,
        "names of files and folders",
        "test_season_roster",
        "test_archives_belong_to_the_department_that_they_name_and_the_reminder_says_so",
    ),
    (11, "收到的材料", "test_season_roster", "test_a_form_of_nobody_is_asked_about_and_gets_no_letter"),
    (12, "D04 false alarms", "test_text_models", "test_a_measure_is_none_accused_of_missing"),
    (
        13,
        "own words for a cause",
        "test_season_opinions",
        "test_own_words_for_a_cause_count_as_other_and_stay",
    ),
    (13, "its drop-down list", "test_officers_lists", "test_what_officers_choose_from_is_a_list"),
    (14, "untouched return", "test_season", "test_a_returned_file_that_nobody_touched_shows_no_change"),
    (15, "110% is no 100%", "test_policy_county", "test_a_project_is_in_one_band"),
    (16, "decisions", "test_season", "test_what_officers_decided_rules_what_goes_back"),
    (16, "chosen version returned", "test_officers_choices", "test_the_chosen_version_is_what_goes_back"),
    (16, "and in the bulletin", "test_officers_choices", "test_the_chosen_version_is_what_the_county_counts"),
    (16, "and published", "test_officers_choices", "test_the_chosen_version_is_what_is_published"),
    (
        16,
        "causes in the bulletin",
        "test_season_papers",
        "test_the_tables_of_the_bulletin_are_those_of_the_second_round",
    ),
    (16, "是否公开", "test_officers_choices", "test_what_an_officer_does_not_publish_is_nowhere_named"),
    (
        17,
        "漏报 becomes 已报",
        "test_officers_lists",
        "test_opinions_on_a_missing_project_stay_when_its_form_comes",
    ),
    (
        18,
        "own columns, renamed sheets",
        "test_season_opinions",
        "test_every_cell_comes_back_with_its_type_after_the_workbook_was_turned_upside_down",
    ),
    (18, "which sheet is missing", "test_season_opinions", "test_a_sheet_that_cannot_be_found_is_named"),
    (
        18,
        "a workbook of that version",
        "test_old_county",
        "test_opinions_on_findings_are_with_the_finding_or_listed_with_its_name",
    ),
    (19, "spellings of a day", "test_season_opinions", "test_one_day_is_one_return_however_it_is_written"),
    (20, "实际收到日期", "test_season_sums", "test_a_row_of_each_submission"),
    (
        21,
        "a chosen file that is not there",
        "test_season_opinions",
        "test_a_file_that_was_chosen_and_did_not_come_is_named",
    ),
    (21, "two copies", "test_season", "test_two_officers_copies_become_one_with_the_conflicts_listed"),
    (
        22,
        "types of hand columns",
        "test_old_county",
        "test_days_and_numbers_that_were_texts_are_days_and_numbers",
    ),
    (
        22,
        "X08 names the other",
        "test_season",
        "test_officers_are_told_whose_words_another_department_has_and_it_is_not",
    ),
    (
        23,
        "须修改 means one thing",
        "test_counts",
        "test_one_workbook_counts_alike_in_every_place_of_a_department",
    ),
    (23, "level and treatment", "test_counts", "test_levels_and_treatments_are_never_joined_into_one_word"),
    (23, "in the bulletin", "test_season_papers", "test_the_bulletin_has_the_numbers_of_the_second_round"),
    (
        24,
        "a missing stamp is not late",
        "test_officers_lists",
        "test_a_missing_stamp_is_asked_for_and_not_late",
    ),
    (25, "one deadline", "test_season_roster", "test_the_deadline_of_notice_and_reminder_is_one"),
    (26, "what the bureau issued wrong", "test_rules_files", "test_points_issued_wrong_are_for_the_bureau"),
    (27, "secrets", "test_season_papers", "test_nothing_secret_is_in_a_letter_the_bulletin_or_a_public_copy"),
    (
        27,
        "others' material",
        "test_season_papers",
        "test_no_letter_and_no_list_has_anything_of_another_department",
    ),
    (
        28,
        "unmatched on the console",
        "test_season_roster",
        "test_a_form_of_nobody_is_asked_about_and_gets_no_letter",
    ),
    (
        29,
        "the reminder is a letter",
        "test_season_roster",
        "test_a_reminder_is_a_letter_with_title_signature_and_date",
    ),
    (
        30,
        "counts and items of a notice",
        "test_notices",
        "test_at_most_ten_of_a_class_and_what_is_said_alike_is_said_once",
    ),
    (
        30,
        "the sender",
        "test_sender",
        "test_without_a_policy_it_is_the_countys_bureau_with_the_contact_of_the_issued_workbooks",
    ),
    (31, "names in GBK", "test_one_input", "test_returns_and_public_copies_of_files_whose_names_are_no_utf8"),
    (32, "open elsewhere", "test_county_again", "test_an_output_open_elsewhere_is_said"),
    (33, "hidden rows of an xls", "test_converted_copies", "test_hidden_rows_and_columns_stay_hidden"),
    (
        33,
        "its totals",
        "test_converted_copies",
        "test_the_notice_on_an_xls_says_that_totals_are_numbers_now",
    ),
    (
        34,
        "warned at issue",
        "test_issuing_again",
        "test_the_bureaus_own_faults_are_told_before_anything_is_written",
    ),
    (35, "what is kept and how", "test_issuing", "test_the_cover_says_when_how_and_what_has_to_come_back"),
    (
        35,
        "--protect",
        "test_issuing",
        "test_protected_sheets_have_no_password_and_leave_formats_and_rows_free",
    ),
    (36, "last year's form", "test_evaluated_year", "test_it_is_the_year_of_most_forms"),
    (
        36,
        "the year is asked for",
        "test_evaluated_year",
        "test_where_all_forms_are_older_than_the_deadline_says_the_year_is_asked_for",
    ),
    (
        37,
        "long reasons in print",
        "test_officers_lists",
        "test_rows_for_reasons_fit_their_height_to_the_text",
    ),
    (
        38,
        "open 须修改",
        "test_publishing",
        "test_where_nobody_can_be_asked_only_what_is_in_order_is_published",
    ),
    (38, "blank forms", "test_publishing", "test_a_form_that_nobody_has_filled_in_is_not_published"),
    (38, "what the form shows", "test_publishing", "test_what_is_published_is_what_the_form_shows"),
    (
        39,
        "--with-forms on 1,600 forms",
        "test_form_sheets",
        "test_too_many_forms_are_one_workbook_a_department_and_the_index_leads_there",
    ),
    (39, "--today 2026/11/12", "test_mistakes", "test_a_day_is_read_as_people_write_it"),
    (39, "Ctrl+C", "test_interrupted", "test_a_stopped_run_leaves_nothing"),
    (39, "主要问题 twice", "test_officers_lists", "test_a_problem_is_named_once"),
)

ANSWERED = {
    15: """A rate without amounts reads as 0 from an xls that LibreOffice saved: it writes the number 0 for a
    formula that gives an empty text. Excel writes an empty text, which reads as nothing (test_xls).""",
    30: """The overview has a row a department: beyond twelve departments it is longer than a page. Advice
    of a county's own rule is the county's to write: 修改建议 is a column of its sheet.""",
    35: """Sheets are not protected by default, because protection breaks outlines, inserted rows and
    pasting (README and manuals say so); T04 finds what was changed, and the cover asks to leave it.""",
    39: """Folders of an earlier run in 退回件 are left: they may hold what an officer added, and each run
    says which departments it returned. The library that draws help cuts it where a terminal has 80 columns;
    the manuals have it whole. An indicator that a department added stands in 指标明细 with the others: what
    was issued may not be changed, and more may be said.""",
}


@pytest.mark.parametrize(("file", "function"), sorted({row[-2:] for row in HELD}))
def test_the_test_that_holds_an_item_is_there(file, function):
    tree = ast.parse((HERE / f"{file}.py").read_text(encoding="utf-8"))
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_item_is_held_or_answered():
    assert {row[0] for row in HELD} | set(ANSWERED) == set(range(1, 40))
