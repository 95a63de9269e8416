"""Debian's Chromium, driven through Selenium: pages as people see them, their pictures, and axe over them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

AXE = Path(__file__).resolve().parents[1] / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (360, 768, 1280)
WAITS = 60.0  # seconds that a page may take to be what is awaited
OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # root has none in a container
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-device-scale-factor=1",
    "--hide-scrollbars",
)
# What the browser notes of a page as it should be: a refusal's status, the cleared cache of a logout.
EXPECTED = ("favicon", "Failed to load resource", "Clear-Site-Data")
RUN = """
const done = arguments[arguments.length - 1];
const place = node => node.target.join(" ") + " " + (node.failureSummary || "");
axe.run(document, {resultTypes: ["violations"]}).then(
  found => done(found.violations.map(each => each.id + ": " + each.nodes.map(place).join("; "))),
  error => done(["axe: " + error])
);
"""


def missing_browser() -> str:
    """What is missing to run the tests of pages, "" for nothing."""
    for name in ("chromium", "chromedriver"):
        if not shutil.which(name):
            return f"{name} is not installed"
    return "" if AXE.is_file() else "the npm package axe-core is not installed under tests/"


class Person:
    """A person at the desk with a browser of their own."""

    def __init__(self, driver: webdriver.Chrome, root: str, downloads: Path) -> None:
        self.driver, self.root, self.downloads = driver, root.rstrip("/"), downloads

    def open(self, path: str) -> None:
        """Goes to a page."""
        self.driver.get(self.root + path)

    @property
    def path(self) -> str:
        """The path of the page that is shown."""
        return self.driver.current_url.removeprefix(self.root)

    @property
    def words(self) -> str:
        """What the person reads on the page."""
        return str(self.driver.find_element(By.TAG_NAME, "body").text)

    @property
    def source(self) -> str:
        """The source of the page as it stands."""
        return str(self.driver.page_source)

    def find(self, selector: str) -> WebElement:
        """The first element of a CSS selector."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        """All elements of a CSS selector."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def write(self, selector: str, text: str) -> None:
        """Types a text into a box in place of what stands there."""
        box = self.find(selector)
        box.clear()
        box.send_keys(text)

    def press(self, selector: str, leads_to: str = "") -> None:
        """Presses a button or a link, and waits for the next page; leads_to: how its path begins."""
        before = self.find("html")
        button = self.find(selector)
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
        button.click()
        self.wait(lambda: not _is_there(before), f"no page after {selector}")
        if leads_to:
            self.wait(lambda: self.path.startswith(leads_to), f"{leads_to} after {selector}")

    def wait(self, condition: Any, what: str = "", seconds: float = WAITS) -> None:
        """Waits until a condition holds; it may ask for what is just going with its page."""
        going = (NoSuchElementException, StaleElementReferenceException)
        waiting = WebDriverWait(self.driver, seconds, 0.1, ignored_exceptions=going)
        waiting.until(lambda _: condition(), f"{what}: {self.path}")

    def log_in(self, login: str, code: str) -> None:
        """Types login and code and goes in."""
        self.open("/login")
        self.write("#login", login)
        self.write("#code-field", code)
        self.press("main form button")

    def choose(self, *paths: Path) -> None:
        """Chooses files and sends them."""
        self.find("main input[type=file]:not([webkitdirectory])").send_keys("\n".join(map(str, paths)))

    def axe(self) -> list[str]:
        """What axe finds wrong on this page."""
        self.driver.execute_script(AXE.read_text(encoding="utf-8"))
        return list(self.driver.execute_async_script(RUN))

    def fits(self, width: int, out: Path | None = None) -> bool:
        """Whether nothing of the page is cut off at the side at a width. out: takes a picture of it."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
        )
        sizes = self.driver.execute_script(
            "const page = document.documentElement;"
            "return [page.scrollWidth, page.clientWidth, Math.max(page.scrollHeight, 300)]"
        )
        if out is not None:
            self.driver.execute_cdp_cmd(
                "Emulation.setDeviceMetricsOverride",
                {"width": width, "height": min(sizes[2], 6000), "deviceScaleFactor": 1, "mobile": False},
            )
            out.parent.mkdir(parents=True, exist_ok=True)
            self.driver.save_screenshot(str(out))
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        return bool(sizes[0] <= sizes[1])

    def printed(self, out: Path) -> Path:
        """The page as it comes out of the printer, as a PDF."""
        import base64

        out.write_bytes(base64.b64decode(self.driver.print_page()))
        return out

    @property
    def complaints(self) -> list[str]:
        """What the browser has complained of since it was asked last: refused scripts, errors of scripts."""
        return [
            entry["message"]
            for entry in self.driver.get_log("browser")
            if not any(word in entry["message"] for word in EXPECTED)
        ]


def _is_there(element: WebElement) -> bool:
    """Whether an element still belongs to the page that is shown."""
    try:
        return bool(element.is_enabled())
    except Exception:  # of several kinds, by when the page goes
        return False


@contextmanager
def person(root: str, javascript: bool = True) -> Iterator[Person]:
    """A person at a browser. root: the address of the first page. javascript: whether it is switched on."""
    with tempfile.TemporaryDirectory(prefix="browser-") as folder:
        downloads = Path(folder) / "下载"
        downloads.mkdir()
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or ""
        for option in (*OPTIONS, f"--user-data-dir={folder}/profile"):
            options.add_argument(option)
        wanted: dict[str, object] = {"download.default_directory": str(downloads)}
        if not javascript:
            wanted["profile.managed_default_content_settings.javascript"] = 2
        options.add_experimental_option("prefs", wanted)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = webdriver.ChromeService(
            executable_path=shutil.which("chromedriver"), env={**os.environ, "HOME": folder}
        )
        driver = webdriver.Chrome(options=options, service=service)
        try:
            driver.set_window_size(1280, 900)
            yield Person(driver, root, downloads)
        finally:
            driver.quit()
