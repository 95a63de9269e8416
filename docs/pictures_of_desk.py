"""Draws the pictures of docs/收件台手册.md: a department and the bureau at the collecting desk, in Chromium.

Run by `make pictures`. The desk is a real one over six departments of the made-up county; all is done on its
pages as people do it.
"""

from __future__ import annotations

import base64
import os
import socket
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import openpyxl
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from selfeval_xl.workflows.demo.county import made_up  # noqa: E402
from support.counties import send  # noqa: E402
from support.rosters import department, project, write_roster  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
OFFICER = "王强"
DESKTOP, PHONE = 1080, 390  # pixels of width


def main() -> None:
    """Sets up a county, plays a department and an officer, and takes the pictures on the way."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        fill(folder)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        password = (
            serve(folder, "--new-codes", "口令.xlsx", "--officer", OFFICER).rstrip().rpartition("：")[2]
        )
        head, *rows = openpyxl.load_workbook(folder / "口令.xlsx")["口令"].iter_rows(values_only=True)
        codes = {row[0]: row[2:4] for row in rows}
        running = subprocess.Popen(command("--port", str(port)), cwd=folder, env=environment(folder))
        browser = Browser(port)
        try:
            department_pages(browser, folder, codes)
            officer_pages(browser, password)
        finally:
            browser.driver.quit()
            running.terminate()
            running.wait(30)


def fill(folder: Path) -> None:
    """A roster of six departments and their workbooks; that of the first has faults."""
    departments = made_up()[0][:6]
    for each in departments:
        del each.projects[3:]
    due = (date.today() + timedelta(days=3)).isoformat()
    write_roster(
        folder / "名册.xlsx",
        单位名册=[
            department(each.code, each.name, 归口股室="教科文股" if number < 3 else "农业股",
                       联系人=f"示例联系人{number + 1}", 联系电话=f"0431-000000{number + 1}",
                       报送截止日期=due, 表式=each.layout, 负责人确认="是" if number == 0 else "否")
            for number, each in enumerate(departments)
        ],
        项目=[
            project(row["project_code"], each.code, row["project"], 实施单位=each.name)
            for each in departments
            for row in each.projects
        ],
    )  # fmt: skip
    (folder / "收到").mkdir()
    for each in departments[1:4]:
        send(folder / f"{each.code}.xlsx", each)
    first = departments[0].projects[0]
    first["funding"][0] |= {"initial_budget": "132.71", "annual_budget": "57.04", "executed": "51.20"}
    first["indicators"][0] |= {"target": "≥100个", "actual": "3个", "note": None}
    send(folder / "教育局自评表.xlsx", departments[0])


def command(*more: str) -> list[str]:
    """The command that runs the desk."""
    return [
        sys.executable,
        "-m",
        "selfeval_xl",
        "serve",
        "收到",
        "--roster",
        "名册.xlsx",
        "--state",
        "状态",
        *more,
    ]


def environment(folder: Path) -> dict[str, str]:
    """The environment of the desk: this checkout, and settings of nobody."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "SELFEVAL_HOME": str(folder / "设置")}


def serve(folder: Path, *more: str) -> str:
    """What a run of the command prints that sets something up."""
    run = subprocess.run(
        command(*more), cwd=folder, env=environment(folder), capture_output=True, text=True, check=True,
        encoding="utf-8",
    )  # fmt: skip
    return run.stdout


class Browser:
    """Chromium before the desk."""

    def __init__(self, port: int) -> None:
        os.environ["LANGUAGE"] = "zh_CN"  # the words on Chromium's own buttons
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for option in (
            "headless=new",
            "no-sandbox",
            "disable-dev-shm-usage",
            "hide-scrollbars",
            "lang=zh-CN",
        ):
            options.add_argument(f"--{option}")
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.address = f"http://127.0.0.1:{port}"
        for _ in range(100):  # until the desk answers
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.1)

    def open(self, path: str) -> None:
        """Opens a page."""
        self.driver.get(self.address + path)

    def find(self, selector: str):  # type: ignore[no-untyped-def]
        """A part of the page, as soon as it is there."""
        return WebDriverWait(self.driver, 60).until(
            lambda driver: driver.find_element(By.CSS_SELECTOR, selector)
        )

    def click(self, selector: str) -> None:
        """Presses a button, with the page scrolled to it."""
        self.driver.execute_script("arguments[0].click()", self.find(selector))

    def log_in(self, login: str, code: str) -> None:
        """Logs in as somebody else."""
        self.driver.delete_all_cookies()
        self.open("/login")
        self.find("#login").send_keys(login)
        self.find("#code-field").send_keys(code)
        self.click("form.narrow button")
        self.find(".logout")

    def upload(self, file: Path) -> None:
        """Uploads a file and waits for its findings."""
        self.open("/home")
        self.find("#files").send_keys(str(file))
        self.click("form.upload button")
        self.find("form.submit")

    def keep(self, name: str, width: int = DESKTOP, most: int = 1500) -> None:
        """Takes a picture of the whole page, at most so many pixels of its height."""
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        height = self.driver.execute_script("return document.documentElement.scrollHeight")
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {**size, "height": min(height, most)}
        )
        self.driver.save_screenshot(str(PICTURES / name))
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        print(PICTURES / name)

    def printed(self, name: str, folder: Path) -> None:
        """Takes a picture of the page as it prints on A4."""
        options = {
            "paperWidth": 8.27,
            "paperHeight": 11.69,
            "preferCSSPageSize": True,
            "printBackground": False,
        }
        pdf = folder / "page.pdf"
        pdf.write_bytes(base64.b64decode(self.driver.execute_cdp_cmd("Page.printToPDF", options)["data"]))
        out = PICTURES / name
        subprocess.run(
            ["pdftoppm", "-r", "80", "-f", "1", "-l", "1", "-singlefile", "-png", pdf, out.with_suffix("")],
            check=True,
        )
        print(out)


def department_pages(browser: Browser, folder: Path, codes: dict[object, tuple[object, ...]]) -> None:
    """A department logs in, sees its faults, explains, and has it confirmed; others submit as they are."""
    for code in ("102", "103"):
        browser.log_in(code, str(codes[code][0]))
        browser.upload(folder / f"{code}.xlsx")
        browser.click("form.submit button")
        browser.find(".receipt")
    browser.driver.delete_all_cookies()
    browser.open("/login")
    browser.keep("collecting-login.png", 760)
    browser.log_in("101", str(codes["101"][0]))
    browser.keep("collecting-home.png")
    browser.upload(folder / "教育局自评表.xlsx")
    browser.keep("collecting-findings.png")
    browser.keep("collecting-phone.png", PHONE, 1500)
    browser.click("form.submit button")
    browser.find("main .good")
    browser.log_in("101", str(codes["101"][1]))
    browser.click("main .notice a")
    browser.find("form.confirm button")
    browser.click("form.confirm button")
    browser.find(".receipt")
    browser.printed("collecting-receipt.png", folder)


def officer_pages(browser: Browser, password: str) -> None:
    """An officer looks at the ledger, and prepares a return."""
    browser.log_in(OFFICER, password)
    browser.open("/ledger")
    browser.keep("collecting-ledger.png")
    browser.open("/departments/101")
    browser.find("#return-reason").send_keys("第一个项目的完成值和佐证材料不一致，请核对。")
    browser.find("#return-until").send_keys((date.today() + timedelta(days=7)).isoformat())
    browser.click("form[action$='/return'] button")
    browser.find("form.send button")
    browser.keep("collecting-return.png", most=1300)


main()
