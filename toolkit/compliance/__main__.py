"""`python -m toolkit.compliance`: fit the second look anew and write the page of the rules and the manifest."""

import datetime as dt

from toolkit import lexicons
from toolkit.compliance._clauses import write_page
from toolkit.compliance._train import main

if __name__ == "__main__":
    main()
    print(write_page())
    print(lexicons.write_manifest(today=dt.date.today()))  # noqa: DTZ011 - the person's own day
