"""Every item of the second attack on the program, with the tests that hold it, or the answer.

A is code that runs, B one input that costs the run or hangs it (B15: files lost or mixed up though the run is
saved), C the store, D public copies, E what held and has to go on holding.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent

# item, what it was, file and function of a test that holds it
HELD = (
    (
        "A2",
        "the open workbook on a command line",
        "test_vba_shim",
        "test_nothing_of_a_workbook_is_on_a_command_line",
    ),
    (
        "A2",
        "a hundred names, as the macros run",
        "test_addin_names",
        "test_the_ribbon_starts_the_same_for_every_name_and_python_finds_the_book",
    ),
    (
        "A3",
        "a dropped name is split by cmd",
        "test_addin_installing",
        "test_no_line_of_the_starter_has_a_dropped_name_on_it",
    ),
    ("A3", "a hundred names dropped", "test_dropped_names", "test_every_dropped_name_comes_out_as_it_is"),
    (
        "A1",
        "a rewritten store runs code",
        "test_stores",
        "test_nothing_that_is_planted_in_a_store_runs_or_counts",
    ),
    (
        "A4",
        "a copy with active content is opened",
        "test_active_content",
        "test_watch_says_so_and_does_not_open",
    ),
    ("A4", "parts that do something", "test_active_content", "test_parts_that_do_something"),
    ("A4", "formulas that fetch something", "test_active_content", "test_formulas_that_do_something"),
    ("A4", "mark of the web", "test_active_content", "test_the_copy_takes_over_the_mark_of_its_origin"),
    (
        "B1",
        "pipes, devices, links",
        "test_one_input",
        "test_what_is_no_file_of_the_folder_is_named_and_never_opened",
    ),
    ("B1", "the same by watch", "test_one_input", "test_watch_names_what_is_no_file"),
    ("B1", "the same by return and publish", "test_one_input", "test_study_leaves_odd_files_closed"),
    ("B2", "names that are no UTF-8", "test_one_input", "test_names_that_are_no_utf8_are_shown_as_meant"),
    ("B2", "a county's folder", "test_one_input", "test_a_county_whose_folder_is_no_utf8"),
    (
        "B2",
        "returned and published",
        "test_one_input",
        "test_returns_and_public_copies_of_files_whose_names_are_no_utf8",
    ),
    ("B3", "file times", "test_one_input", "test_times_that_no_calendar_has"),
    ("B4", "a damaged member", "test_one_input", "test_a_damaged_member_costs_itself"),
    (
        "B5",
        "long department names",
        "test_one_input",
        "test_departments_with_odd_names_have_places_of_their_own",
    ),
    ("B6", "_x0000_ in a name", "test_one_input", "test_departments_with_odd_names_have_places_of_their_own"),
    ("B7", "a list of millions of entries", "test_one_input", "test_a_long_list_of_an_archive_is_not_read"),
    (
        "B8",
        "many members of one name",
        "test_county_archives",
        "test_four_thousand_members_of_one_name_are_quick",
    ),
    ("B9", "a full temporary disk", "test_one_input", "test_a_full_temporary_disk_costs_the_file"),
    ("B9", "all archives of a run", "test_one_input", "test_archives_of_a_run_are_bounded_together"),
    ("B10", "patterns", "test_patterns", "test_every_pattern_is_quick_on_the_longest_text_of_a_cell"),
    ("B11", "last year's workbook", "test_own_workbook", "test_a_hostile_county_workbook_is_one_sentence"),
    ("B11", "issue --from", "test_own_workbook", "test_a_hostile_list_of_issued_files_is_none"),
    ("B12", "nested folders", "test_one_input", "test_a_closed_folder_and_one_without_end"),
    ("B13", "a large picture", "test_public_word", "test_a_large_picture_that_nothing_shows_is_not_inflated"),
    ("B14", "a folder without right", "test_one_input", "test_a_closed_folder_and_one_without_end"),
    ("B14", "a path that is too long", "test_one_input", "test_a_path_that_the_system_refuses_is_named"),
    ("B15", "members behind a bad one", "test_one_input", "test_a_damaged_member_costs_itself"),
    (
        "B15",
        "two departments, one folder",
        "test_one_input",
        "test_departments_with_odd_names_have_places_of_their_own",
    ),
    ("B15", "two names shown as one", "test_one_input", "test_two_names_are_never_shown_as_one"),
    ("C1", "spoilt answers", "test_stores", "test_nothing_that_is_planted_in_a_store_runs_or_counts"),
    ("C2", "random damage", "test_store_changed", "test_random_damage"),
    ("C2", "sixty of them", "test_store_changed", "test_sixty_random_damages"),
    (
        "C2",
        "facts, shares, triggers, views",
        "test_store_changed",
        "test_what_was_changed_by_hand_is_made_anew_and_said",
    ),
    (
        "C3",
        "amounts changed by hand",
        "test_store_changed",
        "test_what_was_changed_by_hand_is_made_anew_and_said",
    ),
    ("C4", "a database of others", "test_stores", "test_a_database_of_others_is_left_alone"),
    (
        "C5",
        "workbook and store together",
        "test_full_disk",
        "test_a_run_on_a_full_disk_changes_both_or_neither",
    ),
    (
        "C5",
        "return and publish on a full disk",
        "test_full_disk",
        "test_other_commands_on_a_full_disk_say_one_sentence",
    ),
    ("C6", "signals", "test_interrupted", "test_a_stopped_run_leaves_nothing"),
    ("D1", "invisible cells", "test_as_seen", "test_what_nobody_sees_is_not_published"),
    ("D2", "planted in every part", "test_public_word", "test_nothing_planted_is_in_any_part"),
    ("D2", "planted in every attribute", "test_public_word", "test_no_attribute_is_a_way_out"),
    ("D2", "unknown elements and parts", "test_public_word", "test_no_unknown_element_or_part_is_a_way_out"),
    ("D2", "metadata of pictures", "test_public_word", "test_pictures_keep_their_points_and_lose_the_rest"),
    ("D2", "it looks as before", "test_public_word", "test_a_public_copy_looks_like_the_paper"),
    ("D3", "numbers of persons", "test_publishing", "test_only_numbers_of_persons_are_masked"),
    ("D3", "beside their label", "test_public_word", "test_a_number_in_a_cell_beside_its_label_is_masked"),
    ("E1", "mutations", "test_fuzz", "test_mutated_files_are_read_or_told_about"),
    (
        "E1",
        "what once broke a reader",
        "test_fuzz",
        "test_files_that_once_broke_a_reader_are_read_or_told_about",
    ),
    (
        "E2",
        "killed runs",
        "test_county_again",
        "test_a_killed_run_leaves_the_old_workbook_whole_and_the_next_is_right",
    ),
    ("E3", "names and zip slip", "test_county_archives", "test_names_never_become_paths"),
    ("E3", "bombs", "test_county_archives", "test_bombs_stop_at_the_bounds"),
    ("E4", "no live formula of the input", "test_county_workbook", "test_typed_texts_never_become_formulas"),
    ("E4", "nor in copies", "test_sinks", "test_text_that_looks_like_a_formula_stays_text"),
    ("E5", "every pattern", "test_patterns", "test_every_pattern_is_quick_on_the_longest_text_of_a_cell"),
    ("E5", "units above each other", "test_roster", "test_units_that_name_each_other_as_above_do_not_hang"),
    (
        "E6",
        "conditions without end",
        "test_condition",
        "test_a_condition_without_end_is_refused_with_a_sentence",
    ),
    ("E6", "mistakes in a policy", "test_policy", "test_mistakes_are_told"),
    (
        "E6",
        "all of them in a workbook",
        "test_policy",
        "test_mistakes_in_a_workbook_are_all_told_by_sheet_and_row",
    ),
    ("E7", "entities", "test_guard", "test_entities_are_refused"),
    ("E7", "in another encoding", "test_guard", "test_entities_cannot_hide_in_another_encoding"),
    (
        "E8",
        "the program that is run",
        "test_vba_shim",
        "test_a_received_workbook_cannot_say_which_program_is_run",
    ),
    (
        "E9",
        "one county of a province",
        "test_province",
        "test_a_county_that_cannot_be_written_is_told_and_the_others_go_on",
    ),
)

ANSWERED: dict[str, str] = {}

ITEMS = (
    *(f"A{number}" for number in range(1, 5)),
    *(f"B{number}" for number in range(1, 16)),
    *(f"C{number}" for number in range(1, 7)),
    *("D1", "D2", "D3"),
    *(f"E{number}" for number in range(1, 10)),
)


@pytest.mark.parametrize(("file", "function"), sorted({row[-2:] for row in HELD}))
def test_the_test_that_holds_an_item_is_there(file, function):
    tree = ast.parse((HERE / f"{file}.py").read_text(encoding="utf-8"))
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_item_is_held_or_answered():
    assert {row[0] for row in HELD} | set(ANSWERED) == set(ITEMS)
