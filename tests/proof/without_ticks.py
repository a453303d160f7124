"""`portal …` whose jobs never tick and whose sender only looks when it is woken: what happens, another one caused."""

import sys
from unittest.mock import patch

from portal.__main__ import main
from portal.jobs import Timetable
from portal.messaging import dispatch

if __name__ == "__main__":
    with patch.object(dispatch, "IDLE", 3600.0), patch.object(Timetable, "start"):
        sys.exit(main(sys.argv[1:]))
