from browser.lab import *
import pytest
from playwright.sync_api import expect
pytestmark = pytest.mark.browser
from browser.conftest import *

def test_shot(page, server):
    page.set_viewport_size({"width":1280,"height":1000})
    write_notebook(server.home/"台.ipynb", "import toolkit as tk\nimport pandas as pd\nfrom toolkit.widgets import HeadlineDesk\nHeadlineDesk(['三步挑出黄满的大闸蟹','全城最低价的面膜'], rules=pd.DataFrame({'pattern':['限时抢购'],'examples':['限时抢购']}))")
    run_notebook(page, server, "台.ipynb")
    title = page.locator("input[placeholder*='标题']").first
    def shot(n): page.wait_for_timeout(600); take_shot(page, n)
    shot("0-empty")
    def write(t):
        title.fill(""); title.click(); page.keyboard.insert_text(t)
    write("国家级品质面膜今晚限时抢购"); shot("1-two")
    page.locator("input[placeholder='可以不写']").fill("证书在手里")
    page.get_by_role("button", name="误报").click(); shot("2-wrong")
    write("全城最低价的面膜"); page.wait_for_timeout(400)
    page.get_by_role("button", name="判对了").click(); shot("3-right")
    write("秋天第一锅粥怎么煮？三步说清楚"); shot("4-nothing")
    page.get_by_role("button", name="漏判").click(); shot("5-missed")
    write("！！！"); page.wait_for_timeout(400)
    page.get_by_role("button", name="漏判").click(); shot("6-error")
