"""The collecting desk in a real browser: the ways of a department and of an officer, with their mistakes.

With SELFEVAL_PICTURES=<folder> every page is also pictured there at three widths.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from pathlib import Path

import openpyxl
import pytest

from conftest import _absent
from support import browser
from support.browser import Person
from support.desk_server import OFFICER, Server, desk, spoilt, workbook
from support.encrypted import agile

PICTURES = os.environ.get("SELFEVAL_PICTURES", "")


@pytest.fixture(scope="module")
def served(prepared_county, tmp_path_factory):
    missing = browser.missing_browser()
    if missing:
        _absent(missing)
    with desk(prepared_county, tmp_path_factory.mktemp("browser") / "县") as server:
        yield server


@pytest.fixture(scope="module")
def books(tmp_path_factory) -> Path:
    """A folder of files to send: good, with faults, wrong, encrypted, too large, of another department."""
    folder = tmp_path_factory.mktemp("files")
    for code in ("101", "103", "104", "105"):
        workbook(folder / f"{code}.xlsx", code)
    for code in ("104", "105"):
        workbook(folder / f"{code}有错.xlsx", code, projects=spoilt(code))
    (folder / "加密.xlsx").write_bytes(agile((folder / "104.xlsx").read_bytes(), "别人不知道的口令"))
    (folder / "照片.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture at all")
    with (folder / "太大.xlsx").open("wb") as large:
        large.truncate(51 << 20)
    return folder


@pytest.fixture(scope="module")
def someone(served):
    """A person at a browser with scripts."""
    with browser.person(served.url) as found:
        yield found


def look(person: Person, name: str) -> None:
    """What holds of every page: nothing for axe to find, nothing cut off, no complaint of the browser."""
    assert person.axe() == [], name
    for width in browser.WIDTHS:
        out = Path(PICTURES) / f"{name}-{width}.png" if PICTURES else None
        assert person.fits(width, out), (name, width)
    assert len(person.all("h1")) == 1 and person.find("h1").text, name
    assert person.complaints == [], name


def send(person: Person, *paths: Path) -> None:
    """Chooses files on the first page, sends them, and waits for their findings."""
    person.open("/home")
    person.find("#files").send_keys("\n".join(map(str, paths)))
    person.press("form.upload button.main", "/drafts/")
    person.wait(lambda: person.all(".files") and not person.all("[data-state]"), "findings")


def submit(person: Person) -> None:
    """Presses 报送 on the page of the findings."""
    person.press("form.submit button.main", "/receipts/")


def test_a_department_goes_its_way(served: Server, books: Path, someone: Person):
    """A wrong code, then in: tries out, explains, submits, prints the receipt, finds it again."""
    someone.open("/")
    look(someone, "登录")
    someone.log_in("104", "K7QM-2XVP-9DTR")
    assert "口令不对" in someone.words
    look(someone, "登录不成")
    someone.log_in("示例县卫生健康局", served.codes["104", "filler"].lower())
    assert someone.path == "/home" and "应报清单" in someone.words
    look(someone, "部门首页")
    send(someone, books / "104有错.xlsx")
    assert re.search(r"须修改4处", someone.words) and "项目01 J13" in someone.words
    boxes = someone.all("table.findings textarea")
    assert boxes
    boxes[0].send_keys("县财政年中收回资金，见《关于调整预算的通知》（示财〔2024〕18号）。")
    look(someone, "校验结果")
    someone.press("form.submit button[formaction]", "/drafts/")
    assert "示财〔2024〕18号" in someone.find("table.findings textarea").get_attribute("value")
    marked = someone.find(".files a.button")
    marked.click()
    someone.wait(lambda: list(someone.downloads.glob("*.xlsx")), "the marked copy")
    (copy,) = someone.downloads.glob("*.xlsx")
    assert "校验结果" in openpyxl.load_workbook(copy).sheetnames
    submit(someone)
    assert "回执" in someone.words and re.search(r"[0-9A-F]{4}-[0-9A-F]{4}", someone.words)
    look(someone, "回执")
    someone.press(".actions a[href^='/submissions/']", "/submissions/")
    look(someone, "报送记录")
    someone.open("/home")
    assert "第1次" in someone.words
    look(someone, "部门首页二")
    (stored,) = served.received.rglob("*.xlsx")
    cells = openpyxl.load_workbook(stored)["校验结果"].iter_rows(values_only=True)
    assert any("示财〔2024〕18号" in str(cell) for row in cells for cell in row)


@pytest.mark.parametrize(
    "name, said",
    [("加密.xlsx", "密码|加密"), ("105.xlsx", "交通运输局")],
)
def test_a_wrong_file_is_said_and_cannot_be_submitted(served, books, someone, name, said):
    """Encrypted, another department's: the page says what it is and what to do."""
    before = served.files()
    someone.open("/home")
    send(someone, books / name)
    assert re.search(said, someone.words), someone.words
    assert "现在不能报送" in someone.words and not someone.all("form.submit")
    look(someone, f"不能报送{name}")
    someone.press("form.drop button", "/home")
    assert served.files() == before


def test_files_without_forms_get_no_all_clear(served, books, someone):
    """A scan can be submitted, but nothing says that it is in order, or that forms were deleted."""
    send(someone, books / "照片.jpg")
    assert "没有自评表" in someone.words and "未发现" not in someone.words
    assert "和上次报送相比" not in someone.words
    someone.press("form.drop button", "/home")


def test_a_file_that_is_too_large_is_said_before_it_is_sent(served, books, someone):
    someone.open("/home")
    someone.find("#files").send_keys(str(books / "太大.xlsx"))
    someone.find("form.upload button.main").click()
    someone.wait(lambda: "超过50MB" in someone.words, "50 MB")
    assert someone.path == "/home"
    look(someone, "太大")


def test_files_are_dropped_into_the_box(served, books, someone):
    """A file that is dragged there is sent as one that was chosen."""
    someone.open("/home")
    content = list((books / "104.xlsx").read_bytes())
    before = someone.find("html")
    someone.driver.execute_script(
        "const transfer = new DataTransfer();"
        "transfer.items.add(new File([new Uint8Array(arguments[0])], '拖来的.xlsx'));"
        "document.querySelector('.drop').dispatchEvent("
        "new DragEvent('drop', {dataTransfer: transfer, bubbles: true, cancelable: true}))",
        content,
    )
    someone.wait(lambda: someone.path.startswith("/drafts/"), "a draft")
    assert before
    someone.wait(lambda: "拖来的.xlsx" in someone.words and not someone.all("[data-state]"), "findings")
    assert someone.all("form.submit")
    someone.press("form.drop button", "/home")


def test_a_late_department_is_told_so(served, books, someone):
    leave(someone)
    someone.log_in("103", served.codes["103", "filler"])
    assert "逾期" in someone.words or "已过" in someone.words
    send(someone, books / "103.xlsx")
    assert "逾期10天" in someone.words
    submit(someone)
    assert "逾期10天" in someone.words


def leave(person: Person) -> None:
    """Logs out, where somebody is logged in."""
    person.open("/")
    if person.all("form.logout"):
        person.press("form.logout button", "/login")


def test_who_is_responsible_hands_back_and_confirms(served, books, someone):
    """The 填报人 hands over; the 负责人 gives it back with a reason, and confirms what comes again."""
    leave(someone)
    someone.log_in("101", served.codes["101", "filler"])
    send(someone, books / "101.xlsx")
    someone.press("form.submit button.main", "/drafts/")
    assert "等负责人确认" in someone.words
    look(someone, "等确认")
    leave(someone)
    someone.log_in("101", served.codes["101", "lead"])
    assert "等您确认" in someone.words
    look(someone, "负责人首页")
    someone.press("main .notice a[href^='/drafts/']", "/drafts/")
    look(someone, "负责人看")
    someone.write("form.hand-back textarea", "请把满意度的调查份数写上。")
    someone.press("form.hand-back button")
    leave(someone)
    someone.log_in("101", served.codes["101", "filler"])
    someone.press("ul.drafts a", "/drafts/")
    assert "请把满意度的调查份数写上。" in someone.words
    someone.press("form.submit button.main", "/drafts/")
    leave(someone)
    someone.log_in("101", served.codes["101", "lead"])
    someone.press("main .notice a[href^='/drafts/']", "/drafts/")
    someone.press("form.confirm button", "/receipts/")
    assert "填报人" in someone.words and "负责人" in someone.words
    look(someone, "两人的回执")


def finished(person: Person, words: str) -> None:
    """Waits until a job in the background is finished."""
    person.wait(lambda: not person.all("[data-state]") and words in person.words, words, 120)


def test_an_officer_goes_the_way_of_the_bureau(served, books, someone):
    """Ledger, department, county workbook, a return with its preview, reminders, season, accounts, log."""
    leave(someone)
    someone.log_in(OFFICER, served.password)
    assert someone.path == "/ledger" and "未报" in someone.words
    look(someone, "台账")
    someone.open("/departments/104")
    assert "示财〔2024〕18号" in someone.words
    look(someone, "部门")
    someone.open("/county")
    look(someone, "汇总")
    someone.press("main form[action='/county'] button", "/jobs/")
    finished(someone, "下载全县汇总")
    look(someone, "汇总好了")
    county = next(served.root.glob("*全县汇总.xlsx"))
    opinions = someone.downloads / "意见.xlsx"
    shutil.copy(county, opinions)
    book = openpyxl.load_workbook(opinions)
    sheet = book["报送台账"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    row = next(n for n in range(2, 20) if str(sheet.cell(n, heads["部门编码"]).value) == "104")
    sheet.cell(row, heads["备注"]).value = "已电话联系，4月10日前补齐"
    book.save(opinions)
    someone.open("/county")
    someone.find("#file").send_keys(str(opinions))
    someone.press("form.upload button", "/county")
    someone.wait(lambda: not someone.all("form.upload button:disabled"))
    someone.open("/departments/104")
    assert "已电话联系" in someone.words
    someone.write("#return-reason", "绩效指标未完成没有说明原因。")
    someone.write("#return-until", "2027-04-10")
    someone.press("form[action$='/return'] button", "/jobs/")
    finished(someone, "还没有发出")
    look(someone, "退回预览")
    someone.press("form.send button")
    someone.open("/departments/104")
    assert "已退回" in someone.words
    for path, name in (
        ("/departments/105/reminder", "催报"),
        ("/reminders", "全部催报"),
        ("/accounts", "账号"),
        ("/log", "流水"),
        ("/code", "改口令"),
        ("/unknown", "没有这一页"),
    ):
        someone.open(path)
        look(someone, name)
    someone.open("/ledger")
    someone.write("#reason", "汇总上报")
    someone.press("form[action='/season/close'] button")
    assert "已经结束" in someone.words
    someone.open("/departments/105")
    someone.write("#reopen-reason", "系统升级耽误")
    someone.write("#reopen-until", "2027-12-31")
    someone.press("form[action$='/reopen'] button")
    assert "2027" in someone.words


def test_after_the_season_only_who_was_reopened_or_returned_sends(served, books, someone):
    """A return keeps the door open for its department, a reopening for another; the third stays out."""
    leave(someone)
    someone.log_in("103", served.codes["103", "filler"])
    assert "收件已经结束" in someone.words
    send(someone, books / "103.xlsx")
    assert not someone.all("form.submit") and "结束" in someone.words
    look(someone, "收件结束")
    leave(someone)
    someone.log_in("105", served.codes["105", "filler"])
    assert "系统升级耽误" in someone.words
    send(someone, books / "105.xlsx")
    submit(someone)
    leave(someone)
    someone.log_in("104", served.codes["104", "filler"])
    assert "退回了材料" in someone.words and "指标未完成没有说明原因" in someone.words
    look(someone, "有退回的首页")
    someone.press("main .notice a[href^='/returns/']", "/returns/")
    look(someone, "退回")
    send(someone, books / "104.xlsx")
    assert "和上次报送相比" in someone.words
    look(someone, "改了什么")
    submit(someone)
    assert re.search("退回", someone.words), "the receipt names the step"


def test_without_scripts_everything_goes_too(served, books):
    """The same pages with JavaScript switched off: the page that waits loads itself anew."""
    with browser.person(served.url, javascript=False) as person:
        person.log_in("105", served.codes["105", "filler"])
        assert not person.find(".progress").is_displayed()
        person.find("#files").send_keys(str(books / "105有错.xlsx"))
        person.press("form.upload button.main", "/drafts/")
        person.wait(lambda: person.all("table.findings"), "findings", 60)
        person.find("table.findings textarea").send_keys("没有脚本也能写")
        person.press("form.submit button[formaction]", "/drafts/")
        assert "没有脚本也能写" in person.source
        submit(person)
        assert "报送序号" in person.words
        person.open("/home")
        person.find("#files").send_keys(str(books / "太大.xlsx"))
        person.press("form.upload button.main")
        assert "50MB" in person.words
        person.press("form.logout button", "/login")


def test_the_keyboard_reaches_everything(served, someone):
    """Tab goes from the skip link through the page, and what has the focus shows it."""
    from selenium.webdriver.common.keys import Keys

    leave(someone)
    someone.open("/login")
    seen = []
    for _ in range(12):
        someone.driver.switch_to.active_element.send_keys(Keys.TAB)
        focused = someone.driver.switch_to.active_element
        seen.append(focused.get_attribute("id") or focused.text or focused.tag_name)
        outline = someone.driver.execute_script(
            "const look = getComputedStyle(arguments[0]);"
            "return look.outlineStyle !== 'none' || look.boxShadow !== 'none'",
            focused,
        )
        assert outline or focused.tag_name in ("body", "html"), seen
    assert {"login", "code-field", "登录", "跳到正文"} <= set(seen), seen


def test_a_receipt_fits_on_paper(served, someone, tmp_path):
    """One page in black on white, without menus and buttons."""
    import subprocess

    leave(someone)
    someone.log_in("104", served.codes["104", "filler"])
    someone.press("table.submissions a[href^='/receipts/']", "/receipts/")
    paper = someone.printed(tmp_path / "回执.pdf")
    text = subprocess.run(
        ["pdftotext", "-layout", paper, "-"], capture_output=True, text=True, check=True
    ).stdout
    assert text.count("\f") <= 1, "more than one page"
    words = "".join(text.split())
    assert "报送回执" in words and "校验码" in words
    assert "退出登录" not in words and "打印回执" not in words


def test_a_person_who_was_away_is_asked_to_log_in_again(served, someone):
    """A page whose session has ended leads to the login with a sentence, and loses no click silently."""
    leave(someone)
    someone.log_in("104", served.codes["104", "filler"])
    someone.driver.delete_all_cookies()
    someone.find("#files").send_keys(str(Path(__file__)))
    someone.find("form.upload button.main").click()
    someone.wait(lambda: "登录" in someone.find("main").text, "login")
    time.sleep(0.1)
    assert someone.complaints == []
