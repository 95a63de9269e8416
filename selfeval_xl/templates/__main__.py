"""`python -m selfeval_xl.templates FOLDER` builds the blank workbook of every layout into the folder."""

import sys

from selfeval_xl.files import replacing
from selfeval_xl.templates import build_all

with replacing():
    for path in build_all(sys.argv[1] if len(sys.argv) > 1 else "workbook_templates"):
        print(path)
