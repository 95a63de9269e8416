"""What arrives: each thing that has to hold of received files, with the tests that hold it.

D is what the program does (D1 kinds of text, D2 default passwords, D3 names and codes, D4 kept parts, D5
other forms of the cycle, D6 files of other programs, D7 the page for a new kind), W when it is done.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent

# item, what has to hold, file and function of a test that holds it
HELD = (
    ("D1", "web pages as .xls", "test_text_workbooks", "test_every_layout_as_a_web_page"),
    ("D1", "XML Spreadsheet 2003", "test_text_workbooks", "test_every_layout_as_an_xml_workbook"),
    ("D1", "tables of text", "test_text_workbooks", "test_every_layout_as_text"),
    ("D1", "encodings", "test_text_workbooks", "test_signs_and_encodings_of_text"),
    ("D1", "rows that end early", "test_text_workbooks", "test_rows_that_end_with_their_last_value"),
    (
        "D1",
        "what stands before the file",
        "test_text_workbooks",
        "test_what_a_page_script_leaves_before_the_file",
    ),
    ("D1", "boxes of a page", "test_text_workbooks", "test_values_in_the_boxes_of_a_page_are_read"),
    ("D1", "unread is 无法读取", "test_what_cannot_be_read", "test_its_result_and_what_to_do"),
    ("D2", "xlsx", "test_default_password", "test_a_package_with_the_default_password_is_read"),
    ("D2", "xls", "test_default_password", "test_a_workbook_stream_with_the_default_password_is_read"),
    ("D2", "without the extra", "test_default_password", "test_without_the_extra_what_is_missing_is_said"),
    ("D2", "real passwords", "test_default_password", "test_another_password_of_a_package_is_said"),
    (
        "D3",
        "numeric codes",
        "test_lost_codes",
        "test_a_project_is_matched_by_name_before_what_is_left_of_its_code",
    ),
    ("D3", "T11", "test_lost_codes", "test_the_finding_names_the_cell_and_how_to_type_it"),
    ("D3", "spellings of a code", "test_lost_codes", "test_a_code_is_the_same_however_it_is_spaced"),
    (
        "D3",
        "spellings of a name",
        "test_lost_codes",
        "test_spellings_that_look_the_same_are_one_department_and_one_project",
    ),
    ("D3", "the roster", "test_lost_codes", "test_the_roster_knows_each_spelling"),
    ("D4", "signatures", "test_kept_parts", "test_a_changed_copy_has_no_signature_and_says_so"),
    ("D4", "other parts", "test_kept_parts", "test_labels_conversations_lists_and_objects_are_kept"),
    ("D5", "by their title", "test_other_forms", "test_another_form_is_known_by_its_title"),
    (
        "D5",
        "by sheet and heads",
        "test_other_forms",
        "test_a_sheet_without_a_title_is_known_by_its_name_or_its_heads",
    ),
    ("D5", "in 收件核对", "test_other_forms", "test_other_forms_have_their_own_line_in_the_balance"),
    ("D6", "read", "test_other_programs", "test_files_of_others_are_read"),
    ("D6", "values", "test_other_programs", "test_values_of_others_are_those_of_libreoffice"),
    ("D6", "written into", "test_copies_of_odd_packages", "test_a_copy_of_an_odd_package_is_alive"),
    ("D6", "memory", "test_other_programs", "test_files_of_others_stay_within_300_mb"),
    (
        "D6",
        "memory of copies",
        "test_other_programs",
        "test_marked_and_filled_copies_of_others_stay_within_300_mb",
    ),
    ("D7", "the page is followed", "test_how_to", "test_a_file_kind_is_a_row_and_a_module"),
    ("W1", "files of others", "test_copies_of_odd_packages", "test_copies_of_files_of_others_are_alive"),
    ("W2", "every trait", "test_traits", "test_a_trait_changes_nothing_but_what_it_should"),
    ("W2", "files of LibreOffice", "test_text_workbooks", "test_what_libreoffice_saves"),
    ("W2", "hostile text", "test_text_workbooks", "test_hostile_text_costs_itself_only"),
    ("W2", "two gigabytes", "test_text_workbooks", "test_two_gigabytes_are_refused_by_their_size"),
    (
        "W2",
        "wrong charsets",
        "test_text_workbooks",
        "test_one_damaged_letter_does_not_turn_all_others_into_other_ones",
    ),
    ("W3", "the balance", "test_kinds_in_county", "test_every_file_is_taken_or_said_and_the_balance_holds"),
    (
        "W3",
        "no false 漏报",
        "test_kinds_in_county",
        "test_no_project_is_missing_and_none_is_beside_the_roster",
    ),
)
ITEMS = (*(f"D{number}" for number in range(1, 8)), "W1", "W2", "W3")


@pytest.mark.parametrize(("file", "function"), sorted({row[-2:] for row in HELD}))
def test_the_test_that_holds_an_item_is_there(file, function):
    tree = ast.parse((HERE / f"{file}.py").read_text(encoding="utf-8"))
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_item_is_held():
    assert {row[0] for row in HELD} == set(ITEMS)
