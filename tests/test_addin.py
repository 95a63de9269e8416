"""Every button of the ribbon, pressed on a workbook open in LibreOffice: what the cells then hold, how they
look, what was said.
"""

from __future__ import annotations

from pathlib import Path

import openpyxl

from selfeval_xl import addin
from selfeval_xl.addin import state
from selfeval_xl.model.notes import SEPARATOR
from selfeval_xl.model.sheet_names import RESULTS, SETTINGS
from selfeval_xl.templates import fill_in
from selfeval_xl.writers.xlsx.looks import TINTS
from support import excel_engine
from support.add_in import ONE, RED, TWO, YELLOW, opened, results, snapshot


def test_checking_tints_the_cells_writes_notes_and_lists_everything(book, press):
    told = press("check_book")
    assert told.startswith("校验完成：3张表，须修改") and "已在表中标出，可按“下一个问题”逐条查看。" in told
    sheet = book.Sheets(ONE)
    row = next(
        row for row in results(book) if (row["规则编号"], row["工作表"], row["单元格"]) == ("D03", ONE, "G18")
    )
    assert (row["级别"], row["处理方式"], row["对象"], row["状态"]) == (
        "错误",
        "本次修改",
        "公路养护事项第7类",
        "新发现",
    )
    assert sheet.Range("G18").Interior.Color == RED and sheet.Range("G17").Interior.Color != RED
    assert sheet.Range("G18").Comment.Text() == (
        f"错误，本次修改：{row['问题说明']}\n怎么改：{row['修改建议']}\n（“校验结果”第{row['序号']:.0f}条）"
    )
    assert (
        book.Sheets(RESULTS).Range(f"F{row['序号'] + 1:.0f}").Formula == f'=HYPERLINK("#\'{ONE}\'!G18","G18")'
    )
    assert [row["序号"] for row in results(book)] == list(range(1, len(results(book)) + 1))


def test_text_that_looks_like_a_formula_or_a_number_stays_text(book, press):
    book.Sheets(ONE).Range("F18").Value = "'=0"
    press("check_book")
    assert "=0" in {row["填报内容"] for row in results(book)}
    assert all(isinstance(row["填报内容"], (str, type(None))) for row in results(book))


def test_a_persons_note_and_colour_stay_under_a_mark_and_come_back(book, press, home):
    before = snapshot(book, home)
    sheet = book.Sheets(ONE)
    sheet.Range("G18").Interior.Color = YELLOW
    sheet.Range("G18").AddComment("这一格我再想想")
    press("check_book")
    assert (
        sheet.Range("G18").Comment.Text().startswith(f"这一格我再想想{SEPARATOR}错误，本次修改")
        and sheet.Range("G18").Interior.Color == RED
    )
    press("check_book")
    assert sheet.Range("G18").Comment.Text().count(SEPARATOR) == 1
    assert press("clear_marks").startswith("已清除")
    assert (sheet.Range("G18").Interior.Color, sheet.Range("G18").Comment.Text()) == (
        YELLOW,
        "这一格我再想想",
    )
    after = {
        place: told
        for place, told in snapshot(book, home).items()
        if place[0] not in (RESULTS, SETTINGS) and place != (ONE, "G18")
    }
    assert after == {
        place: told for place, told in before.items() if place[0] != SETTINGS and place != (ONE, "G18")
    }
    assert press("clear_marks") == "这个工作簿里没有校验标注。"


def test_a_colour_that_the_person_gives_a_marked_cell_stays(book, press):
    press("check_book")
    book.Sheets(ONE).Range("G18").Interior.Color = YELLOW
    press("clear_marks")
    assert book.Sheets(ONE).Range("G18").Interior.Color == YELLOW


def test_undo_gives_back_every_cell_as_it_was(book, press, home):
    before = snapshot(book, home)
    press("check_book")
    assert RESULTS in {sheet for sheet, _ in snapshot(book, home)}
    assert "删除了工作表“校验结果”" in press("undo")
    assert snapshot(book, home) == before
    assert press("undo").startswith("没有可以还原的内容")


def test_undo_leaves_what_was_changed_since(book, press):
    press("fill_deviations")
    assert (
        book.Sheets(ONE).Range("G18").Value
        == "年度指标值25部，实际完成0部，未完成（偏差率-100.00%）。原因：【待补充】；改进措施：【待补充】"
    )
    book.Sheets(ONE).Range("G18").Value = "设备没有到货。"
    assert press("undo").endswith("有1格后来又改过，没有动。")
    assert (
        book.Sheets(ONE).Range("G18").Value == "设备没有到货。"
        and book.Sheets(ONE).Range("I12").Value is None
    )


def test_a_mended_cell_loses_its_mark_and_its_row_at_the_next_check(book, press):
    press("check_book")
    count = len(results(book))
    book.Sheets(ONE).Range("F18").Value = "'25部"
    press("check_book")
    assert (
        book.Sheets(ONE).Range("G18").Interior.Color != RED
        and book.Sheets(ONE).Range("G18").Comment.Text is not None
    )
    assert (
        not [row for row in results(book) if row["规则编号"] == "D03" and row["单元格"] == "G18"]
        and len(results(book)) < count + 1
    )
    assert {row["状态"] for row in results(book) if row["规则编号"]} <= {"未修改", "新发现"}


def test_checking_one_sheet_leaves_the_others_alone(book, press):
    press("check_book")
    others = [row for row in results(book) if row["工作表"] != ONE]
    book.Sheets(ONE).Activate()
    book.Sheets(ONE).Range("F18").Value = "'25部"
    told = press("check_sheet")
    assert told.startswith(f"“{ONE}”校验完成") and "可以生成报送件" not in told
    left = [
        {key: value for key, value in row.items() if key != "序号"}
        for row in results(book)
        if row["工作表"] != ONE
    ]
    assert left == [{key: value for key, value in row.items() if key != "序号"} for row in others] and left
    assert not [row for row in results(book) if row["工作表"] == ONE and row["规则编号"] == "D03"]
    book.Sheets("填报说明").Activate()
    assert press("check_sheet").startswith("“填报说明”不是自评表")


def test_walking_selects_each_cell_in_turn_and_goes_on_where_one_was_mended(book, press, excel):
    assert press("next_finding") == "还没有校验过，请先按“校验整本”。"
    press("check_book")
    listed = list(
        dict.fromkeys(
            (row["工作表"], str(row["单元格"]).split(",")[0]) for row in results(book) if row["单元格"]
        )
    )
    seen = []
    for _ in listed:
        assert press("next_finding") == ""
        seen.append(
            (book.ActiveSheet.Name, book.Windows(1).RangeSelection.Address.replace("$", "").split(":")[0])
        )
    assert seen == listed
    assert excel.api.StatusBar.startswith(f"第{len(listed)}/{len(listed)}处　")
    press("next_finding")
    assert book.ActiveSheet.Name == listed[0][0]
    press("previous_finding")
    assert (
        book.ActiveSheet.Name,
        book.Windows(1).RangeSelection.Address.replace("$", "").split(":")[0],
    ) == listed[-1]
    press("next_finding")
    book.Sheets(listed[0][0]).Range("A1").Select()  # the person pressed Enter after mending: the walk goes on
    press("next_finding")
    assert (
        book.ActiveSheet.Name,
        book.Windows(1).RangeSelection.Address.replace("$", "").split(":")[0],
    ) == listed[1]


def test_an_explanation_goes_into_the_list_and_comes_back_at_the_next_check(book, press):
    press("check_book")
    row = next(
        row
        for row in results(book)
        if row["处理方式"] != "本次修改" and row["单元格"] and row["工作表"] in (ONE, TWO)
    )
    book.Sheets(row["工作表"]).Activate()
    book.Sheets(row["工作表"]).Range(str(row["单元格"]).split(",")[0]).Select()
    count = sum(
        each["单元格"] == row["单元格"] and each["工作表"] == row["工作表"] and each["处理方式"] != "本次修改"
        for each in results(book)
    )
    press("explain", *["上级文件统一要求"] * count)
    press("check_book")
    again = [
        each["单位说明"]
        for each in results(book)
        if (each["规则编号"], each["工作表"], each["对象"]) == (row["规则编号"], row["工作表"], row["对象"])
    ]
    assert again == ["上级文件统一要求"]
    book.Sheets(ONE).Activate()
    book.Sheets(ONE).Range("G18").Select()
    assert press("explain").startswith("这一处须修改，写说明代替不了修改：")
    book.Sheets(ONE).Range("A1").Select()
    assert press("explain").startswith("选中的A1没有列在“校验结果”里")


def test_rates_are_computed_into_blank_cells_and_wrong_ones_only_when_agreed(book, press):
    sheet = book.Sheets(ONE)
    sheet.Range("G5").Value, sheet.Range("G6").Value, sheet.Range("F8").Value = None, 0.9, None
    told = press("compute_rates", "no")
    assert f"{ONE} G6：90.00% → 53.57%" in told and "已计算：填写空格2格，改正执行率0格。" in told
    assert sheet.Range("F5:F8").Value == ((104.69,), (1.5,), (0,), (106.19,))
    assert (sheet.Range("G5").Value, sheet.Range("G5").NumberFormat, sheet.Range("G6").Value) == (
        0.95,
        "0.00%",
        0.9,
    )
    assert sheet.Range("G8").Value == 0.9397  # the program's own formula over the total that was filled in
    press("compute_rates", "yes")
    assert sheet.Range("G6").Value == 0.5357
    press("undo")
    assert sheet.Range("G6").Value == 0.9


def test_deviations_stand_beside_the_form_outside_its_print_area(book, press, home):
    sheet = book.Sheets(ONE)
    sheet.Range("I1:CZ60").ClearFormats()  # a form that has no such columns of its own
    sheet.Range("I1:CZ60").Value = None
    before = snapshot(book, home)
    told = press("fill_deviations")
    assert "张表的右侧" in told and "1格备好了半成品，请把【待补充】处写完整。" in told
    head = [sheet.Range(f"{column}11").Value for column in "IJK"]
    assert head == ["完成率", "偏差率", "判定"]
    assert sheet.Range("I18:K18").Value == ((0, -1, "未完成"),) and sheet.Range("J18").NumberFormat == "0.00%"
    assert sheet.PageSetup.PrintArea.startswith("$A$1:$G$")
    assert press("fill_deviations") == "完成率、偏差率、判定都是新的，没有要填的格。"
    press("undo")
    assert snapshot(book, home) == before


def test_texts_are_tidied_only_after_the_person_has_seen_them(book, press):
    sheet = book.Sheets(ONE)
    sheet.Range("F18").Value = "'２５部&nbsp;"
    told = press("tidy_text", "no")
    assert f"{ONE} F18：２５部&nbsp; → ２５部" in told and sheet.Range("F18").Value == "２５部&nbsp;"
    assert press("tidy_text", "yes").endswith("格。")
    assert sheet.Range("F18").Value == "２５部"
    press("undo")
    assert sheet.Range("F18").Value == "２５部&nbsp;"


def test_selected_amounts_go_from_yuan_to_ten_thousands(book, press):
    sheet = book.Sheets(TWO)
    sheet.Range("D6:F6").Value = [[1327100.0, "'570400元", 0.0]]
    sheet.Activate()
    sheet.Range("D5:G6").Select()
    told = press("yuan_to_wan", "yes")
    assert (
        f"{TWO} D6：1327100 → 132.71\n{TWO} E6：570400元 → 57.04万元" in told
        and "请确认选中的数确实是元" in told
    )
    assert sheet.Range("D6:F6").Value == ((132.71, "57.04万元", 0.0),)
    press("undo")
    assert sheet.Range("D6:F6").Value == ((1327100.0, "570400元", 0.0),)
    sheet.Range("A1").Select()
    assert press("yuan_to_wan").startswith("选中的格里没有可以换算的金额")
    sheet.Range("G5:G6").Select()
    assert press("yuan_to_wan").startswith("选中的格里没有可以换算的金额")  # rates by formula


def test_a_new_project_form_is_empty_has_the_look_of_the_others_and_no_marks(book, press, home):
    press("check_book")
    assert "已新增“项目03”" in press("add_project")
    new, old = book.Sheets("项目03"), book.Sheets(TWO)
    assert (
        new.Range("A1").Value == old.Range("A1").Value
        and new.Range("D11").Value == "三级指标"
        and new.Range("B12").Value == old.Range("B12").Value
    )
    assert {value for row in new.Range("D12:G20").Value for value in row} == {None}
    assert {value for row in new.Range("D5:F7").Value for value in row} == {None} and new.Range(
        "B2"
    ).Value is None
    assert (
        new.Range("I12").Formula == old.Range("I12").Formula != ""
        and new.Range("G5").Formula == old.Range("G5").Formula != ""
    )
    told = snapshot(book, home)
    assert not [
        place
        for place, cell in told.items()
        if place[0] == "项目03" and (cell[3] or cell[1] in {f"FF{tint[1:]}" for tint in TINTS.values()})
    ]
    press("fill_deviations")
    assert press("undo")
    press("add_project")
    assert "删除了工作表“项目04”" in press("undo", "yes")


def test_levels_that_are_merged_reach_over_an_inserted_row(book, press, home):
    sheet = book.Sheets(ONE)
    sheet.Range("C13").Value = sheet.Range("B13:B17").Value = None
    sheet.Range("C12:C13").Merge()
    sheet.Range("B12:B17").Merge()
    before = snapshot(book, home)
    sheet.Activate()
    sheet.Range("D13").Select()
    press("insert_indicator")
    merged = openpyxl_merges(book, home)
    assert {"C12:C14", "B12:B18"} <= merged and sheet.Range("B14:C14").Value == ((None, None),)
    press("undo")
    assert snapshot(book, home) == before and {"C12:C13", "B12:B17"} <= openpyxl_merges(book, home)


def openpyxl_merges(book, tmp_path: Path) -> set[str]:
    book.SaveCopyAs(str(tmp_path / "merges.xlsx"))
    return {str(area) for area in openpyxl.load_workbook(tmp_path / "merges.xlsx")[ONE].merged_cells.ranges}


def test_an_indicator_row_is_inserted_with_levels_formulas_and_longer_sums(book, press, home):
    sheet = book.Sheets(ONE)
    sheet.Range("AF1").Value = "=COUNTA(D12:D13)"
    book.Sheets(TWO).Range("AF1").Value = f"=COUNTA('{ONE}'!D12:D13)"
    before = snapshot(book, home)
    sheet.Activate()
    sheet.Range("E13").Select()
    press("insert_indicator")
    assert [sheet.Range(f"D{row}").Value for row in (13, 14, 15)] == [
        "公路养护事项第2类",
        None,
        "公路养护事项第3类",
    ]
    assert sheet.Range("AF1").Formula == "=COUNTA(D12:D14)" and book.Sheets(TWO).Range("AF1").Formula.replace(
        "$", ""
    ).endswith("D12:D14)")
    assert sheet.Range("B14:C14").Value == sheet.Range("B13:C13").Value != ((None, None),)
    assert sheet.Range("J14").Formula == sheet.Range("J13").Formula.replace("13", "14") != ""
    sheet.Range("D14").Value = "'新增里程"
    assert sheet.Range("AF1").Value == 3
    sheet.Range("D14").Value = None
    assert "插入的第14行" in press("undo")
    assert snapshot(book, home) == before
    sheet.Range("A1").Select()
    assert press("insert_indicator").startswith("请先选中指标表里的一行")


def test_a_submission_has_no_marks_a_number_and_a_code_and_keeps_the_explanations(
    book, press, home, assert_valid_ooxml
):
    press("check_book")
    told = press("make_submission", "yes")
    out = home / "301001_示例县交通运输局_2024年度绩效自评_第1次.xlsx"
    assert "须修改" in told and str(out) in told and "报送序号 1，校验码 " in told
    copy = openpyxl.load_workbook(out)
    code = told.partition("校验码 ")[2][:9]
    assert (
        f"报送序号 1　校验码 {code}" in copy[ONE].oddFooter.left.text
        and "&D" in copy[ONE].oddFooter.right.text
        and "&P" in copy[ONE].oddFooter.center.text
    )
    assert (
        copy[ONE]["G18"].fill.fgColor.rgb != "FFFFC7CE"
        and copy[ONE]["G18"].comment is None
        and copy[ONE]["F18"].comment.text.startswith("问过财政局")
    )
    assert (
        RESULTS in copy.sheetnames
        and dict(copy[SETTINGS].iter_rows(max_col=2, values_only=True))["submission"] == "1"
    )
    assert_valid_ooxml(out)
    again = press("make_submission", "yes")
    assert "报送序号 2" in again and f"校验码 {code}" in again
    book.Sheets(ONE).Range("F18").Value = "'1部"
    assert f"校验码 {code}" not in press("make_submission", "yes")
    assert press("make_submission", "no").startswith("还有须修改") and not list(home.glob("*第4次*"))


def test_the_report_is_drafted_beside_the_book(book, press, home):
    told = press("make_report")
    assert told.startswith("自评报告已生成") and "待填写" in told
    assert (
        next(Path(told.splitlines()[0].partition("：")[2]).parent.glob("*_自评报告.docx")).stat().st_size
        > 10_000
    )


def test_help_turns_to_the_guide_explains_rules_and_changes_settings(book, press, home):
    book.Sheets(ONE).Activate()
    press("show_guide")
    assert book.ActiveSheet.Name == "填报说明"
    assert "D03 未完成没有说明原因" in press("look_up_rule", "d03")
    assert press("look_up_rule", "Z99").endswith("全部规则见手册的规则一页。")
    assert (
        "改为显示" in press("settings", "3")
        and state.settings()["bureau"] == "1"
        and (state.folder() / state.BUREAU_FLAG).exists()
    )
    assert "改为不显示" in press("settings", "3") and not (state.folder() / state.BUREAU_FLAG).exists()
    (home / "参数.toml").write_text("[thresholds]\n", encoding="utf-8")
    press("settings", "2", None)
    assert "roster" not in state.settings()


def test_a_sheet_protected_without_a_password_is_protected_again(book, press):
    book.Sheets(ONE).Protect("")
    press("check_book")
    assert book.Sheets(ONE).Range("G18").Interior.Color == RED and book.Sheets(ONE).ProtectContents is True


def test_a_password_a_filter_and_an_unsaved_book_are_said_plainly(book, press, home, excel):
    book.Sheets(TWO).Range("I1:CZ60").Value = None  # a form that has no such columns of its own
    book.Sheets(TWO).Protect("1234")
    assert press("fill_deviations").startswith(f"工作表“{TWO}”设了保护密码，不能写入。")
    book.Sheets(TWO).Unprotect("1234")
    assert book.Sheets(ONE).Range("I12").Value is None
    excel.Open("private:factory/scalc")
    fresh = excel.opened[-1]
    excel_engine.xlwings.Book(impl=fresh).set_mock_caller()
    assert press("make_submission").startswith("工作簿“") and "还没有存到本机" in excel.person.messages[0]
    assert press("check_book").startswith("这个工作簿里没有找到自评表")


def test_what_changed_between_looking_and_writing_is_not_overwritten(book, excel, home):
    from selfeval_xl.addin.host import Host
    from selfeval_xl.model.edits import Edit

    host = Host(excel_engine.xlwings.Book.caller())
    with host.saved() as saved:
        book.Sheets(ONE).Range("G18").Value = "我正在写"
        applied = host.apply(saved, [Edit(ONE, "G18", None, "半成品"), Edit(ONE, "G17", None, "可以写")])
    assert [edit.cell for edit in applied.refused] == ["G18"] and book.Sheets(ONE).Range("G17:G18").Value == (
        ("可以写",),
        ("我正在写",),
    )


def test_no_book_and_an_unknown_button_are_said_and_not_raised(home, capsys, excel, book):
    addin.press("make_coffee")
    assert excel.person.messages[-1].startswith("没有按钮“make_coffee”")


def test_marks_of_the_add_in_are_taken_away_by_the_command_and_the_other_way_round(book, press, home, excel):
    from selfeval_xl.workflows.marking.marks import unmark

    press("check_book")
    marked, clean = home / "标注.xlsx", home / "还原.xlsx"
    book.SaveCopyAs(str(marked))
    unmark(marked, clean)
    sheet = openpyxl.load_workbook(clean)[ONE]
    assert (
        sheet["G18"].comment is None
        and sheet["G18"].fill.fgColor.rgb != "FFFFC7CE"
        and sheet["F18"].comment.text.strip() == "问过财政局，张三"
    )
    opened(excel, marked)
    press("clear_marks")
    again = excel.opened[-1].api.Sheets(ONE)
    assert (
        again.Range("G18").Interior.Color != RED and again.Range("F18").Comment.Text() == "问过财政局，张三"
    )


def test_a_note_that_the_person_wrote_in_the_place_of_ours_stays(book, press):
    press("check_book")
    book.Sheets(ONE).Range("G18").Comment.Text("已问过，下周补")
    press("clear_marks")
    assert book.Sheets(ONE).Range("G18").Comment.Text() == "已问过，下周补"


def test_rows_hidden_by_a_filter_are_not_written_over(book, press, home, excel):
    book.SaveCopyAs(str(home / "筛选.xlsx"))
    file = openpyxl.load_workbook(home / "筛选.xlsx")
    file[ONE].auto_filter.ref = "D11:G30"
    file[ONE].auto_filter.add_filter_column(0, ["公路养护事项第7类"])
    for row in (*range(12, 18), *range(19, 31)):
        file[ONE].row_dimensions[row].hidden = True
    file.save(home / "筛选.xlsx")
    opened(excel, home / "筛选.xlsx")
    assert press("fill_deviations").startswith(f"工作表“{ONE}”正在筛选，有的行藏着")
    assert press("check_book").startswith("校验完成")  # tints and notes harm no filtered row


def test_a_sheet_that_stands_ready_is_shown_instead_of_a_copy(home, excel):
    path = home / "空白.xlsx"
    fill_in(
        "mof-2021",
        path,
        projects=[{"project": "道路改造", "department": "示例局", "unit": "示例站"}],
        department={},
        cover={},
        ready=2,
    )
    with excel_engine.open_book(excel, path) as opened:
        sheets = opened.api.Sheets
        count = sheets.Count
        addin.press("add_project")
        assert excel.person.messages[-1].startswith("已打开备用的“项目02”")
        assert [sheets(name).Visible == -1 for name in ("项目02", "项目03")] == [True, False]
        rows = [number for number in range(1, 6) if sheets("项目02").Range(f"F{number}").Value == "实施单位"]
        unit = sheets("项目02").Range(f"G{rows[0]}").Value
        assert sheets.Count == count and unit == "示例站"
