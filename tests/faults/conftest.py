"""What the laboratory reports at the end of the run."""

from tests.proof.conftest import report as report
