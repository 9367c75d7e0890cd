"""`python -m toolkit.compliance`: fit the second look anew and write the page of the rules."""

from toolkit.compliance._clauses import write_page
from toolkit.compliance._train import main

if __name__ == "__main__":
    main()
    print(write_page())
