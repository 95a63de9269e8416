"""Every item of the reading of the add-in against Excel's documented rules, with the test that holds it,
or the step of docs/windows-checklist.md where a person has to look.

C is certain, L is likely. What only a real desk shows has a step besides its test.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CHECKLIST = HERE.parent / "docs" / "windows-checklist.md"

# item, what it was, file and function of a test that holds it
HELD = (
    (
        "C1",
        "an all-clear without an answer",
        "test_addin_answers",
        "test_what_is_no_whole_answer_is_no_all_clear_and_leaves_the_marks",
    ),
    ("C1", "what Python answers", "test_addin_answers", "test_python_answers_whole_or_with_a_sentence"),
    (
        "C1",
        "the line with the count",
        "test_addin_answers",
        "test_the_command_ends_with_its_count_for_macros_only",
    ),
    ("C1", "a bug in Python", "test_addin_answers", "test_a_bug_leaves_a_log_and_no_answer"),
    (
        "C1",
        "a Python that broke off",
        "test_addin_names",
        "test_python_that_broke_off_is_said_and_events_are_as_before",
    ),
    ("C2", "a name runs a command", "test_vba_shim", "test_nothing_of_a_workbook_is_on_a_command_line"),
    (
        "C2",
        "a hundred names through the ribbon",
        "test_addin_names",
        "test_the_ribbon_starts_the_same_for_every_name_and_python_finds_the_book",
    ),
    (
        "C2",
        "a hundred names in WPS",
        "test_addin_names",
        "test_the_way_without_com_names_only_its_own_files",
    ),
    (
        "C3",
        "= in the name of a book",
        "test_addin_names",
        "test_the_ribbon_starts_the_same_for_every_name_and_python_finds_the_book",
    ),
    ("C4", "dates eight hours early", "test_addin_desk", "test_a_date_arrives_as_the_day_it_is"),
    ("C4", "in blocks", "test_addin_desk", "test_dates_among_numbers_and_formulas_keep_their_day"),
    ("C5", "long explanations cut", "test_addin_desk", "test_a_long_explanation_is_never_cut"),
    ("C6", "dropped names with &", "test_dropped_names", "test_every_dropped_name_comes_out_as_it_is"),
    ("C6", "other command lines", "test_dropped_names", "test_other_command_lines"),
    ("C6", "the starter", "test_addin_installing", "test_no_line_of_the_starter_has_a_dropped_name_on_it"),
    (
        "C6",
        "the names in wine's cmd",
        "test_starter_in_wine",
        "test_a_dropped_name_starts_nothing_and_arrives",
    ),
    (
        "C7",
        "done, though it failed",
        "test_addin_installing",
        "test_the_starter_says_where_the_result_is_only_after_success",
    ),
    ("C7", "a python that is none", "test_addin_installing", "test_a_python_is_tried_before_it_is_taken"),
    ("C8", "Python of the Store", "test_addin_installing", "test_a_python_of_the_store_is_refused_and_said"),
    ("C9", "wheels for the machine", "test_bundle", "test_only_wheels_of_this_python_and_machine_are_taken"),
    (
        "C10",
        "parameters in WPS",
        "test_addin_answers",
        "test_the_countys_parameters_reach_the_way_without_com",
    ),
    (
        "C10",
        "parameters for dropped files",
        "test_dropped_names",
        "test_a_form_of_such_a_name_is_checked_by_the_countys_parameters",
    ),
    ("C10", "selfeval settings", "test_dropped_names", "test_the_command_keeps_what_the_ribbon_keeps"),
    (
        "C11",
        "texts of more than 255",
        "test_addin_answers",
        "test_a_finding_of_very_many_cells_is_text_in_the_list",
    ),
    ("C12", "caches", "test_vba_shim", "test_the_projects_hold_sources_only_as_ms_ovba_asks_of_a_writer"),
    ("C12", "oletools still reads", "test_vba_shim", "test_olevba_reads_every_module_back"),
    ("L1", "asked for ever", "test_addin_desk", "test_it_is_not_asked_for_ever"),
    ("L1", "asked again", "test_addin_desk", "test_a_busy_program_is_asked_again_for_every_word"),
    ("L1", "None for a rejected call", "test_addin_desk", "test_xlwings_itself_no_longer_asks_for_ever"),
    (
        "L2",
        "one name in two projects",
        "test_vba_shim",
        "test_add_in_and_workbook_have_no_name_in_common_that_the_ribbon_calls",
    ),
    ("L3", "slow printers", "test_addin_desk", "test_what_is_set_of_pages_is_sent_to_the_printer_once"),
    ("L4", "not allowed to start", "test_addin_names", "test_what_the_system_refuses_to_start_is_said"),
    ("L5", "OneDrive", "test_addin_desk", "test_a_book_in_onedrive_lies_on_the_disk_too"),
    ("L5", "SharePoint", "test_addin_desk", "test_for_a_book_that_is_only_on_the_web_a_folder_is_asked"),
    ("L6", "currency", "test_addin_desk", "test_an_amount_in_a_currency_format_has_not_changed"),
    (
        "L7",
        "shared workbooks",
        "test_addin_desk",
        "test_a_shared_workbook_is_said_before_anything_is_written",
    ),
    ("L8", "no such window", "test_addin_desk", "test_a_window_or_a_book_that_is_not_there_is_said"),
    ("L9", "pushd", "test_vba_shim", "test_a_received_workbook_cannot_say_which_program_is_run"),
    (
        "L10",
        "formats down to the last row",
        "test_addin_desk",
        "test_links_are_taken_away_on_a_sheet_whose_formats_reach_far_down",
    ),
    (
        "L11",
        "events stay off",
        "test_addin_names",
        "test_python_that_broke_off_is_said_and_events_are_as_before",
    ),
    (
        "L11",
        "what a person had off",
        "test_addin_refusals",
        "test_what_a_macro_of_the_person_switched_off_stays_off",
    ),
    (
        "L12",
        "no library of Office",
        "test_vba_shim",
        "test_the_projects_hold_sources_only_as_ms_ovba_asks_of_a_writer",
    ),
    (
        "L12",
        "callbacks",
        "test_vba_shim",
        "test_callbacks_named_in_the_ribbon_exist_with_the_right_signature",
    ),
    (
        "L13",
        "notes of merged cells",
        "test_addin_desk",
        "test_notes_go_by_themselves_and_formulas_are_written_as_such",
    ),
    ("L14", "formulas", "test_addin_desk", "test_notes_go_by_themselves_and_formulas_are_written_as_such"),
    ("L16", "encrypted books", "test_addin_desk", "test_a_book_with_a_password_is_said_as_that"),
    ("L17", "the log's ending", "test_addin_names", "test_the_way_without_com_names_only_its_own_files"),
)

# Items that have no test here: only a desk, or the manual, can answer them.
ANSWERED = {
    "L15": "MsgBox, Dir and GetAttr are ANSI: right on a Chinese Windows; the checklist asks about others.",
    "L18": "A second process of Excel: the checklist asks whether a prompt comes.",
    "L19": "docs/安装手册.md, 选项卡没有出来: what Windows locks, the Trust Center; no other administrator.",
    "L20": "docs/插件手册.md says that AutoSave shows the marks to co-authors at once.",
}

# Items of which a person has to see something on a real desk.
AT_A_DESK = (
    *(f"C{number}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12)),
    *(f"L{number}" for number in range(1, 21) if number != 8),
)
ITEMS = (*(f"C{number}" for number in range(1, 13)), *(f"L{number}" for number in range(1, 21)))


@pytest.mark.parametrize(("file", "function"), sorted({row[-2:] for row in HELD}))
def test_the_test_that_holds_an_item_is_there(file, function):
    tree = ast.parse((HERE / f"{file}.py").read_text(encoding="utf-8"))
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_item_is_held_or_answered():
    assert {row[0] for row in HELD} | set(ANSWERED) == set(ITEMS)
    assert not {row[0] for row in HELD} & set(ANSWERED)


def test_the_checklist_has_a_step_for_what_only_a_desk_shows():
    steps = [line for line in CHECKLIST.read_text(encoding="utf-8").splitlines() if line.startswith("- [ ] ")]
    named = {
        name
        for step in steps
        for name in re.findall(r"[CL]\d+", "".join(re.findall(r"（([^（）]*)）", step)))
    }
    assert named == set(AT_A_DESK)
    assert 30 <= len(steps) <= 60  # an hour for one person
