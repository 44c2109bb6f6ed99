"""Groups of cases. A group is a list of harness.case.Case; GROUPS names them for run.py and ctest."""

from . import failures, negotiations, suites

GROUPS = {**negotiations.groups(), **suites.groups(), **failures.groups()}
